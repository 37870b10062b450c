package socketserver.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;

import socketserver.LiveRequest;
import socketserver.concurrency.UnfinishedFrame;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// All that the status page shows, as JSON.
final class StatusJson {
    /// How many of the live requests are in it.
    private static final int MOST_ROWS = 500;

    private final StatusSource source;

    StatusJson(StatusSource source) {
        this.source = source;
    }

    private record Row(LiveRequest request, String server) {
        long id() {
            return request.request().id();
        }
    }

    /// {@return the object}
    ///
    /// @param newest whether the last requests are in it if there are too many, or the first
    JsonObject all(boolean newest) {
        JsonObject all = new JsonObject();
        Instant now = Instant.now();
        all.addProperty("time", now.toString());
        all.addProperty("version", Help.build());
        all.addProperty("java", Runtime.version().toString());
        all.addProperty("engine", source.engine());
        all.addProperty("model", source.model());
        all.addProperty("pid", ProcessHandle.current().pid());
        all.addProperty("started", source.started().toString());
        all.addProperty("uptimeMillis", Duration.between(source.started(), now).toMillis());
        all.addProperty("ready", source.isReady());
        all.addProperty("suspended", source.isSuspended());
        all.addProperty("draining", source.isDraining());
        all.addProperty("drainTime", DurationText.exact(source.drainTime()));
        addServers(all);
        all.add("limits", object(StatusLimits.texts(source.settings())));
        all.add("requests", requests(newest));
        return all;
    }

    private static JsonObject object(Map<String, ?> values) {
        JsonObject object = new JsonObject();
        values.forEach(
                (name, value) -> {
                    if (value instanceof Number number) {
                        object.addProperty(name, number);
                    } else {
                        object.addProperty(name, String.valueOf(value));
                    }
                });
        return object;
    }

    private void addServers(JsonObject all) {
        JsonArray servers = new JsonArray();
        long[] durations = new long[StatusHistogram.seconds().size() + 1];
        for (StatusSource.One one : source.all()) {
            servers.add(server(one));
            long[] its = one.counts().durations().counts();
            for (int i = 0; i < durations.length; i++) {
                durations[i] += its[i];
            }
        }
        all.add("servers", servers);
        JsonObject histogram = new JsonObject();
        JsonArray bounds = new JsonArray();
        StatusHistogram.seconds().forEach(bounds::add);
        histogram.add("seconds", bounds);
        JsonArray counts = new JsonArray();
        for (long count : durations) {
            counts.add(count);
        }
        histogram.add("counts", counts);
        all.add("durations", histogram);
    }

    private static JsonObject server(StatusSource.One one) {
        StatusCounts counts = one.counts();
        StatusCounts.Bytes bytes = one.bytes();
        JsonObject server = new JsonObject();
        server.addProperty("address", one.address());
        server.addProperty("ready", one.server().ready());
        server.addProperty("live", one.live().size());
        server.addProperty("accepted", counts.accepted());
        server.add("refused", object(counts.refused()));
        server.add("closed", object(counts.closed()));
        server.addProperty("errors", counts.errors());
        server.addProperty("acceptErrors", counts.acceptErrors());
        server.addProperty("bytesIn", bytes.in());
        server.addProperty("bytesOut", bytes.out());
        return server;
    }

    private JsonObject requests(boolean newest) {
        List<Row> live = new ArrayList<>();
        for (StatusSource.One one : source.all()) {
            one.live().forEach(request -> live.add(new Row(request, one.address())));
        }
        Comparator<Row> order = Comparator.comparingLong(Row::id);
        live.sort(newest ? order.reversed() : order);
        JsonArray rows = new JsonArray();
        live.stream().limit(MOST_ROWS).forEach(row -> rows.add(row(row)));
        JsonObject requests = new JsonObject();
        requests.addProperty("live", live.size());
        requests.add("rows", rows);
        return requests;
    }

    private static JsonObject row(Row row) {
        LiveRequest request = row.request();
        JsonObject object = new JsonObject();
        object.addProperty("id", row.id());
        object.addProperty("client", AddressText.of(request.client()));
        object.addProperty("server", row.server());
        object.addProperty("ageMillis", request.duration().toMillis());
        object.addProperty("state", request.state().name().toLowerCase(Locale.ROOT));
        object.addProperty("bytesIn", request.bytesIn());
        object.addProperty("bytesOut", request.bytesOut());
        UnfinishedFrame frame = request.unfinishedFrame().orElse(null);
        if (frame == null) {
            object.add("frameBytes", JsonNull.INSTANCE);
        } else {
            object.addProperty("frameBytes", frame.bytes());
        }
        return object;
    }
}
