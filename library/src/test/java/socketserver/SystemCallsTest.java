package socketserver;

import static org.assertj.core.api.Assertions.assertThat;

import static socketserver.Eventually.eventually;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

import socketserver.request.RequestHandler;
import socketserver.request.StreamRequest;
import socketserver.request.UnixAddress;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/// Which system calls a connection costs, as `strace` sees them.
@Timeout(60)
@EnabledOnOs(OS.LINUX)
class SystemCallsTest {
    private static final int REQUESTS = 200;
    private static final int MUCH = 4 << 20;

    /// Echoes blocks of bytes, or sends much, on the threading model.
    static final class Program {
        private Program() {}

        public static void main(String[] arguments) throws IOException {
            RequestHandler<StreamRequest> handler =
                    arguments[0].equals("echo") ? Program::echo : Program::send;
            if (arguments.length > 1) {
                // On another carrier, the poller may come once more before the handler has read.
                System.setProperty("jdk.virtualThreadScheduler.parallelism", "1");
                serve(SocketServer.unix(UnixAddress.of(arguments[1])).threading().open(handler), 0);
            } else {
                var server = new ThreadingTcpServer(Peer.anyPort(), handler);
                serve(server, server.address().getPort());
            }
        }

        private static void serve(BaseServer<StreamRequest> closed, int port) throws IOException {
            try (var server = closed) {
                server.start();
                System.out.println(port);
                var commands = new BufferedReader(new InputStreamReader(System.in, UTF_8));
                for (String command; (command = commands.readLine()) != null; ) {
                    if (command.equals("end")) {
                        return;
                    }
                    System.out.println(
                            command.equals("parked?")
                                    ? isParked(server)
                                    : server.requests().isEmpty());
                }
            }
        }

        private static boolean isParked(BaseServer<StreamRequest> server) {
            return server.requests().stream()
                    .flatMap(row -> row.handler().stream())
                    .anyMatch(handler -> handler.getState() == Thread.State.WAITING);
        }

        private static void echo(StreamRequest request) throws IOException {
            ByteBuffer buffer = ByteBuffer.allocate(1000);
            while (request.read(buffer.clear()) >= 0) {
                request.write(buffer.flip());
            }
        }

        private static void send(StreamRequest request) throws IOException {
            request.option(StandardSocketOptions.SO_SNDBUF, 64 * 1024);
            request.write(ByteBuffer.allocate(MUCH));
        }
    }

    /// What `strace` has noted of the calls for one connection.
    private record Calls(List<String> lines) {
        /// {@return the lines, those joined that were torn by a call of another thread}
        private static List<String> whole(List<String> lines) {
            List<String> whole = new ArrayList<>();
            Map<String, String> begun = new HashMap<>();
            for (String line : lines) {
                String thread = line.substring(0, line.indexOf(' '));
                int unfinished = line.indexOf(" <unfinished ...>");
                int resumed = line.indexOf(" resumed>");
                if (unfinished >= 0) {
                    begun.put(thread, line.substring(0, unfinished));
                } else if (resumed >= 0) {
                    whole.add(begun.remove(thread) + line.substring(resumed + 9));
                } else {
                    whole.add(line);
                }
            }
            return whole;
        }

        /// {@return the calls for the first connection that was accepted}
        static Calls in(Path file) throws IOException {
            List<String> all = whole(Files.readAllLines(file));
            String accepted =
                    all.stream()
                            .filter(line -> line.matches(".*accept4\\(.* = \\d+"))
                            .findFirst()
                            .orElseThrow(() -> new IOException("nothing was accepted: " + all));
            String number = accepted.substring(accepted.lastIndexOf(' ') + 1);
            List<String> since = all.subList(all.indexOf(accepted), all.size());
            var call =
                    Pattern.compile(
                            "(recvfrom|sendto|close)\\(%1$s\\b.*|epoll_ctl\\(\\d+, \\w+, %1$s\\b.*"
                                    .formatted(number));
            List<String> ours = since.stream().filter(line -> call.matcher(line).find()).toList();
            int last = indexOf(ours, "close(");
            return new Calls(ours.subList(0, last < 0 ? ours.size() : last + 1));
        }

        long count(String... words) {
            return lines.stream()
                    .filter(line -> List.of(words).stream().allMatch(line::contains))
                    .count();
        }
    }

    private static ChildJvm traced(Path file, String... arguments) throws IOException {
        Installed.needs("strace");
        return ChildJvm.by(
                List.of(
                        "strace",
                        "--follow-forks",
                        "--seccomp-bpf",
                        "--quiet=all",
                        "--string-limit=0",
                        "--trace=recvfrom,sendto,epoll_ctl,accept4,close",
                        "--output=" + file),
                Program.class,
                arguments);
    }

    /// Lets the connection end, and then the program: `strace` writes the last lines at its end.
    private static void end(ChildJvm program) throws Exception {
        eventually(() -> "true".equals(program.ask("idle?")));
        assertThat(program.ask("end")).isNull();
        assertThat(program.exit()).isZero();
    }

    private static void ask(ChildJvm program, ByteChannel peer) throws Exception {
        ByteBuffer answer = ByteBuffer.allocate(100);
        for (int i = 0; i < REQUESTS; i++) {
            eventually(() -> "true".equals(program.ask("parked?")));
            peer.write(ByteBuffer.allocate(100));
            answer.clear();
            while (answer.hasRemaining()) {
                assertThat(peer.read(answer)).isPositive();
            }
        }
    }

    private static Calls ofEchoes(Path file, String... path) throws Exception {
        List<String> arguments = new ArrayList<>(List.of("echo"));
        arguments.addAll(List.of(path));
        try (var program = traced(file, arguments.toArray(String[]::new))) {
            InetSocketAddress bound = program.address();
            try (SocketChannel peer =
                    SocketChannel.open(
                            path.length == 0 ? bound : UnixDomainSocketAddress.of(path[0]))) {
                ask(program, peer);
            }
            end(program);
        }
        Calls calls = Calls.in(file);
        assertThat(calls.count("sendto(")).isEqualTo(REQUESTS);
        // One for the end, and one at the begin if the bytes come later than the handler.
        assertThat(calls.count("recvfrom(")).isBetween(REQUESTS + 1L, REQUESTS + 2L);
        assertThat(calls.count("recvfrom(", "EAGAIN")).isLessThanOrEqualTo(1);
        assertThat(calls.count("epoll_ctl(", "EPOLL_CTL_ADD")).isEqualTo(1);
        assertThat(calls.count("epoll_ctl(", "EPOLL_CTL_ADD", "EPOLLOUT")).isZero();
        assertThat(calls.count("epoll_ctl(", "EPOLL_CTL_MOD")).isZero();
        // Before it is closed.
        assertThat(calls.count("epoll_ctl(", "EPOLL_CTL_DEL")).isEqualTo(1);
        assertThat(calls.count("close(")).isEqualTo(1);
        return calls;
    }

    @Test
    void anEchoIsOneReceiveAndOneSend(@TempDir Path folder) throws Exception {
        Calls calls = ofEchoes(folder.resolve("calls"));
        assertThat(calls.count("epoll_ctl(", "EPOLLET")).isEqualTo(1);
    }

    @Test
    void anEchoToAUnixClientIs(@TempDir Path folder) throws Exception {
        Calls calls = ofEchoes(folder.resolve("calls"), folder.resolve("echo.sock").toString());
        assertThat(calls.count("epoll_ctl(", "EPOLLET")).isZero();
    }

    @Test
    void roomIsAskedForOnlyWhereThereWasNone(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("calls");
        try (var program = traced(file, "send");
                Peer peer = Peer.of(program.address())) {
            assertThat(peer.socket.getInputStream().readAllBytes()).hasSize(MUCH);
            end(program);
        }
        Calls calls = Calls.in(file);
        // It is asked for room only where there was none.
        assertThat(calls.count("recvfrom(")).isZero();
        assertThat(calls.count("epoll_ctl(", "EPOLLOUT"))
                .isLessThanOrEqualTo(calls.count("sendto(", "EAGAIN"));
        int first = indexOf(calls.lines(), "epoll_ctl(");
        if (first >= 0) {
            assertThat(indexOf(calls.lines(), "EAGAIN")).isBetween(0, first);
        }
    }

    private static int indexOf(List<String> lines, String word) {
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).contains(word)) {
                return i;
            }
        }
        return -1;
    }
}
