package socketserver.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot.InfoDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.prometheus.metrics.model.snapshots.Unit;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/// What is counted, in the text format of Prometheus.
final class StatusMetrics {
    static final String TYPE = PrometheusTextFormatWriter.CONTENT_TYPE;

    private static final PrometheusTextFormatWriter WRITER = PrometheusTextFormatWriter.create();
    private static final String SERVER = "server";

    private final StatusSource source;

    StatusMetrics(StatusSource source) {
        this.source = source;
    }

    String text() throws IOException {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        WRITER.write(text, new MetricSnapshots(all()));
        return text.toString(UTF_8);
    }

    private List<MetricSnapshot> all() {
        List<MetricSnapshot> all = new ArrayList<>();
        all.add(build());
        all.add(
                GaugeSnapshot.builder()
                        .name("process_start_time_seconds")
                        .help("When the servers were opened, in seconds since 1970.")
                        .dataPoint(
                                GaugeDataPointSnapshot.builder()
                                        .value(source.started().toEpochMilli() / 1e3)
                                        .build())
                        .build());
        all.add(
                gauge(
                        "socketserver_ready",
                        "Whether new clients are welcome.",
                        one -> one.server().ready() ? 1 : 0));
        all.add(gauge("socketserver_live", "Live requests.", one -> one.live().size()));
        all.add(
                gauge(
                        "socketserver_max_connections",
                        "How many requests may be live.",
                        one -> one.server().options().limits().maxConnections()));
        all.add(
                counter(
                        "socketserver_accepted",
                        "Requests that were taken.",
                        one -> one.counts().accepted()));
        all.add(
                counter(
                        "socketserver_errors",
                        "Failures of handlers that no client has caused.",
                        one -> one.counts().errors()));
        all.add(
                counter(
                        "socketserver_accept_errors",
                        "Failures to take a request.",
                        one -> one.counts().acceptErrors()));
        all.add(reasons("socketserver_refused", "Clients turned away.", StatusCounts::refused));
        all.add(reasons("socketserver_closed", "Requests that have ended.", StatusCounts::closed));
        all.add(
                counter(
                        "socketserver_received_bytes",
                        "Bytes that came from clients.",
                        one -> one.bytes().in()));
        all.add(
                counter(
                        "socketserver_sent_bytes",
                        "Bytes that went to clients.",
                        one -> one.bytes().out()));
        all.add(durations());
        return all;
    }

    private MetricSnapshot build() {
        return InfoSnapshot.builder()
                .name("socketserver_build")
                .help("What runs.")
                .dataPoint(
                        InfoDataPointSnapshot.builder()
                                .labels(
                                        Labels.of(
                                                "version",
                                                Help.build(),
                                                "java",
                                                Runtime.version().toString(),
                                                "engine",
                                                source.engine(),
                                                "model",
                                                source.model()))
                                .build())
                .build();
    }

    private MetricSnapshot gauge(
            String name, String help, ToDoubleFunction<StatusSource.One> value) {
        GaugeSnapshot.Builder gauge = GaugeSnapshot.builder().name(name).help(help);
        for (StatusSource.One one : source.all()) {
            gauge.dataPoint(
                    GaugeDataPointSnapshot.builder()
                            .labels(Labels.of(SERVER, one.address()))
                            .value(value.applyAsDouble(one))
                            .build());
        }
        return gauge.build();
    }

    private MetricSnapshot counter(
            String name, String help, ToDoubleFunction<StatusSource.One> value) {
        CounterSnapshot.Builder counter = CounterSnapshot.builder().name(name).help(help);
        for (StatusSource.One one : source.all()) {
            counter.dataPoint(
                    CounterDataPointSnapshot.builder()
                            .labels(Labels.of(SERVER, one.address()))
                            .value(value.applyAsDouble(one))
                            .build());
        }
        return counter.build();
    }

    private MetricSnapshot reasons(
            String name, String help, Function<StatusCounts, Map<String, Long>> counts) {
        CounterSnapshot.Builder counter = CounterSnapshot.builder().name(name).help(help);
        for (StatusSource.One one : source.all()) {
            counts.apply(one.counts())
                    .forEach(
                            (reason, count) ->
                                    counter.dataPoint(
                                            CounterDataPointSnapshot.builder()
                                                    .labels(
                                                            Labels.of(
                                                                    SERVER,
                                                                    one.address(),
                                                                    "reason",
                                                                    reason))
                                                    .value(count)
                                                    .build()));
        }
        return counter.build();
    }

    private MetricSnapshot durations() {
        HistogramSnapshot.Builder histogram =
                HistogramSnapshot.builder()
                        .name("socketserver_request_duration_seconds")
                        .help("How long requests were live that have ended.")
                        .unit(Unit.SECONDS);
        List<Double> bounds = new ArrayList<>(StatusHistogram.seconds());
        bounds.add(Double.POSITIVE_INFINITY);
        for (StatusSource.One one : source.all()) {
            List<Long> counts = new ArrayList<>();
            for (long count : one.counts().durations().counts()) {
                counts.add(count);
            }
            histogram.dataPoint(
                    HistogramDataPointSnapshot.builder()
                            .labels(Labels.of(SERVER, one.address()))
                            .classicHistogramBuckets(ClassicHistogramBuckets.of(bounds, counts))
                            .sum(one.counts().durations().sum())
                            .build());
        }
        return histogram.build();
    }
}
