package socketserver.request;

import org.jspecify.annotations.Nullable;

import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

/// A tap that is on a request, which whatever it throws does not harm.
///
/// Any thread may call its methods.
final class Tapping {
    private final Request request;
    // Null once it has thrown something: whoever clears it logs that.
    private final AtomicReference<@Nullable WireTap> tap;
    private final AtomicBoolean endSent = new AtomicBoolean();

    /// What a tap is told.
    private interface Telling {
        void to(WireTap tap) throws Exception;
    }

    Tapping(Request request, WireTap tap) {
        this.request = request;
        this.tap = new AtomicReference<>(tap);
    }

    /// {@return the tap, or null if it has failed}
    @Nullable WireTap tap() {
        return tap.get();
    }

    /// Tells of the last bytes before the buffer's position, which have come.
    void received(ByteBuffer into, int count) {
        tell(told -> told.received(request, before(into, count)));
    }

    /// Tells of the last bytes before the buffer's position, which have gone out.
    void sent(ByteBuffer from, int count) {
        tell(told -> told.sent(request, before(from, count)));
    }

    void receivedEnd(StreamRequest stream) {
        tell(told -> told.receivedEnd(stream));
    }

    void sentEnd(StreamRequest stream) {
        if (endSent.compareAndSet(false, true)) {
            tell(told -> told.sentEnd(stream));
        }
    }

    private static ByteBuffer before(ByteBuffer buffer, int count) {
        return buffer.asReadOnlyBuffer().slice(buffer.position() - count, count);
    }

    private void tell(Telling telling) {
        WireTap told = tap.get();
        if (told == null) {
            return;
        }
        try {
            telling.to(told);
        } catch (Throwable thrown) {
            if (tap.getAndSet(null) != null) {
                log(told, thrown);
            }
        }
    }

    /// Names the tap's class: its own text could fail as well.
    private void log(WireTap told, Throwable thrown) {
        String tap = told.getClass().getName();
        System.getLogger("socketserver.hook")
                .log(Level.WARNING, "%s: its tap (%s) failed".formatted(request, tap), thrown);
    }
}
