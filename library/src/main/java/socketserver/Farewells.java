package socketserver;

import static java.nio.charset.StandardCharsets.UTF_8;

import socketserver.request.StreamRequest;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// The connections that are refused with a word: they last until the client has heard it and gone,
/// a second at most.
///
/// A connection that is closed while bytes of the client are unread is reset, and what was sent to
/// it is lost (RFC 1122, 4.2.2.13): so they are read before.
final class Farewells {
    private static final int MOST = 64;
    private static final Duration LONGEST = Duration.ofSeconds(1);
    private static final int BUFFER = 4 * 1024;

    private final Set<StreamRequest> open = ConcurrentHashMap.newKeySet();

    /// Tells a client, on a thread of its own, that it is refused; says nothing if that many are
    /// being told already.
    ///
    /// @param close ends the connection then
    void tell(StreamRequest request, String farewell, Runnable close) {
        if (open.size() >= MOST) {
            close.run();
            return;
        }
        open.add(request);
        Thread.ofVirtual()
                .name("farewell-" + request.id())
                .start(
                        () -> {
                            try {
                                tell(request, farewell);
                            } catch (IOException gone) {
                                // It has not waited for it.
                            } finally {
                                close.run();
                                open.remove(request);
                            }
                        });
    }

    private static void tell(StreamRequest request, String farewell) throws IOException {
        Deadline deadline = Deadline.in(LONGEST);
        request.writeTimeout(LONGEST);
        request.write(ByteBuffer.wrap(farewell.getBytes(UTF_8)));
        request.shutdownOutput();
        ByteBuffer unread = ByteBuffer.allocate(BUFFER);
        do {
            request.readTimeout(Duration.ofNanos(Math.max(1, deadline.left())));
        } while (!deadline.passed() && request.read(unread.clear()) >= 0);
    }

    /// Ends those that are left.
    void close() {
        open.forEach(StreamRequest::close);
    }
}
