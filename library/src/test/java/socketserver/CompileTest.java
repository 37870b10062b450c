package socketserver;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.spi.ToolProvider;

/// What the compiler says to programs: mistakes that Python finds at run time, or never, are errors
/// here.
@Timeout(60)
class CompileTest {
    private static final String IMPORTS =
            """
            import java.io.IOException;
            import java.net.InetSocketAddress;
            import socketserver.*;
            import socketserver.concurrency.*;
            import socketserver.request.*;
            """;

    private static final String SERVER_CONSTRUCTOR =
            """
                Server(InetSocketAddress address, RequestHandler<? super StreamRequest> handler)
                        throws IOException {
                    super(address, handler);
                }
            """;

    /// A second mix-in, as a program or a later version might have one.
    private static final String OTHER_MIX_IN =
            """
            final class OtherModel implements ConcurrencyModel {
                @Override public void run(RequestTask task) { task.run(); }
            }
            interface OtherMixIn extends ConcurrencyMixIn {
                @Override default OtherModel concurrencyModel() { return new OtherModel(); }
            }
            """;

    @TempDir Path folder;

    /// {@return what the compiler says of the source, nothing if it compiles}
    private String compile(String source) throws IOException {
        Path file = Files.writeString(folder.resolve("Program.java"), IMPORTS + source);
        var out = new StringWriter();
        ToolProvider javac = ToolProvider.findFirst("javac").orElseThrow();
        int status =
                javac.run(
                        new PrintWriter(out),
                        new PrintWriter(out),
                        "-Xlint:all,-missing-explicit-ctor",
                        "-proc:none",
                        // Not the tests' own, which have classes in the hidden packages.
                        "--class-path",
                        folder.toString(),
                        "--module-path",
                        Path.of("target", "classes").toString(),
                        "--add-modules",
                        "socketserver",
                        "-d",
                        folder.resolve("classes").toString(),
                        file.toString());
        assertThat(status == 0).as(out.toString()).isEqualTo(out.toString().isEmpty());
        return out.toString();
    }

    private static String inMain(String statement) {
        return "class Program { void main(InetSocketAddress address) throws IOException { "
                + statement
                + " } }\n";
    }

    @Test
    void oneHandlerServesAllFamilies() throws IOException {
        assertThat(
                        compile(
                                """
                                class Program {
                                    static void log(Request request) {
                                        System.out.println(request.client());
                                    }
                                    void main(InetSocketAddress address, UnixAddress path)
                                            throws IOException {
                                        RequestHandler<Request> log = Program::log;
                                        new TcpServer(address, log).close();
                                        new UdpServer(address, log).close();
                                        new ThreadingUdpServer(address, Program::log).close();
                                        new UnixStreamServer(path, log).close();
                                        new UnixDatagramServer(path, request -> log(request)).close();
                                        SocketServer.tcp(address).open(log).close();
                                        SocketServer.unixDatagram(path).threading().open(log).close();
                                    }
                                }
                                """))
                .isEmpty();
    }

    @Test
    void aDatagramHandlerOnATcpServerDoesNotCompile() throws IOException {
        String handler =
                """
                class Packets extends DatagramRequestHandler {
                    @Override protected void handle() {}
                }
                """;
        assertThat(compile(handler + inMain("new UdpServer(address, Packets::new).close();")))
                .isEmpty();
        assertThat(compile(handler + inMain("new TcpServer(address, Packets::new).close();")))
                .contains("error:");
        assertThat(
                        compile(
                                handler
                                        + inMain(
                                                "RequestHandler<DatagramRequest> one = request ->"
                                                    + " {}; new TcpServer(address, one).close();")))
                .contains("error:");
        assertThat(
                        compile(
                                handler
                                        + inMain(
                                                "SocketServer.tcp(address).open(Packets::new).close();")))
                .contains("error:");
    }

    @Test
    void aHandlerClassWithTwoConstructorsNeedsALambda() throws IOException {
        String handler =
                """
                class Echo extends StreamRequestHandler {
                    Echo() {}
                    Echo(StreamRequest request) {}
                    @Override protected void handle() {}
                }
                """;
        assertThat(compile(handler + inMain("new TcpServer(address, Echo::new).close();")))
                .contains("ambiguous");
        assertThat(compile(handler + inMain("new TcpServer(address, () -> new Echo()).close();")))
                .isEmpty();
    }

    @Test
    void aMixInMakesAServerThreading() throws IOException {
        assertThat(
                        compile(
                                "class Server extends TcpServer implements ThreadingMixIn {\n"
                                        + SERVER_CONSTRUCTOR
                                        + "}\n"))
                .isEmpty();
    }

    @Test
    void aMixInCanBeTuned() throws IOException {
        assertThat(
                        compile(
                                "class Server extends TcpServer implements ThreadingMixIn {\n"
                                        + SERVER_CONSTRUCTOR
                                        + """
                                            @Override public ThreadingModel concurrencyModel() {
                                                return ThreadingModel.platform();
                                            }
                                        }
                                        """))
                .isEmpty();
    }

    @Test
    void aServerWithTwoMixInsDoesNotCompile() throws IOException {
        assertThat(
                        compile(
                                OTHER_MIX_IN
                                        + "class Server extends TcpServer"
                                        + " implements ThreadingMixIn, OtherMixIn {\n"
                                        + SERVER_CONSTRUCTOR
                                        + "}\n"))
                .contains("error:")
                .contains("concurrencyModel()");
        assertThat(
                        compile(
                                OTHER_MIX_IN
                                        + """
                                        class Server extends ThreadingTcpServer implements OtherMixIn {
                                        """
                                        + SERVER_CONSTRUCTOR
                                        + "}\n"))
                .contains("error:")
                .contains("concurrencyModel()");
    }

    @Test
    void aMixInBelowAnOverrideThatWouldShadowItDoesNotCompile() throws IOException {
        assertThat(
                        compile(
                                """
                                class Between extends TcpServer {
                                    Between(InetSocketAddress address,
                                            RequestHandler<? super StreamRequest> handler)
                                            throws IOException {
                                        super(address, handler);
                                    }
                                    @Override public ConcurrencyModel concurrencyModel() {
                                        return ConcurrencyModel.synchronous();
                                    }
                                }
                                class Server extends Between implements ThreadingMixIn {
                                """
                                        + SERVER_CONSTRUCTOR
                                        + "}\n"))
                .contains("error:")
                .contains("concurrencyModel()")
                .contains("ThreadingModel");
    }

    /// It would compile, and serve synchronously, if the hook were public.
    @Test
    void theLiteralPortOfPythonsMixInDoesNotCompile() throws IOException {
        assertThat(
                        compile(
                                """
                                interface PoolMixIn {
                                    default void processRequest(StreamRequest request) {
                                        Thread.startVirtualThread(() -> {});
                                    }
                                }
                                class Server extends TcpServer implements PoolMixIn {
                                """
                                        + SERVER_CONSTRUCTOR
                                        + "}\n"))
                .contains("error:")
                .contains("processRequest");
    }

    @Test
    void aServersOwnClassCannotNameWhatIsHidden() throws IOException {
        assertThat(compile(inMain("socketserver.transport.Engine.chosen();")))
                .contains("does not export it");
    }
}
