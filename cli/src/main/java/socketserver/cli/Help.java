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
              tcp://HOST:PORT   udp://HOST:PORT   unix:PATH   unixgram:PATH   tls://HOST:PORT
              fd:N   systemd[:NAME]   inetd:nowait   inetd:wait[:T]   (that are open already)
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
                                   synchronous: one after the other; forking: a process for each;
                                   selector: one loop for all, one handler at a time
              --drain T            longest wait for live requests at the stop (default 10s)
              --unready T          how much of it clients are taken though /healthz says no
              --upgrade T          longest wait for the new process at SIGUSR1 (default 60s)
              --tls-cert FILE, --tls-key FILE, --tls-client-ca FILE   PEM, for tls:// and tls+unix:
              --status HOST:PORT   a page that shows and changes this; --status-token TEXT guards it

            Bounds, which hold for each address (T is 500ms, 30s, 5m or 2h):
              --max-connections N  live requests (default 16384); --max-per-client N: of one client
              --accept-rate N      new requests in a second; --min-rate N: bytes of a message in one
              --over-limit WHAT    wait (default) or refuse; --farewell TEXT: a line for the refused
              --allow, --deny A,.. clients by address: 192.0.2.7,2001:db8::/32
              --proxy-from A,...   connections from there begin with a PROXY header; unix: all do
              --first-byte-timeout T, --idle-timeout T, --read-timeout T, --message-timeout T,
              --write-timeout T    longest waits, the last for a byte to be taken (default 60s)
              --max-age T          life of a connection; --exposed: what the open Internet needs

            SIGTERM or Ctrl-C stops when the live requests have finished, a second one at once.
            SIGUSR1: a new process takes over. @FILE: arguments; SIGHUP reads bounds in it again.
            Exit codes: 0 stopped as asked, 1 cannot listen or failed, 2 wrong arguments.
            Example: socketserver serve unix:/tmp/upper.sock --exec tr a-z A-Z
            """;

    /// {@return the name and version of the command, and of the Java that runs it}
    static String version() {
        return "socketserver " + build() + " on Java " + Runtime.version();
    }

    /// {@return the version of the command}
    static String build() {
        var descriptor = Help.class.getModule().getDescriptor();
        return descriptor == null
                ? "(unknown version)"
                : descriptor.rawVersion().orElse("(unknown version)");
    }
}
