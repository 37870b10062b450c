package socketserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import socketserver.request.Request;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnknownHostException;
import java.nio.channels.SocketChannel;
import java.util.List;

/// Where servers of Internet addresses listen, and whom they take there.
@Timeout(20)
class AddressTest {
    private static final String LOOPBACK_4 = "127.0.0.1";
    private static final String LOOPBACK_6 = "::1";

    private static void whoAmI(Request request) throws IOException {
        InetAddress client = ((InetSocketAddress) request.client()).getAddress();
        InetAddress local = ((InetSocketAddress) request.local()).getAddress();
        Variant.answer(request, client.getHostAddress() + " to " + local.getHostAddress());
    }

    private static InetSocketAddress free(String host) {
        return new InetSocketAddress(host, 0);
    }

    private static InetSocketAddress at(String host, InetSocketAddress server) throws IOException {
        return new InetSocketAddress(InetAddress.getByName(host), server.getPort());
    }

    private static String ask(Family family, InetSocketAddress server) throws IOException {
        try (Client client = family.connect(server)) {
            client.knock();
            return client.receive();
        }
    }

    private static ServerOptions only(StandardProtocolFamily family) {
        return ServerOptions.DEFAULT.withSocket(socket -> socket.withAddressFamily(family));
    }

    @Test
    void listensOnAPortOfTheKernelsChoice() throws Exception {
        try (var first = new TcpServer(new InetSocketAddress("localhost", 0), Variant::echo);
                var second = new TcpServer(new InetSocketAddress("localhost", 0), Variant::echo)) {
            assertThat(first.address().getPort()).isPositive();
            assertThat(second.address().getPort())
                    .isPositive()
                    .isNotEqualTo(first.address().getPort());
        }
    }

    @Test
    void takesBothFamiliesOnTheWildcardAddress() throws Exception {
        for (String wildcard : List.of("0.0.0.0", "::")) {
            try (var server = new ThreadingTcpServer(free(wildcard), AddressTest::whoAmI)) {
                server.start();
                InetSocketAddress bound = server.address();
                assertThat(bound.getAddress().isAnyLocalAddress()).isTrue();
                assertThat(ask(Family.TCP_IPV4, at(LOOPBACK_4, bound)))
                        .isEqualTo("127.0.0.1 to 127.0.0.1");
                assertThat(ask(Family.TCP_IPV6, at(LOOPBACK_6, bound)))
                        .isEqualTo("0:0:0:0:0:0:0:1 to 0:0:0:0:0:0:0:1");
            }
        }
    }

    @Test
    void takesPacketsOfBothFamiliesOnTheWildcardAddress() throws Exception {
        for (String wildcard : List.of("0.0.0.0", "::")) {
            try (var server =
                    new UdpServer(
                            free(wildcard),
                            request ->
                                    Variant.answer(
                                            request,
                                            ((InetSocketAddress) request.client())
                                                    .getAddress()
                                                    .getHostAddress()))) {
                server.start();
                InetSocketAddress bound = server.address();
                assertThat(ask(Family.UDP_IPV4, at(LOOPBACK_4, bound))).isEqualTo("127.0.0.1");
                assertThat(ask(Family.UDP_IPV6, at(LOOPBACK_6, bound)))
                        .isEqualTo("0:0:0:0:0:0:0:1");
            }
        }
    }

    @Test
    void showsIpv4ClientsOfADualStackServerAsSuch() throws Exception {
        var clients = new java.util.concurrent.ArrayBlockingQueue<InetAddress>(1);
        try (var server =
                new TcpServer(
                        new InetSocketAddress(0),
                        request ->
                                clients.add(((InetSocketAddress) request.client()).getAddress()))) {
            server.start();
            try (var _ = Family.TCP_IPV4.connect(at(LOOPBACK_4, server.address()))) {
                assertThat(clients.take()).isInstanceOf(Inet4Address.class);
            }
            try (var _ = Family.TCP_IPV6.connect(at(LOOPBACK_6, server.address()))) {
                assertThat(clients.take()).isInstanceOf(Inet6Address.class);
            }
        }
    }

    @Test
    void refusesIpv6ClientsIfToldToTakeIpv4Only() throws Exception {
        try (var server =
                new ThreadingTcpServer(
                        new InetSocketAddress(0),
                        AddressTest::whoAmI,
                        only(StandardProtocolFamily.INET))) {
            server.start();
            InetSocketAddress bound = server.address();
            assertThat(ask(Family.TCP_IPV4, at(LOOPBACK_4, bound))).startsWith("127.0.0.1");
            assertThatThrownBy(() -> SocketChannel.open(at(LOOPBACK_6, bound)).close())
                    .isInstanceOf(ConnectException.class);
        }
    }

    @Test
    void takesIpv4OnlyOnAnIpv4AddressAndIpv6OnlyOnAnIpv6Address() throws Exception {
        try (var four = new TcpServer(free(LOOPBACK_4), Variant::echo);
                var six = new TcpServer(free(LOOPBACK_6), Variant::echo)) {
            assertThat(four.address().getAddress()).isInstanceOf(Inet4Address.class);
            assertThat(six.address().getAddress()).isInstanceOf(Inet6Address.class);
            InetSocketAddress fourInSix = at(LOOPBACK_6, four.address());
            if (fourInSix.getPort() != six.address().getPort()) {
                assertThatThrownBy(() -> SocketChannel.open(fourInSix).close())
                        .isInstanceOf(ConnectException.class);
            }
        }
    }

    @Test
    void saysThatAHostIsUnknown() {
        var nowhere = InetSocketAddress.createUnresolved("no-such-host.invalid", 0);
        assertThatThrownBy(() -> new TcpServer(nowhere, Variant::echo))
                .isInstanceOf(UnknownHostException.class)
                .hasMessageContaining("no-such-host.invalid");
        assertThatThrownBy(() -> new UdpServer(nowhere, Variant::echo))
                .isInstanceOf(UnknownHostException.class)
                .hasMessageContaining("no-such-host.invalid");
    }

    @Test
    void saysThatAPortIsTaken() throws Exception {
        try (var tcp = new TcpServer(free(LOOPBACK_4), Variant::echo);
                var udp = new UdpServer(free(LOOPBACK_4), Variant::echo)) {
            assertThatThrownBy(() -> new TcpServer(tcp.address(), Variant::echo))
                    .isInstanceOf(BindException.class);
            assertThatThrownBy(() -> new UdpServer(udp.address(), Variant::echo))
                    .isInstanceOf(BindException.class);
        }
    }

    @Test
    void refusesAnAddressOfTheOtherFamily() {
        assertThatThrownBy(
                        () ->
                                new TcpServer(
                                        free(LOOPBACK_6),
                                        Variant::echo,
                                        only(StandardProtocolFamily.INET)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "address /[0:0:0:0:0:0:0:1]:0 must be of IPv4 if addressFamily is INET");
    }

    @Test
    void sharesAPortIfTold() throws Exception {
        ServerOptions sharing =
                ServerOptions.DEFAULT.withSocket(socket -> socket.withReusePort(true));
        var address = free(LOOPBACK_4);
        try (var first = new TcpServer(address, Variant::echo, sharing);
                var second = new TcpServer(first.address(), Variant::echo, sharing)) {
            assertThat(second.address()).isEqualTo(first.address());
        }
    }

    @Test
    void bindsAPortAgainWhoseOldConnectionsAreNotForgotten() throws Exception {
        InetSocketAddress address;
        try (var server =
                new TcpServer(free(LOOPBACK_4), request -> request.output().writeLine("bye"))) {
            server.start();
            address = server.address();
            // The server closes first, so its side of the connection lingers in TIME_WAIT.
            assertThat(ask(Family.TCP_IPV4, address)).isEqualTo("bye");
        }
        try (var again = new TcpServer(address, Variant::echo)) {
            assertThat(again.address()).isEqualTo(address);
        }
    }
}
