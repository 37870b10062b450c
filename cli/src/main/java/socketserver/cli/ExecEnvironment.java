package socketserver.cli;

import socketserver.request.Request;
import socketserver.request.StreamRequest;
import socketserver.request.UnixAddress;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Map;

/// The environment variables that tell a child about its client, as ucspi-tcp and ucspi-unix have
/// them.
///
/// - TCP: `PROTO=TCP`, `TCPLOCALIP`, `TCPLOCALPORT`, `TCPREMOTEIP`, `TCPREMOTEPORT`
/// - UDP: the same with `UDP`
/// - Unix sockets: `PROTO=UNIX`, `UNIXLOCALPATH`, and `UNIXREMOTEPATH` if the client has one
///
/// No name is looked up: `TCPREMOTEHOST` and `TCPREMOTEINFO` are unset.
final class ExecEnvironment {
    private ExecEnvironment() {}

    /// Sets the variables of that request, and takes away what the process has inherited of others.
    static void set(Request request, Map<String, String> environment) {
        environment.keySet().removeIf(name -> name.matches("(TCP|UDP|UNIX)(LOCAL|REMOTE)[A-Z]+"));
        String protocol =
                request.client() instanceof UnixAddress
                        ? "UNIX"
                        : request instanceof StreamRequest ? "TCP" : "UDP";
        environment.put("PROTO", protocol);
        put(environment, protocol + "LOCAL", request.local());
        put(environment, protocol + "REMOTE", request.client());
    }

    private static void put(Map<String, String> environment, String prefix, SocketAddress address) {
        if (address instanceof InetSocketAddress inet) {
            environment.put(prefix + "IP", AddressText.host(inet.getAddress()));
            environment.put(prefix + "PORT", Integer.toString(inet.getPort()));
        } else if (address instanceof UnixAddress unix && !unix.isUnnamed()) {
            environment.put(prefix + "PATH", unix.name());
        }
    }
}
