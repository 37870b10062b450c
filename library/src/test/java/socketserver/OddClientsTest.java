package socketserver;

import static org.assertj.core.api.Assertions.assertThat;

import static socketserver.Patience.reached;

import static java.nio.charset.StandardCharsets.US_ASCII;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.newsclub.net.unix.AFUNIXSocket;
import org.newsclub.net.unix.AFUNIXSocketAddress;

import socketserver.request.StreamRequest;

import java.io.FileDescriptor;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/// Clients that let a read end before what the kernel has ends: a handler reads on all the same.
@Timeout(30)
class OddClientsTest {
    static final List<String> ENGINES = Variant.ENGINES;

    /// A handler that reads once, then waits until it may go on, and reads to the end.
    private static final class Halting {
        final CountDownLatch first = new CountDownLatch(1);
        final CountDownLatch goOn = new CountDownLatch(1);
        final BlockingQueue<String> last = new ArrayBlockingQueue<>(1);

        private final AtomicBoolean taken = new AtomicBoolean();

        private volatile Thread thread;

        boolean waits() {
            Thread handling = thread;
            return handling != null && handling.getState() == Thread.State.WAITING;
        }

        void handle(StreamRequest request) throws Exception {
            if (taken.getAndSet(true)) {
                Variant.echo(request);
                return;
            }
            thread = Thread.currentThread();
            ByteBuffer buffer = ByteBuffer.allocate(1000);
            // It comes when this waits already, so that the linux engine watches from now on.
            request.read(buffer);
            first.countDown();
            reached(goOn);
            while (buffer.get(buffer.position() - 1) != '.' && request.read(buffer) >= 0) {
                // until all has come
            }
            last.add(US_ASCII.decode(buffer.flip()).toString());
        }
    }

    /// Lets the server see what it has been told so far: another connection has waited meanwhile.
    private static void settle(Serving serving) throws Exception {
        for (int i = 0; i < 20; i++) {
            try (var client = serving.client()) {
                assertThat(client.ask("hello")).isEqualTo("hello");
                assertThat(client.ask("hello")).isEqualTo("hello");
            }
        }
    }

    // Telnet sends its "synch" so, and ftp its "abort".
    @ParameterizedTest
    @FieldSource("ENGINES")
    void bytesBehindUrgentOnesAreRead(String engine) throws Exception {
        var handler = new Halting();
        var variant = new Variant(engine, Family.TCP_IPV4, Model.THREADING);
        try (var serving = variant.serveStreams(handler::handle);
                Peer peer = Peer.of((InetSocketAddress) serving.server().address())) {
            OutputStream out = peer.socket.getOutputStream();
            Patience.eventually(() -> assertThat(handler.waits()).isTrue());
            out.write("1".getBytes(US_ASCII));
            reached(handler.first);
            peer.socket.setTcpNoDelay(true);
            out.write("2".getBytes(US_ASCII));
            peer.socket.sendUrgentData('!');
            out.write("3.".getBytes(US_ASCII));
            settle(serving);
            handler.goOn.countDown();
            assertThat(handler.last.poll(10, TimeUnit.SECONDS)).isEqualTo("123.");
        }
    }

    @EnabledOnOs(OS.LINUX)
    @ParameterizedTest
    @FieldSource("ENGINES")
    void bytesBehindPassedDescriptorsAreRead(String engine) throws Exception {
        var handler = new Halting();
        var variant = new Variant(engine, Family.UNIX_STREAM, Model.THREADING);
        try (var serving = variant.serveStreams(handler::handle);
                var socket = AFUNIXSocket.newInstance()) {
            String path = serving.server().address().toString().substring("unix:".length());
            socket.connect(AFUNIXSocketAddress.of(new java.io.File(path)));
            OutputStream out = socket.getOutputStream();
            Patience.eventually(() -> assertThat(handler.waits()).isTrue());
            out.write("1".getBytes(US_ASCII));
            reached(handler.first);
            socket.setOutboundFileDescriptors(FileDescriptor.in);
            out.write("2".getBytes(US_ASCII));
            out.write("3.".getBytes(US_ASCII));
            settle(serving);
            handler.goOn.countDown();
            assertThat(handler.last.poll(10, TimeUnit.SECONDS)).isEqualTo("123.");
        }
    }
}
