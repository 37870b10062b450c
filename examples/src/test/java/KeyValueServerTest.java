import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

import socketserver.TcpServer;
import socketserver.concurrency.ConcurrencyModel;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;

@Timeout(60)
@ParameterizedClass
@FieldSource("MODELS")
class KeyValueServerTest {
    static final List<ConcurrencyModel> MODELS =
            List.of(ConcurrencyModel.threading(), ConcurrencyModel.selector());

    @Parameter ConcurrencyModel model;
    private TcpServer server;

    @BeforeEach
    void open() throws IOException {
        server = KeyValueServer.open(0, model);
        server.start();
    }

    @AfterEach
    void close() {
        server.close();
    }

    /// {@return the replies to inline commands that are sent in one piece}
    private String ask(String... commands) throws IOException {
        try (var client = new Client(server.address())) {
            client.send(String.join("\r\n", commands) + "\r\nQUIT\r\n");
            String replies = client.rest().replace("\r\n", " ");
            assertThat(replies).endsWith("+OK ");
            return replies.substring(0, replies.length() - "+OK ".length()).strip();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    PING                         | +PONG
                    ping hello                   | $5 hello
                    ECHO hello                   | $5 hello
                    GET nothing                  | $-1
                    SET a b;GET a                | +OK $1 b
                    SET a b;DEL a a x;GET a      | +OK :1 $-1
                    SET a b;EXISTS a a x         | +OK :2
                    INCR n;INCR n;GET n          | :1 :2 $1 2
                    SET a b;TTL a;TTL x          | +OK :-1 :-2
                    SET a b EX 100;TTL a         | +OK :100
                    SET a b px 9000;TTL a        | +OK :9
                    SET a b;EXPIRE a 50;TTL a    | +OK :1 :50
                    SET a b;EXPIRE a -1;GET a    | +OK :1 $-1
                    EXPIRE x 5                   | :0
                    SET a b;FLUSHALL;GET a       | +OK +OK $-1
                    SELECT 0                     | +OK
                    CONFIG GET save              | *2 $4 save $0
                    COMMAND                      | *0
                    SELECT 1                     | -ERR DB index is out of range
                    SET a b;INCR a               | +OK -ERR value is not an integer or out of range
                    SET n 9223372036854775807;INCR n | +OK -ERR increment or decrement would overflow
                    SET a b EX 0                 | -ERR invalid expire time in 'set' command
                    SET a b EX 9223372036854775807 | -ERR invalid expire time in 'set' command
                    SET a b NX 1                 | -ERR syntax error
                    SET a b EX                   | -ERR syntax error
                    GET                          | -ERR wrong number of arguments for 'get' command
                    NONE a                       | -ERR unknown command 'NONE'
                    """)
    void obeys(String commands, String replies) throws IOException {
        assertThat(ask(commands.split(";", -1))).isEqualTo(replies);
    }

    @Test
    void keepsKeysAndValuesOfAnyBytes() throws IOException {
        try (var client = new Client(server.address())) {
            byte[] all = new byte[256];
            IntStream.range(0, 256).forEach(i -> all[i] = (byte) i);
            client.send("*3\r\n$3\r\nSET\r\n$2\r\n\r\n\r\n$256\r\n");
            client.send(all);
            client.send("\r\n*2\r\n$3\r\nGET\r\n$2\r\n\r\n\r\n");

            assertThat(client.line()).isEqualTo("+OK");
            assertThat(client.line()).isEqualTo("$256");
            assertThat(client.bytes(256)).isEqualTo(all);
        }
    }

    @Test
    void forgetsWhatHasExpired() throws IOException {
        ask("SET a b PX 20");

        await().until(() -> ask("GET a").equals("$-1"));
        assertThat(ask("EXISTS a", "DEL a", "TTL a", "EXPIRE a 5")).isEqualTo(":0 :0 :-2 :0");
    }

    @Test
    void answersAPipelineInItsOrder() throws IOException {
        int count = 10_000;
        try (var client = new Client(server.address())) {
            Thread.startVirtualThread(
                    () -> {
                        try {
                            client.send("*2\r\n$4\r\nINCR\r\n$1\r\nn\r\n".repeat(count));
                        } catch (IOException closed) {
                            // the replies will be missing
                        }
                    });
            for (int i = 1; i <= count; i++) {
                assertThat(client.line()).isEqualTo(":" + i);
            }
        }
    }

    @Test
    void countsEachIncrementOfManyClients() throws Exception {
        try (var clients = Executors.newVirtualThreadPerTaskExecutor()) {
            String[] commands =
                    IntStream.range(0, 100).mapToObj(_ -> "INCR n").toArray(String[]::new);
            Callable<String> client = () -> ask(commands);
            for (var done :
                    clients.invokeAll(IntStream.range(0, 20).mapToObj(_ -> client).toList())) {
                done.get();
            }
        }
        assertThat(ask("GET n")).isEqualTo("$4 2000");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "*1025\r\n",
                "*-1\r\n",
                "*x\r\n",
                "*2\r\n$3\r\nGET\r\n$16777216\r\n",
                "*1\r\n$99999999999\r\n",
                "*1\r\n+PING\r\n",
                "*1\r\n$4\r\nPING!!"
            })
    void answersAViolationOfTheProtocolAndEnds(String violation) throws IOException {
        try (var client = new Client(server.address())) {
            client.send("PING\r\n" + violation);

            assertThat(client.line()).isEqualTo("+PONG");
            assertThat(client.line()).startsWith("-ERR Protocol error: ");
            assertThat(client.line()).isNull();
        }
    }

    @Test
    void redisCliTalksWithIt() throws Exception {
        Stranger redis = Stranger.named("redis-cli");
        String port = Integer.toString(server.address().getPort());

        assertThat(redis.run("-p", port, "set", "greeting", "hello world", "ex", "60"))
                .isEqualTo("OK\n");
        assertThat(redis.run("-p", port, "get", "greeting")).isEqualTo("hello world\n");
        assertThat(redis.runWith("incr n\nttl greeting\ndel n greeting\nget n\n", "-p", port))
                .matches("1\n[56][0-9]\n2\n\n");
    }

    @Test
    void redisBenchmarkEndsWithoutAnError() throws Exception {
        Stranger benchmark = Stranger.named("redis-benchmark");
        String port = Integer.toString(server.address().getPort());

        assertThat(benchmark.run("-p", port, "-t", "ping,set,get", "-P", "16", "-n", "5000", "-q"))
                .contains("PING_INLINE: ", "PING_MBULK: ", "SET: ", "GET: ")
                .doesNotContainIgnoringCase("error")
                .doesNotContain("WARNING");
    }
}
