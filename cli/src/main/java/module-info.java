import org.jspecify.annotations.NullMarked;

/// The command line of `socketserver`: serves sockets without a line of Java.
@NullMarked
module socketserver.cli {
    requires static org.jspecify;
    requires info.picocli;
    requires jdk.httpserver;
    requires jdk.unsupported;
    requires socketserver;

    provides System.LoggerFinder with
            socketserver.cli.StderrLoggerFinder;
}
