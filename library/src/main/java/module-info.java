import org.jspecify.annotations.NullMarked;

/// Socket servers: one handler, four kinds of socket, several ways to run it.
///
/// - [socketserver]: servers, what a program starts
/// - [socketserver.request]: what a handler sees
/// - [socketserver.framing]: handlers that are given one message at a time
/// - [socketserver.concurrency]: who runs a handler
/// - [socketserver.tls]: what connections are encrypted with
@NullMarked
@SuppressWarnings("module") // the command line is compiled after this
module socketserver {
    requires static jdk.jfr;
    requires static org.jspecify;

    exports socketserver;
    exports socketserver.concurrency;
    exports socketserver.framing;
    exports socketserver.request;
    exports socketserver.tls;
    exports socketserver.posix to
            socketserver.cli;
    exports socketserver.transport to
            socketserver.cli;
}
