package socketserver.concurrency;

import org.jspecify.annotations.Nullable;

import socketserver.framing.FrameHandler;
import socketserver.framing.FramedRequest;
import socketserver.framing.FramedStreams;
import socketserver.framing.Framing;
import socketserver.request.InputClock;
import socketserver.request.InputTooLongException;
import socketserver.request.Request;
import socketserver.request.StreamRequest;
import socketserver.transport.Attached;
import socketserver.transport.MultiplexedStream;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Optional;

/// A connection whose frames a loop reads: a row of the table of partially finished requests.
///
/// The loop's thread calls all methods, and owns all fields, that do not say otherwise.
final class FramedConnection<T> implements FramedRequest<T>, Attached, LastingTask.Lasting {
    private static final long serialVersionUID = 1;

    /// How many frames of a connection are handled between two looks at the others.
    static final int FRAMES = 64;

    private static final byte[] NONE = {};

    // Nothing stops it.
    private static final byte GOES_ON = 0;
    // A handshake is to be done, or is being done, before.
    private static final byte SECURING = 1;
    // There are to be no more frames.
    private static final byte OVER = 2;

    private final transient Loop loop;
    private final transient LastingTask task;
    private final transient FramedStreams<T> frames;
    private final transient FramedOutput output;
    // Bytes that were received and are in no frame yet: from the one index to the other. The table
    // reads the indices, too, and may see those of a moment ago.
    private transient byte[] kept = NONE;
    private transient int from;
    private transient int to;
    // How many of them were searched for a frame.
    private transient int seen;
    // When the first of them came, as milliseconds of the clock of the day.
    private transient long keptSince;
    // Whether the socket may have more.
    private transient boolean readable;
    // Whether the socket may have room again.
    private transient boolean writable;
    // Whether it is its turn at this moment. Read by any thread.
    private transient boolean busy;
    // Whether it waits in the loop for another turn.
    private transient boolean goesOn;
    // Why no more is read, if so: one of the next. A byte, because thousands have it.
    private transient byte stops;
    // Whether the handler was told that there will be no more frames. Read by any thread.
    private transient volatile boolean ended;
    // Whether the handler was told that there will be frames.
    private transient boolean begun;
    // Whether the request was ended. Read by any thread.
    private transient volatile boolean finished;
    // Made when there is a timeout, or output that waits. Written by any thread, under the lock of
    // the output.
    private transient volatile @Nullable ConnectionTimer timer;

    private FramedConnection(Loop loop, LastingTask task, FramedStreams<T> frames) {
        this.loop = loop;
        this.task = task;
        this.frames = frames;
        output = new FramedOutput(this);
    }

    /// Opens a connection.
    static <T> void open(Loop loop, LastingTask task, FramedStreams<T> frames) {
        new FramedConnection<>(loop, task, frames).open();
    }

    private void open() {
        loop.opened();
        try {
            kept = stream().attach(loop.multiplexer(), this);
            to = kept.length;
        } catch (Throwable thrown) {
            ended = true;
            task.report(thrown);
            finish();
            return;
        }
        busy = true;
        loop.step();
        if (!task.begin(this)) {
            ended = true;
            finished = true;
            loop.closed();
            return;
        }
        busy = false;
        timeoutsChanged();
        settle();
        readable |= stream().holdsInput();
        if (!ended && (to > from || readable)) {
            goOn();
        }
    }

    /// {@return the connection, as one that nobody waits for}
    MultiplexedStream stream() {
        return (MultiplexedStream) task.request();
    }

    Loop loop() {
        return loop;
    }

    /// Called by the server, through its hooks.
    @Override
    public void handle(StreamRequest same) throws Exception {
        begun = true;
        try {
            frames.handler().opened(this);
        } catch (Exception | Error thrown) {
            closeAfter(thrown);
            throw thrown;
        }
    }

    // Reading

    @Override
    public void ready(boolean reads, boolean writes) {
        readable |= reads;
        writable |= writes;
        queue();
    }

    /// Lets it have a turn when the others had theirs, unless there are to be no more frames.
    void goOn() {
        if (!ended) {
            queue();
        }
    }

    private void queue() {
        if (!goesOn) {
            goesOn = true;
            loop.again(this);
        }
    }

    /// Does what there is to do, as much as a slice allows.
    void turn() {
        goesOn = false;
        if (writable) {
            writable = false;
            flush();
        }
        if (!reads()) {
            watchInput();
            return;
        }
        busy = true;
        loop.step();
        try {
            read();
        } catch (Throwable thrown) {
            end(thrown);
        }
        busy = false;
        output.uncork();
        settle();
        if (reads() && (readable || to - from > seen)) {
            goOn();
        }
        watchInput();
    }

    private void watchInput() {
        if (!finished && hasTimesToSend()) {
            timer().watchInput(loop.now());
        }
    }

    private boolean hasTimesToSend() {
        return request().readTimeout() != null || stream().inputClock() != null;
    }

    /// {@return whether it waits for a turn, in which it reads what has come}
    boolean isQueued() {
        return goesOn;
    }

    /// {@return whether there are bytes of a frame that is not there as a whole}
    boolean isWithinFrame() {
        return to > from;
    }

    /// Does what the handler has asked for, now that it has returned.
    private void settle() {
        if (!ended && task.goesOn()) {
            moveOn();
        } else if (!ended && stops == OVER) {
            end(null);
        } else if (!ended && isDrained()) {
            endDrained();
        }
    }

    private void endDrained() {
        try {
            frames.handler().draining(this);
        } catch (Throwable thrown) {
            end(thrown);
            return;
        }
        end(null);
    }

    /// {@return whether it is to come to an end and has done so}
    private boolean isDrained() {
        return request().draining() && from == to && !readable && !isSecuring();
    }

    @Override
    public void drain() {
        loop.execute(
                () -> {
                    // What has come meanwhile is not lost.
                    readable = true;
                    goOn();
                });
    }

    private void read() throws Exception {
        int left = FRAMES;
        if (to - from > seen) {
            ByteBuffer bytes = ByteBuffer.wrap(kept, from, to - from);
            left = handleFrames(bytes, left);
            from = bytes.position();
            if (from == to) {
                keepNothing();
            }
        }
        if (left > 0 && readable && mayGoOn()) {
            receive(left);
        }
    }

    private boolean mayGoOn() {
        return !output.isPaused() && stops == GOES_ON && request().isOpen() && !task.goesOn();
    }

    private void receive(int left) throws Exception {
        int unfinished = to - from;
        ByteBuffer bytes = loop.buffer();
        boolean shared = unfinished <= bytes.capacity() / 2;
        if (shared) {
            bytes.put(kept, from, unfinished);
        } else {
            bytes = room();
        }
        int before = bytes.position();
        int count = stream().receiveNow(bytes);
        readable = count >= 0 && (!bytes.hasRemaining() || stream().mayHaveMore());
        ConnectionTimer timed = timer;
        if (timed != null && count != 0) {
            timed.received(loop.now());
        }
        if (count < 0) {
            inputEnded();
        } else if (count > 0) {
            bytes.limit(before + count).position(before - unfinished);
            boolean fresh = handleFrames(bytes, left) < left || unfinished == 0;
            if (fresh && bytes.hasRemaining()) {
                keptSince = System.currentTimeMillis();
            }
            if (shared) {
                keep(bytes);
            } else {
                from = bytes.position();
                to = bytes.limit();
            }
        }
    }

    /// {@return the buffer of this connection, which grows with the frame, from where bytes may be
    /// put}
    private ByteBuffer room() {
        if (to == kept.length || from > 0) {
            byte[] larger = new byte[(int) Math.min(Integer.MAX_VALUE - 8L, 2L * (to - from))];
            System.arraycopy(kept, from, larger, 0, to - from);
            to -= from;
            from = 0;
            kept = larger;
        }
        return ByteBuffer.wrap(kept, to, kept.length - to);
    }

    private void keep(ByteBuffer bytes) {
        int length = bytes.remaining();
        if (length == 0) {
            keepNothing();
            return;
        }
        if (kept.length < length) {
            // No more than that: thousands may stay so for long.
            kept = new byte[length];
        }
        bytes.get(kept, 0, length);
        from = 0;
        to = length;
    }

    private void keepNothing() {
        kept = NONE;
        from = 0;
        to = 0;
        seen = 0;
    }

    /// Handles the frames that the bytes have, and leaves the rest.
    ///
    /// @return how many more it might have handled
    private int handleFrames(ByteBuffer bytes, int most) throws Exception {
        Framing<T> framing = frames.framing();
        FrameHandler<T> handler = frames.handler();
        int left = most;
        while (left > 0 && bytes.remaining() > seen) {
            T frame = framing.decode(bytes, seen);
            if (frame == null) {
                seen = bytes.remaining();
                if (seen >= framing.maximum()) {
                    throw new InputTooLongException("frame", framing.maximum());
                }
                return left;
            }
            seen = 0;
            left--;
            InputClock clock = stream().inputClock();
            if (clock != null) {
                clock.messageEnds();
            }
            if (bytes.hasRemaining()) {
                output.cork();
            }
            handler.handle(frame, this);
            if (!mayGoOn()) {
                return 0;
            }
        }
        return left;
    }

    private void inputEnded() throws Exception {
        if (to > from) {
            T last = frames.framing().decodeLast(ByteBuffer.wrap(kept, from, to - from));
            keepNothing();
            if (last != null) {
                frames.handler().handle(last, this);
            }
        }
        end(null);
    }

    // The end

    /// Calls the handler for the last time, and ends the request when the client has all.
    ///
    /// @param failure what it has failed by, or null
    void end(@Nullable Throwable failure) {
        if (ended) {
            return;
        }
        ended = true;
        Throwable reported = failure;
        try {
            if (failure == null) {
                frames.handler().closed(this);
            } else {
                closeAfter(failure);
            }
        } catch (Throwable thrown) {
            reported = thrown;
        }
        if (reported != null) {
            task.report(reported);
        }
        if (FramedOutput.isLost(reported) || !output.endsLater()) {
            finish();
        }
    }

    /// Ends the request, which can do no more for its client.
    void fail(Throwable failure) {
        if (ended) {
            finish();
        } else {
            end(failure);
        }
    }

    private void closeAfter(Throwable failure) {
        try {
            frames.handler().closed(this);
        } catch (Throwable also) {
            failure.addSuppressed(also);
        }
    }

    /// Ends the request, which its handler is done with.
    void finish() {
        if (finished) {
            return;
        }
        finished = true;
        output.clear();
        removeTimers();
        keepNothing();
        loop.closed();
        task.end();
        if (request().isOpen()) {
            // A hook has kept it for itself.
            letGo(NONE);
        }
    }

    /// Lets threads read and write it again.
    ///
    /// @return whether that could be done
    private boolean letGo(byte[] ahead) {
        try {
            stream().detach(ahead);
            return true;
        } catch (IOException thrown) {
            task.report(thrown);
            return false;
        }
    }

    /// {@return whether the request was ended; by any thread}
    boolean isFinished() {
        return finished;
    }

    private void removeTimers() {
        loop.forget(this);
        ConnectionTimer timed = timer;
        if (timed != null) {
            loop.remove(timed);
        }
    }

    @Override
    public void closed() {
        if (!finished) {
            loop.execute(this::wasClosed);
        }
    }

    private void wasClosed() {
        if (ended) {
            finish();
        } else {
            end(new AsynchronousCloseException());
        }
    }

    /// Lets the request go on where its handler has asked for.
    private void moveOn() {
        ended = true;
        try {
            frames.handler().closed(this);
        } catch (Throwable thrown) {
            task.report(thrown);
            finish();
            return;
        }
        if (output.endsLater()) {
            // When the client has all.
            return;
        }
        leave();
    }

    private void leave() {
        finished = true;
        removeTimers();
        byte[] ahead = Arrays.copyOfRange(kept, from, to);
        keepNothing();
        loop.closed();
        if (letGo(ahead)) {
            task.goOn();
        } else {
            task.end();
        }
    }

    // Writing

    @Override
    public void send(T frame) throws IOException {
        output.sendFrame(frames.framing().encode(frame));
    }

    @Override
    public void sendAll(Iterator<? extends T> iterator) throws IOException {
        output.add(new FrameSource<>(frames.framing(), iterator));
    }

    @Override
    public int send(ByteBuffer bytes) throws IOException {
        return output.send(bytes);
    }

    @Override
    public long sendFile(FileChannel opened, Path file, long start, long count) throws IOException {
        FileSource source = FileSource.of(this, opened, file, start, count);
        output.add(source);
        return source.length();
    }

    @Override
    public void endOutput() throws IOException {
        output.endOutput();
    }

    /// Sends what the client takes of what waits.
    void flush() {
        try {
            output.flush();
        } catch (Throwable thrown) {
            fail(thrown);
            return;
        }
        if (ended && !finished && output.isEmpty()) {
            if (task.goesOn()) {
                leave();
            } else {
                finish();
            }
        }
    }

    // Time

    @Override
    public void timeoutsChanged() {
        if (loop.isHere() && output.isEmpty()) {
            watchInput();
        } else if (hasTimesToSend() || !output.isEmpty()) {
            loop.at(timer(), System.nanoTime());
        }
    }

    /// {@return what watches the time}
    ConnectionTimer timer() {
        ConnectionTimer made = timer;
        if (made == null) {
            synchronized (output) {
                made = timer == null ? new ConnectionTimer(this, output) : timer;
                timer = made;
            }
        }
        return made;
    }

    /// {@return whether it waits for the client's next bytes}
    boolean reads() {
        return !ended && !isSecuring() && !output.isPaused();
    }

    // TLS

    @Override
    public void secure(MultiplexedStream.Securing handshake, MultiplexedStream.Securing then)
            throws IOException {
        if (!loop.isHere() || !busy) {
            throw new IllegalStateException(
                    "only the frame handler of %s can start TLS on it".formatted(request()));
        }
        if (isSecuring()) {
            throw new IllegalStateException("TLS was started before on " + request());
        }
        stops = SECURING;
        output.add(new HandshakeSource(this, handshake, then));
    }

    boolean isSecuring() {
        return stops == SECURING;
    }

    /// Lets a thread have the connection, to do a handshake with what has come.
    ///
    /// @return whether it has it: false if the request has ended
    boolean leaveForHandshake() {
        if (finished) {
            return false;
        }
        byte[] ahead = Arrays.copyOfRange(kept, from, to);
        keepNothing();
        if (letGo(ahead)) {
            return true;
        }
        finish();
        return false;
    }

    /// Takes the connection back.
    ///
    /// @param failure what the handshake has failed by, or null
    /// @param then what is done first
    void returnFromHandshake(@Nullable Throwable failure, MultiplexedStream.Securing then) {
        if (finished) {
            return;
        }
        busy = true;
        try {
            if (failure != null) {
                throw failure;
            }
            then.run();
            stream().attach(loop.multiplexer(), this);
        } catch (Throwable thrown) {
            if (ended) {
                task.report(thrown);
            }
            end(thrown);
            finish();
            return;
        } finally {
            busy = false;
        }
        stops = GOES_ON;
        readable = true;
        timer().waits();
        flush();
        goOn();
    }

    @Override
    public void execute(Action action) {
        loop.execute(() -> act(action));
    }

    @Override
    public Timer schedule(Duration delay, Action action) {
        return ScheduledAction.begin(this, delay, action);
    }

    /// Does something besides handling frames.
    void act(Action action) {
        if (ended) {
            return;
        }
        busy = true;
        loop.step();
        try {
            action.run();
        } catch (Throwable thrown) {
            end(thrown);
        }
        busy = false;
        settle();
    }

    @Override
    public void end() {
        if (loop.isHere() && busy) {
            stops = OVER;
        } else {
            loop.execute(() -> end(null));
        }
    }

    // For the table, by any thread

    @Override
    public StreamRequest request() {
        return (StreamRequest) task.request();
    }

    @Override
    public boolean hasBegun() {
        return begun;
    }

    @Override
    public Request.Waiting waiting() {
        if (!output.isEmpty()) {
            return Request.Waiting.WRITE;
        }
        return busy ? Request.Waiting.NOTHING : Request.Waiting.READ;
    }

    @Override
    public Optional<UnfinishedFrame> unfinished() {
        int bytes = to - from;
        return bytes <= 0
                ? Optional.empty()
                : Optional.of(new UnfinishedFrame(bytes, Instant.ofEpochMilli(keptSince)));
    }
}
