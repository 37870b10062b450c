package socketserver.micrometer;

import static org.assertj.core.api.Assertions.assertThat;

import static socketserver.micrometer.Clients.anyPort;
import static socketserver.micrometer.Clients.askAll;
import static socketserver.micrometer.Clients.eventually;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import socketserver.ServerGroup;
import socketserver.ThreadingTcpServer;
import socketserver.ThreadingUnixStreamServer;
import socketserver.request.RequestHandler;
import socketserver.request.StreamRequest;
import socketserver.request.UnixAddress;

import java.nio.file.Path;
import java.util.List;

/// What Prometheus finds when it scrapes a server.
@Timeout(30)
class PrometheusTest {
    private static final RequestHandler<StreamRequest> ECHO =
            request -> request.output().write(request.input().readAllBytes());

    private final PrometheusMeterRegistry registry =
            new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

    /// {@return the value in a line of the exposition}
    ///
    /// @param labels how the line's labels begin or go on, `reason="handled"` say, each of them
    private double scraped(String name, String... labels) {
        List<String> lines =
                registry.scrape()
                        .lines()
                        .filter(line -> line.startsWith(name + "{"))
                        .filter(line -> List.of(labels).stream().allMatch(line::contains))
                        .toList();
        assertThat(lines).as(name).hasSize(1);
        String line = lines.getFirst();
        return Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1));
    }

    @Test
    void findsWhatHasHappened() throws Exception {
        try (var server = new ThreadingTcpServer(anyPort(), ECHO);
                var metrics = new ServerMetrics(server)) {
            metrics.bindTo(registry);
            server.start();
            assertThat(askAll(server.address(), "hello")).isEqualTo("hello");
            eventually(
                    () ->
                            assertThat(scraped("socketserver_request_io_bytes_total", "transmit"))
                                    .isEqualTo(5));
            assertThat(scraped("socketserver_request_io_bytes_total", "receive")).isEqualTo(5);
            assertThat(
                            scraped(
                                    "socketserver_requests_accepted_total",
                                    "engine=\"" + server.engine() + "\"",
                                    "network_transport=\"tcp\"",
                                    "server_address=\"127.0.0.1\"",
                                    "server_port=\"" + server.address().getPort() + "\""))
                    .isEqualTo(1);
            assertThat(scraped("socketserver_requests_active")).isZero();
            assertThat(scraped("socketserver_queue_requests")).isZero();
            assertThat(scraped("socketserver_ready")).isEqualTo(1);
            assertThat(scraped("socketserver_request_duration_seconds_count", "handled"))
                    .isEqualTo(1);
            assertThat(scraped("socketserver_request_duration_seconds_sum", "handled"))
                    .isBetween(0.0, 30.0);
            assertThat(scraped("socketserver_requests_refused_total", "client_full")).isZero();
            assertThat(
                            scraped(
                                    "socketserver_request_errors_total",
                                    "error_type=\"input_too_long\""))
                    .isZero();
            assertThat(scraped("socketserver_accept_errors_total")).isZero();
            assertThat(scraped("socketserver_drain_duration_seconds_count")).isZero();
        }
    }

    /// It takes meters of one name with the same keys only.
    @Test
    void takesServersOfAllKinds(@TempDir Path folder) throws Exception {
        try (var group =
                        ServerGroup.of(
                                new ThreadingTcpServer(anyPort(), ECHO),
                                new ThreadingUnixStreamServer(
                                        UnixAddress.of(folder.resolve("s")), ECHO));
                var metrics = new ServerMetrics(group)) {
            metrics.bindTo(registry);
            assertThat(scraped("socketserver_ready", "network_transport=\"tcp\"")).isZero();
            assertThat(scraped("socketserver_ready", "network_transport=\"unix\"")).isZero();
        }
    }
}
