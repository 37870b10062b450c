package socketserver.cli;

/// What `--help` and `--version` print.
final class Help {
    private Help() {}

    /// The help, which fits a screen.
    static final String TEXT =
            """
            Usage: socketserver serve ADDRESS... [OPTIONS]
                   socketserver completion bash | --version | --help

            Serves sockets. An ADDRESS is one of
              tcp://HOST:PORT   udp://HOST:PORT   unix:PATH   unixgram:PATH
            An empty HOST is all addresses of the machine, 0.0.0.0 those of IPv4, PORT 0 any
            port. When it is ready, a line says so: listening on tcp://127.0.0.1:43127

            What serves:
              --handler NAME       echo (default), discard, daytime, time, chargen, upper
              --exec COMMAND...    a command for each client, the socket as its input and
                                   output; it takes all arguments that follow
              --source FILE.java   the handler class in that file, compiled now
              --class NAME         a handler class, in --classpath PATH (default: .)

            How:
              --model NAME         threading (default): a thread for each request;
                                   synchronous: one after the other;
                                   forking: a process for each request;
                                   selector: one loop for all, one handler at a time
              --max-connections N  live requests of an address (default 16384)
              --over-limit WHAT    wait (default) or refuse: what the next ones get
              --read-timeout T     longest wait for a client's next byte: 500ms, 30s, 5m, 2h
              --write-timeout T    longest wait for a client to take a byte
              --drain T            longest wait for live requests at the stop (default 10s)

            SIGTERM or Ctrl-C stops when the live requests have finished, a second one at once.
            Exit codes: 0 stopped as asked, 1 cannot listen or failed, 2 wrong arguments.

            Examples:
              socketserver serve tcp://127.0.0.1:7 udp://127.0.0.1:7
              socketserver serve tcp://:8000 --max-connections 100 --read-timeout 30s
              socketserver serve unix:/tmp/upper.sock --exec tr a-z A-Z
              socketserver serve tcp://[::1]:8000 --source Chat.java
            """;

    /// {@return the name and version of the command, and of the Java that runs it}
    static String version() {
        var descriptor = Help.class.getModule().getDescriptor();
        var version =
                descriptor == null
                        ? "(unknown version)"
                        : descriptor.rawVersion().orElse("(unknown version)");
        return "socketserver " + version + " on Java " + Runtime.version();
    }
}
