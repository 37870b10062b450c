package socketserver.cli;

import org.jspecify.annotations.Nullable;

import socketserver.ServiceNotifier;
import socketserver.request.DatagramRequest;
import socketserver.request.Request;
import socketserver.request.RequestHandler;
import socketserver.request.StreamRequest;

import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/// The command `serve`, from its options to servers that serve.
final class ServeCommand {
    private final List<String> args;
    // Changed by a reload.
    private volatile ServeOptions options;
    private final PrintWriter out;
    private final PrintWriter err;

    /// Makes the command.
    ///
    /// @param args the arguments behind the word `serve`
    /// @param options what they ask for
    ServeCommand(List<String> args, ServeOptions options, PrintWriter out, PrintWriter err) {
        this.args = args;
        this.options = options;
        this.out = out;
        this.err = err;
    }

    /// Serves until a signal comes or every server was stopped by a handler.
    ///
    /// @return the exit code
    int run() throws WrongArgumentException, ListenException, IOException, InterruptedException {
        if (options.exec() == null) {
            return serve(handler());
        }
        try (Exec exec = Exec.of(options.exec())) {
            return serve(exec);
        }
    }

    private RequestHandler<Request> handler() throws WrongArgumentException, IOException {
        UserHandler user;
        if (options.className() != null) {
            user = ClassPathHandler.load(options.className(), options.classPath());
        } else if (options.source() != null) {
            user = SourceHandler.compile(options.source(), err);
        } else {
            return options.builtIn().handler();
        }
        for (Endpoint endpoint : options.endpoints()) {
            boolean stream = endpoint.family().isStream();
            if (!user.requests()
                    .isAssignableFrom(stream ? StreamRequest.class : DatagramRequest.class)) {
                throw new WrongArgumentException(
                        "the handler takes "
                                + (stream ? "packets, and " : "connections, and ")
                                + endpoint
                                + (stream
                                        ? " has connections: use udp:// or unixgram:"
                                        : " has packets: use tcp:// or unix:"));
            }
        }
        return user.handler();
    }

    private int serve(RequestHandler<Request> handler)
            throws WrongArgumentException, ListenException, IOException, InterruptedException {
        if (options.status() != null) {
            StatusLibraries.open();
        }
        Signals signals = Signals.taken();
        Servers servers =
                Servers.open(options.endpoints(), handler, options.model(), options.server());
        StatusSource source =
                options.status() == null ? null : new StatusSource(servers, () -> options);
        Predecessor predecessor = Predecessor.ofThisProcess();
        // The terminal is its predecessor's, and the shell's when that has ended.
        Traffic traffic = predecessor == null && StatusLine.isWanted() ? new Traffic() : null;
        if (traffic != null) {
            servers.addListener(traffic);
        }
        CompletableFuture<Void> rest = Rest.of(servers, Inetd.of(options.endpoints()));
        if (predecessor == null) {
            try (StatusServer status = open(source, servers)) {
                return serve(new Serving(servers, signals, rest, servers.start()), status, traffic);
            }
        }
        PassedSockets.closeAllBut(options.endpoints());
        Serving serving = new Serving(servers, signals, rest, servers.start());
        if (!predecessor.takeOver()) {
            Terminal.println("upgrade: this process was given up, and ends", null);
            servers.group().close();
            return Main.FAILED;
        }
        servers.removePaths(true);
        try (StatusServer status = openAgain(source, predecessor)) {
            return serve(serving, status, traffic);
        }
    }

    private @Nullable StatusServer open(@Nullable StatusSource source, Servers servers)
            throws ListenException {
        StatusOptions page = options.status();
        if (page == null || source == null) {
            return null;
        }
        try {
            return StatusServer.open(page, source);
        } catch (ListenException thrown) {
            servers.group().close();
            throw thrown;
        }
    }

    /// Opens the page that another process has just closed. The servers serve already: they are not
    /// to end because of a page.
    private @Nullable StatusServer openAgain(
            @Nullable StatusSource source, Predecessor predecessor) {
        StatusOptions page = options.status();
        if (page == null || source == null) {
            return null;
        }
        try {
            return StatusServer.open(page.withPort(predecessor.statusPort()), source);
        } catch (ListenException thrown) {
            Terminal.println("there is no status page: " + thrown.getMessage(), null);
            return null;
        }
    }

    private int serve(Serving serving, @Nullable StatusServer status, @Nullable Traffic traffic)
            throws InterruptedException {
        Servers servers = serving.servers();
        try (ServiceNotifier manager = ServiceNotifier.fromEnvironment()) {
            Upgrade upgrade = new Upgrade(servers, manager, args, () -> options.upgrade(), status);
            Signals.on("USR1", upgrade::ask);
            Reload reload = new Reload(manager);
            if (ArgumentFiles.areIn(args)) {
                reload.add("limits and times", () -> readAgain(servers));
            }
            if (servers.haveTls()) {
                reload.add(
                        "certificates",
                        () -> {
                            servers.reloadTls();
                            return "those of the files are in use";
                        });
            }
            reload.begin();
            for (String address : servers.addresses()) {
                out.println("listening on " + address);
            }
            if (status != null) {
                out.println("status on " + status.link());
            }
            out.flush();
            manager.ready();
            CompletableFuture<Duration> drain =
                    status == null ? new CompletableFuture<>() : status.drain();
            if (traffic == null) {
                return serving.await(() -> options, manager, upgrade, drain);
            }
            try (StatusLine _ = StatusLine.show(servers, traffic)) {
                return serving.await(() -> options, manager, upgrade, drain);
            }
        }
    }

    /// Reads the files of options again, and lets what can change be in force.
    private String readAgain(Servers servers) throws WrongArgumentException {
        ServeOptions before = options;
        ServeOptions read = CommandSyntax.parse(args);
        servers.change(read.server());
        options = before.changed(read);
        List<String> others = before.unchangeable(read);
        return "those of the files are in force"
                + (others.isEmpty()
                        ? ""
                        : ", but %s cannot change while it serves: SIGUSR1 starts a process with them"
                                .formatted(String.join(", ", others)));
    }
}
