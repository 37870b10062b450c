package socketserver.micrometer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static socketserver.micrometer.Clients.anyPort;
import static socketserver.micrometer.Clients.askAll;
import static socketserver.micrometer.Clients.eventually;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import socketserver.BaseServer;
import socketserver.ServerGroup;
import socketserver.ServerOptions;
import socketserver.TcpServer;
import socketserver.ThreadingTcpServer;
import socketserver.UdpServer;
import socketserver.UnixDatagramServer;
import socketserver.UnixStreamServer;
import socketserver.request.UnixAddress;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// How the meters of servers come into registries, and leave them.
@Timeout(30)
class RegistrationTest {
    private final MeterRegistry registry = new SimpleMeterRegistry();

    private Readings of(BaseServer<?> server) {
        return Readings.of(server, registry);
    }

    @Test
    void tellsTwoServersInOneRegistryApart() throws Exception {
        try (var one = new ThreadingTcpServer(anyPort(), Echoes.LINES);
                var two = new ThreadingTcpServer(anyPort(), Echoes.LINES);
                var metricsOfTwo = new ServerMetrics(two)) {
            var metricsOfOne = new ServerMetrics(one);
            metricsOfOne.bindTo(registry);
            metricsOfTwo.bindTo(registry);
            one.start();
            two.start();
            assertThat(askAll(two.address(), "a\n")).isEqualTo("a\n");
            eventually(() -> assertThat(of(two).ended("handled")).isEqualTo(1));
            assertThat(of(two).accepted()).isEqualTo(1);
            assertThat(of(one).accepted()).isZero();
            assertThat(of(one).ended()).isZero();

            metricsOfOne.close();
            assertThat(registry.find("socketserver.ready").gauges()).hasSize(1);
            assertThat(of(two).gauge("ready")).isEqualTo(1);
        }
    }

    private static Map<String, String> tagsOf(BaseServer<?> server) {
        MeterRegistry registry = new SimpleMeterRegistry();
        new ServerMetrics(server).bindTo(registry);
        return registry.get("socketserver.ready").gauge().getId().getTags().stream()
                .collect(Collectors.toMap(Tag::getKey, Tag::getValue));
    }

    @Test
    void tagsSayWhatAServerIs(@TempDir Path folder) throws Exception {
        try (var server = new TcpServer(anyPort(), Echoes.LINES)) {
            assertThat(tagsOf(server))
                    .containsOnly(
                            Map.entry("server.address", "127.0.0.1"),
                            Map.entry("server.port", Integer.toString(server.address().getPort())),
                            Map.entry("network.transport", "tcp"),
                            Map.entry("engine", server.engine()));
        }
        try (var server = new UdpServer(anyPort(), Echoes.PACKETS)) {
            assertThat(tagsOf(server)).containsEntry("network.transport", "udp");
        }
        try (var server = new UnixStreamServer(UnixAddress.of(folder.resolve("s")), Echoes.LINES)) {
            assertThat(tagsOf(server))
                    .containsOnly(
                            Map.entry("server.address", folder.resolve("s").toString()),
                            Map.entry("server.port", "none"),
                            Map.entry("network.transport", "unix"),
                            Map.entry("engine", server.engine()));
        }
        // Not bound, because one of the engines cannot.
        ServerOptions unbound = ServerOptions.DEFAULT.withBindAndActivate(false);
        try (var server =
                new UnixDatagramServer(UnixAddress.abstractName("name"), Echoes.PACKETS, unbound)) {
            assertThat(tagsOf(server))
                    .containsEntry("network.transport", "unixgram")
                    .containsEntry("server.address", "@name");
        }
    }

    @Test
    void givenTagsReplaceThoseOfTheServer() throws Exception {
        try (var server = new TcpServer(anyPort(), Echoes.LINES);
                var metrics =
                        new ServerMetrics(server, Tags.of("server.address", "echo.example"))) {
            metrics.bindTo(registry);
            assertThat(new Readings(registry, "server.address", "echo.example").accepted())
                    .isZero();
        }
    }

    @Test
    void aKeyWithoutValueIsRefused() throws Exception {
        try (var server = new TcpServer(anyPort(), Echoes.LINES)) {
            assertThatThrownBy(() -> new ServerMetrics(server, "service"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage(
                            "tags ([service]) must be keys and values in turn: the last key has no"
                                    + " value");
        }
    }

    @Test
    void closeRemovesTheMetersAndCountsNoMore() throws Exception {
        try (var server = new ThreadingTcpServer(anyPort(), Echoes.LINES)) {
            var metrics = new ServerMetrics(server);
            metrics.bindTo(registry);
            server.start();
            Counter accepted = registry.get("socketserver.requests.accepted").counter();
            assertThat(askAll(server.address(), "a\n")).isEqualTo("a\n");
            assertThat(accepted.count()).isEqualTo(1);

            metrics.close();
            metrics.close();
            assertThat(registry.getMeters()).isEmpty();
            assertThat(askAll(server.address(), "b\n")).isEqualTo("b\n");
            assertThat(accepted.count()).isEqualTo(1);
            assertThatThrownBy(() -> metrics.bindTo(registry))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("metrics of %s are closed: make new ones", List.of(server));
            assertThat(registry.getMeters()).isEmpty();
        }
    }

    @Test
    void countsInEachRegistryOnce() throws Exception {
        MeterRegistry other = new SimpleMeterRegistry();
        try (var server = new ThreadingTcpServer(anyPort(), Echoes.LINES);
                var metrics = new ServerMetrics(server)) {
            metrics.bindTo(registry);
            metrics.bindTo(other);
            metrics.bindTo(other);
            server.start();
            assertThat(askAll(server.address(), "a\n")).isEqualTo("a\n");
            for (MeterRegistry each : List.of(registry, other)) {
                Readings readings = Readings.of(server, each);
                eventually(() -> assertThat(readings.ended("handled")).isEqualTo(1));
                assertThat(readings.accepted()).isEqualTo(1);
            }
        }
        assertThat(registry.getMeters()).isEmpty();
        assertThat(other.getMeters()).isEmpty();
    }

    @Test
    void doesNotCountTwoServersAsOne() throws Exception {
        try (var server = new TcpServer(anyPort(), Echoes.LINES);
                var other = new TcpServer(anyPort(), Echoes.LINES);
                var group = ServerGroup.of(other, server);
                var second = new ServerMetrics(group)) {
            var first = new ServerMetrics(server);
            var third = new ServerMetrics(group, "name", "other");
            first.bindTo(registry);
            int meters = registry.getMeters().size();
            assertThatThrownBy(() -> second.bindTo(registry))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageMatching(
                            "the registry has socketserver\\.requests\\.accepted of"
                                    + " \\[.*server\\.port.*] already: close those metrics, or give"
                                    + " these a tag that tells the servers apart");
            assertThat(registry.getMeters()).hasSize(meters);
            third.bindTo(registry);
            assertThat(registry.getMeters()).hasSize(3 * meters);
            first.close();
            third.close();
            second.bindTo(registry);
            assertThat(registry.getMeters()).hasSize(2 * meters);
        }
    }

    @Test
    void aServerWithoutAddressIsRefused() throws Exception {
        ServerOptions unbound = ServerOptions.DEFAULT.withBindAndActivate(false);
        try (var server = new TcpServer(anyPort(), Echoes.LINES, unbound);
                var metrics = new ServerMetrics(server)) {
            assertThatThrownBy(() -> metrics.bindTo(registry))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("%s is not bound: call serverBind() before bindTo()", server);
            assertThat(registry.getMeters()).isEmpty();
            server.serverBind();
            metrics.bindTo(registry);
            assertThat(of(server).accepted()).isZero();
        }
    }

    @Test
    void theMetersOfAClosedServerStay() throws Exception {
        ServerMetrics metrics;
        Readings readings;
        try (var server = new ThreadingTcpServer(anyPort(), Echoes.LINES)) {
            metrics = new ServerMetrics(server);
            metrics.bindTo(registry);
            readings = of(server);
            server.start();
            assertThat(askAll(server.address(), "a\n")).isEqualTo("a\n");
        }
        assertThat(readings.accepted()).isEqualTo(1);
        assertThat(readings.ended("handled")).isEqualTo(1);
        assertThat(readings.gauge("ready")).isZero();
        assertThat(readings.gauge("queue")).isZero();
        metrics.close();
        assertThat(registry.getMeters()).isEmpty();
    }
}
