package socketserver.concurrency;

import org.jspecify.annotations.Nullable;

import socketserver.framing.Framing;

import java.nio.ByteBuffer;
import java.util.Iterator;

/// Frames that are made when the client has taken those before.
final class FrameSource<T> implements OutputQueue.Source {
    private static final int GATHERED = 16 * 1024;

    private final Framing<T> framing;
    private final Iterator<? extends T> frames;

    FrameSource(Framing<T> framing, Iterator<? extends T> frames) {
        this.framing = framing;
        this.frames = frames;
    }

    @Override
    public @Nullable ByteBuffer next() {
        if (!frames.hasNext()) {
            return null;
        }
        ByteBuffer gathered = ByteBuffer.allocate(GATHERED);
        while (frames.hasNext()) {
            ByteBuffer frame = framing.encode(frames.next());
            if (frame.remaining() > gathered.remaining()) {
                return ByteBuffer.allocate(gathered.position() + frame.remaining())
                        .put(gathered.flip())
                        .put(frame)
                        .flip();
            }
            gathered.put(frame);
        }
        return gathered.flip();
    }
}
