package socketserver.cli;

import socketserver.Drain;
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
import java.util.concurrent.CompletionException;

/// The command `serve`, from its options to the stop.
final class ServeCommand {
    private final ServeOptions options;
    private final PrintWriter out;
    private final PrintWriter err;

    ServeCommand(ServeOptions options, PrintWriter out, PrintWriter err) {
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
            throws WrongArgumentException, ListenException {
        if (options.status() != null) {
            StatusLibraries.open();
        }
        Signals signals = Signals.taken();
        Servers servers =
                Servers.open(options.endpoints(), handler, options.model(), options.server());
        StatusOptions page = options.status();
        if (page == null) {
            return serve(servers, signals, new CompletableFuture<>(), List.of());
        }
        try (StatusServer status = open(page, servers)) {
            return serve(servers, signals, status.drain(), List.of("status on " + status.link()));
        }
    }

    private StatusServer open(StatusOptions page, Servers servers) throws ListenException {
        try {
            return StatusServer.open(page, new StatusSource(servers, options));
        } catch (ListenException thrown) {
            servers.group().close();
            throw thrown;
        }
    }

    /// Serves until a stop is asked for.
    ///
    /// @param drain what is completed when one is that may take so long, otherwise than by a signal
    /// @param more what to say besides where the servers listen
    private int serve(
            Servers servers,
            Signals signals,
            CompletableFuture<Duration> drain,
            List<String> more) {
        Traffic traffic = new Traffic();
        boolean terminal = StatusLine.isWanted();
        if (terminal) {
            servers.addListener(traffic);
        }
        CompletableFuture<Void> ended = servers.start();
        for (String address : servers.addresses()) {
            out.println("listening on " + address);
        }
        more.forEach(out::println);
        out.flush();
        try (ServiceNotifier manager = ServiceNotifier.fromEnvironment()) {
            manager.ready();
            if (terminal) {
                try (StatusLine _ = StatusLine.show(servers, traffic)) {
                    return await(servers, ended, signals, drain, manager);
                }
            }
            return await(servers, ended, signals, drain, manager);
        }
    }

    private int await(
            Servers servers,
            CompletableFuture<Void> ended,
            Signals signals,
            CompletableFuture<Duration> drain,
            ServiceNotifier manager) {
        try {
            CompletableFuture.anyOf(signals.first(), drain, ended).join();
        } catch (CompletionException failed) {
            Terminal.println("serving has failed: " + failed.getCause(), failed.getCause());
            servers.stop(servers.requests().size(), Drain.within(options.drain()), signals.first());
            return Main.FAILED;
        }
        boolean signalled = signals.first().isDone();
        boolean asked = signalled || drain.isDone();
        Duration time = drain.getNow(options.drain());
        int live = servers.requests().size();
        manager.stopping();
        Drain how = Drain.within(time).withUnready(shorter(options.unready(), time));
        if (asked && live > 0) {
            manager.status("waiting for " + live + (live == 1 ? " request" : " requests"));
            Terminal.println(
                    "stopping: waiting for "
                            + live
                            + (live == 1 ? " request" : " requests")
                            + ", at most "
                            + DurationText.of(time)
                            + (signalled ? "; a second signal cuts" : "; a signal cuts"),
                    null);
        }
        StopReport report = servers.stop(live, how, signalled ? signals.second() : signals.first());
        Terminal.println(report.toString(), null);
        return Main.STOPPED;
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }
}
