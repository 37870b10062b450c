package socketserver.cli;

import socketserver.request.DatagramRequest;
import socketserver.request.Request;
import socketserver.request.RequestHandler;

import java.net.InetSocketAddress;

/// The services that come with the command, as `--handler` names them.
enum BuiltIn {
    ECHO,
    DISCARD,
    DAYTIME,
    TIME,
    CHARGEN,
    UPPER;

    /// {@return the service's handler}
    RequestHandler<Request> handler() {
        return switch (this) {
            case ECHO -> new LoopGuard(new Echo());
            case DISCARD -> new Discard();
            case DAYTIME -> new LoopGuard(new Daytime());
            case TIME -> new LoopGuard(new Time());
            case CHARGEN -> new LoopGuard(new Chargen());
            case UPPER -> new Upper();
        };
    }

    /// Drops packets that come from the port of such a service: with a forged source address, two
    /// services would answer each other for ever (CERT CA-1996-01).
    private record LoopGuard(Service service) implements RequestHandler<Request> {
        @Override
        public void handle(Request request) throws Exception {
            if (!(request instanceof DatagramRequest packet) || !answersByItself(packet)) {
                service.handle(request);
            }
        }

        private static boolean answersByItself(DatagramRequest packet) {
            if (!(packet.client() instanceof InetSocketAddress client)) {
                return false;
            }
            int port = client.getPort();
            return port == 7 || port == 13 || port == 17 || port == 19 || port == 37;
        }
    }
}
