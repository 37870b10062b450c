package socketserver.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import static socketserver.cli.RunningCommand.freePort;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/// Three commands behind HAProxy, with the configuration of `deploy/haproxy`, and clients that ask
/// without a pause.
final class Fleet implements AutoCloseable {
    static final int CLIENTS = 8;

    private static final List<String> SERVERS = List.of("a", "b", "c");
    private static final int SOME = 200;
    private static final String TOKEN = "0123456789abcdef";
    // Longer than a client waits for its answer.
    private static final Duration PATIENCE = Duration.ofSeconds(40);

    private final Network network;
    private final Map<String, Integer> ports = new HashMap<>();
    private final Map<String, Integer> statusPorts = new HashMap<>();
    private final Map<String, RunningCommand> commands = new HashMap<>();
    private final AtomicBoolean over = new AtomicBoolean();
    private final AtomicInteger answers = new AtomicInteger();
    private final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private final List<Thread> clients = new ArrayList<>();
    private final int publicPort;
    private final Process haproxy;

    private Fleet(Network network) throws IOException {
        this.network = network;
        publicPort = freePort();
        List<String> command = new ArrayList<>(network.inside(Network.PROXY));
        command.addAll(List.of("haproxy", "-db", "-f", "../deploy/haproxy/haproxy.cfg"));
        ProcessBuilder builder =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(Redirect.DISCARD);
        builder.environment().put("PUBLIC", network.host(Network.PROXY) + ":" + publicPort);
        for (String server : SERVERS) {
            ports.put(server, freePort());
            statusPorts.put(server, freePort());
            String name = "_" + server.toUpperCase(Locale.ROOT);
            String place = network.host(server) + ":" + ports.get(server);
            builder.environment().put("SERVER" + name, place);
            builder.environment().put("STATUS" + name, "" + statusPorts.get(server));
        }
        haproxy = builder.start();
    }

    /// {@return a fleet that serves}
    static Fleet on(Network network) throws IOException {
        Fleet fleet = new Fleet(network);
        try {
            fleet.start();
        } catch (Throwable failed) {
            fleet.close();
            throw failed;
        }
        return fleet;
    }

    private void start() throws IOException {
        for (String server : SERVERS) {
            start(server);
        }
        await().atMost(PATIENCE)
                .ignoreExceptions()
                .until(
                        () -> {
                            ask(-1);
                            return true;
                        });
        for (int i = 0; i < CLIENTS; i++) {
            clients.add(Thread.startVirtualThread(this::askUntilOver));
        }
        awaitMoreAnswers();
    }

    private void start(String server) throws IOException {
        String host = network.host(server);
        commands.put(
                server,
                RunningCommand.serveBy(
                        network.inside(server),
                        Map.of(),
                        1,
                        "tcp://" + host + ":" + ports.get(server),
                        "--proxy-from",
                        network.host(Network.PROXY) + "/32",
                        "--status",
                        host + ":" + statusPorts.get(server),
                        "--status-token",
                        TOKEN,
                        "--drain",
                        "20s",
                        "--unready",
                        "3s"));
    }

    private void ask(int number) throws IOException {
        InetAddress proxy = InetAddress.ofLiteral(network.host(Network.PROXY));
        Load.ask(new InetSocketAddress(proxy, publicPort), "message " + number + "\n");
    }

    private void askUntilOver() {
        for (int i = 0; !over.get(); i++) {
            try {
                ask(i);
                answers.incrementAndGet();
            } catch (IOException failed) {
                failures.add(failed.toString());
            }
        }
    }

    void awaitMoreAnswers() {
        int before = answers.get();
        await().atMost(PATIENCE).until(() -> answers.get() > before + SOME);
    }

    /// Stops each and starts it again, one after the other.
    void restartAll() throws Exception {
        for (String server : SERVERS) {
            RunningCommand old = commands.get(server);
            old.terminate();
            assertThat(old.exitCode()).isZero();
            old.close();
            start(server);
            awaitAnswersOf(server);
        }
    }

    /// Kills one, and starts it again when the others have answered for it.
    void killOne() throws Exception {
        RunningCommand first = commands.get("a");
        first.kill();
        awaitMoreAnswers();
        awaitMoreAnswers();
        first.close();
        start("a");
        awaitAnswersOf("a");
    }

    /// Takes the network away from one.
    void cutOffOne() throws Exception {
        network.cut("a");
        awaitMoreAnswers();
        awaitMoreAnswers();
    }

    /// Waits until HAProxy has seen that a server is there.
    private void awaitAnswersOf(String server) throws Exception {
        try (var status = StatusClient.of(commands.get(server));
                var reader = status.with(TOKEN)) {
            await().atMost(PATIENCE)
                    .until(() -> reader.server().get("accepted").getAsInt() > SOME / 4);
        }
    }

    /// Lets the clients end.
    ///
    /// @return why they were not answered
    List<String> failures() throws InterruptedException {
        over.set(true);
        for (Thread client : clients) {
            client.join();
        }
        return List.copyOf(failures);
    }

    @Override
    public void close() {
        over.set(true);
        haproxy.destroyForcibly().onExit().join();
        for (RunningCommand command : commands.values()) {
            try {
                command.close();
            } catch (IOException failed) {
                throw new UncheckedIOException(failed);
            }
        }
    }
}
