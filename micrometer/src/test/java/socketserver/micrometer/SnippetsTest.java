package socketserver.micrometer;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import socketserver.ServerGroup;
import socketserver.ThreadingTcpServer;
import socketserver.ThreadingUdpServer;
import socketserver.request.StreamRequestHandler;

import java.io.IOException;
import java.net.InetSocketAddress;

/// The examples of the Javadoc, the README and the page on metrics, compiled and run.
@Timeout(20)
class SnippetsTest {
    private final InetSocketAddress address = Clients.anyPort();

    static class Echo extends StreamRequestHandler {
        @Override
        protected void handle() throws IOException {
            for (String line; (line = input().readLine()) != null; ) {
                output().writeLine(line);
            }
        }
    }

    @Test
    void aServerIsScraped() throws Exception {
        // @start region="metrics"
        var registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        try (var server = new ThreadingTcpServer(address, Echo::new);
                var metrics = new ServerMetrics(server)) {
            metrics.bindTo(registry);
            server.start();
            // @end
            assertThat(Clients.askAll(server.address(), "hello\n")).isEqualTo("hello\n");
            assertThat(registry.scrape()).contains("socketserver_requests_accepted_total");
        }
        assertThat(registry.scrape()).doesNotContain("socketserver");
    }

    @Test
    void aGroupIsTold() throws Exception {
        MeterRegistry registry = new SimpleMeterRegistry();
        var streams = new ThreadingTcpServer(address, Echo::new);
        var packets = new ThreadingUdpServer(address, request -> request.reply(request.packet()));
        try (var group = ServerGroup.of(streams, packets);
                var metrics = new ServerMetrics(group, "service", "echo")) {
            metrics.bindTo(registry);
            group.start();
            assertThat(registry.get("socketserver.ready").tags("service", "echo").gauges())
                    .hasSize(2);
        }
    }

    @Test
    void durationsAreAHistogramIfAFilterSaysSo() throws Exception {
        var registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        // @start region="filter"
        registry.config()
                .meterFilter(MeterFilter.denyNameStartsWith("socketserver.queue"))
                .meterFilter(
                        new MeterFilter() {
                            @Override
                            public DistributionStatisticConfig configure(
                                    Meter.Id id, DistributionStatisticConfig config) {
                                return id.getName().equals("socketserver.request.duration")
                                        ? DistributionStatisticConfig.builder()
                                                .percentilesHistogram(true)
                                                .build()
                                                .merge(config)
                                        : config;
                            }
                        });
        // @end
        try (var server = new ThreadingTcpServer(address, Echo::new);
                var metrics = new ServerMetrics(server)) {
            metrics.bindTo(registry);
            assertThat(registry.scrape())
                    .contains("socketserver_request_duration_seconds_bucket")
                    .doesNotContain("socketserver_queue");
        }
    }
}
