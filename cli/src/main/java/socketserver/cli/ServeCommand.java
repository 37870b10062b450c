package socketserver.cli;

import socketserver.request.DatagramRequest;
import socketserver.request.Request;
import socketserver.request.RequestHandler;
import socketserver.request.StreamRequest;

import java.io.IOException;
import java.io.PrintWriter;
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

    private int serve(RequestHandler<Request> handler) throws ListenException {
        Signals signals = Signals.taken();
        Traffic traffic = new Traffic();
        boolean terminal = StatusLine.isWanted();
        Servers servers =
                Servers.open(options.endpoints(), handler, options.model(), options.server());
        if (terminal) {
            servers.addListener(traffic);
        }
        CompletableFuture<Void> ended = servers.start();
        for (String address : servers.addresses()) {
            out.println("listening on " + address);
        }
        out.flush();
        if (terminal) {
            try (StatusLine _ = StatusLine.show(servers, traffic)) {
                return await(servers, ended, signals);
            }
        }
        return await(servers, ended, signals);
    }

    private int await(Servers servers, CompletableFuture<Void> ended, Signals signals) {
        try {
            CompletableFuture.anyOf(signals.first(), ended).join();
        } catch (CompletionException failed) {
            Terminal.println("serving has failed: " + failed.getCause(), failed.getCause());
            servers.stop(servers.requests().size(), options.drain(), signals.first());
            return Main.FAILED;
        }
        boolean signalled = signals.first().isDone();
        int live = servers.requests().size();
        if (signalled && live > 0) {
            Terminal.println(
                    "stopping: waiting for "
                            + live
                            + (live == 1 ? " request" : " requests")
                            + ", at most "
                            + DurationText.of(options.drain())
                            + "; a second signal cuts",
                    null);
        }
        StopReport report =
                servers.stop(live, options.drain(), signalled ? signals.second() : signals.first());
        Terminal.println(report.toString(), null);
        return Main.STOPPED;
    }
}
