package socketserver.benchmark.generator;

import com.google.gson.Gson;

import org.jspecify.annotations.Nullable;

import socketserver.benchmark.address.Family;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/// The generator: obeys orders, one after the other.
///
/// It lives as long as the race, so that its own code is compiled before anything counts.
public final class Generator implements AutoCloseable {
    private @Nullable Target heldTarget;
    private @Nullable Connections held;

    /// Obeys the orders on standard input until that ends.
    public static void main(String[] args) throws IOException {
        Gson gson = new Gson();
        try (var generator = new Generator();
                var orders =
                        new BufferedReader(
                                new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            for (String line; (line = orders.readLine()) != null; ) {
                Order order = Objects.requireNonNull(gson.fromJson(line, Order.class));
                IO.println(gson.toJson(generator.obey(order)));
            }
        }
    }

    /// Does what is ordered; a failure is an answer too.
    public Answer obey(Order order) {
        try {
            return new Answer(obeyed(order), null);
        } catch (IOException failed) {
            return new Answer(null, failed.getMessage());
        }
    }

    private @Nullable Window obeyed(Order order) throws IOException {
        release();
        if (order.endpoint().family() == Family.TLS) {
            return counted(order, new TlsLoad(order, order.mode() == Order.Mode.RECONNECT));
        }
        switch (order.mode()) {
            case AWAIT -> FirstAnswer.await(order.endpoint(), order.seconds());
            case HOLD -> hold(order);
            case RELEASE -> {}
            case CLOSED, OPEN -> {
                try (var target = new Target(order.endpoint());
                        var all = new Connections(target, order.connections(), order.size())) {
                    boolean open = order.mode() == Order.Mode.OPEN;
                    return counted(
                            order, open ? new OpenLoop(all, order.rate()) : new ClosedLoop(all));
                }
            }
            case RECONNECT -> {
                try (var target = new Target(order.endpoint());
                        var load = new Reconnecting(target, order.connections(), order.size())) {
                    return counted(order, load);
                }
            }
        }
        return null;
    }

    private static Window counted(Order order, Load load) throws IOException {
        Recorder recorder = new Recorder(order);
        load.run(recorder);
        return recorder.window();
    }

    private void hold(Order order) throws IOException {
        Target target = new Target(order.endpoint());
        heldTarget = target;
        Connections all = new Connections(target, order.connections(), order.size());
        held = all;
        all.askEach();
    }

    private void release() {
        if (held != null) {
            held.close();
            held = null;
        }
        if (heldTarget != null) {
            heldTarget.close();
            heldTarget = null;
        }
    }

    @Override
    public void close() {
        release();
    }
}
