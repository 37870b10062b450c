package socketserver.framing;

import org.jspecify.annotations.Nullable;

import socketserver.request.Request;
import socketserver.request.Turn;

import java.io.IOException;
import java.time.Duration;
import java.util.Iterator;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/// A request from the first call of its frame handler to the last, by a thread that may wait.
final class Conversation<T> implements FramedRequest<T> {
    private final Request request;
    private final FrameHandler<T> handler;
    private final Sender<T> sender;
    // Held by whoever calls the handler, or does what is to be done besides.
    private final ReentrantLock calls = new ReentrantLock();
    // Guarded by the lock.
    private boolean ended;
    // Whether there are to be no more frames. Set by any thread.
    private volatile boolean over;
    private @Nullable Throwable failure;

    /// Sends frames.
    interface Sender<T> {
        void send(T frame) throws IOException;
    }

    /// Begins a conversation.
    ///
    /// @param sender how a frame goes to the client
    Conversation(Request request, FrameHandler<T> handler, Sender<T> sender) {
        this.request = request;
        this.handler = handler;
        this.sender = sender;
    }

    @Override
    public Request request() {
        return request;
    }

    @Override
    public void send(T frame) throws IOException {
        sender.send(frame);
    }

    @Override
    public void sendAll(Iterator<? extends T> frames) throws IOException {
        while (frames.hasNext()) {
            sender.send(frames.next());
        }
    }

    @Override
    public void end() {
        over = true;
        if (!calls.isHeldByCurrentThread()) {
            execute(() -> {});
        }
    }

    /// {@return whether there may be more frames}
    boolean goesOn() {
        return !over;
    }

    @Override
    public void execute(Action action) {
        Thread.startVirtualThread(Turn.carried(() -> act(action)));
    }

    @Override
    public Timer schedule(Duration delay, Action action) {
        if (delay.isNegative()) {
            throw new IllegalArgumentException("delay (%s) must not be negative".formatted(delay));
        }
        Runnable acting = Turn.carried(() -> act(action));
        Future<?> later =
                ForkJoinPool.commonPool()
                        .schedule(
                                () -> {
                                    Thread.startVirtualThread(acting);
                                },
                                TimeUnit.NANOSECONDS.convert(delay),
                                TimeUnit.NANOSECONDS);
        return () -> later.cancel(false);
    }

    private void act(Action action) {
        Turn.lock(calls);
        try {
            if (!ended && request.isOpen()) {
                action.run();
            }
            if (over) {
                // The thread that reads finds the end.
                request.close();
            }
        } catch (Throwable thrown) {
            failure = thrown;
            // The thread that reads finds the end, and reports the failure instead.
            request.close();
        } finally {
            calls.unlock();
        }
    }

    /// What is between the first call of the handler and the last.
    interface Turns {
        void run() throws Exception;
    }

    /// Has the handler called.
    void hold(Turns turns) throws Exception {
        Throwable thrown = null;
        try {
            call(() -> handler.opened(this));
            turns.run();
        } catch (Throwable failed) {
            thrown = failed;
        }
        end(thrown);
    }

    /// Gives the handler a frame.
    void handle(T frame) throws Exception {
        call(() -> handler.handle(frame, this));
    }

    /// Tells the handler that the request comes to an end.
    void draining() throws Exception {
        call(() -> handler.draining(this));
    }

    private void call(Action action) throws Exception {
        Turn.lock(calls);
        try {
            if (failure == null) {
                action.run();
            }
        } finally {
            calls.unlock();
        }
    }

    /// Calls the handler for the last time, and throws what the conversation has failed by.
    private void end(@Nullable Throwable thrown) throws Exception {
        Turn.lock(calls);
        Throwable reported;
        try {
            ended = true;
            // What was done besides has closed the request, which the others have failed by.
            reported = failure != null ? failure : over ? null : thrown;
        } finally {
            calls.unlock();
        }
        if (reported == null) {
            handler.closed(this);
            return;
        }
        closeAfter(reported);
        switch (reported) {
            case Exception exception -> throw exception;
            case Error error -> throw error;
            default -> throw new IllegalStateException(reported);
        }
    }

    private void closeAfter(Throwable thrown) {
        try {
            handler.closed(this);
        } catch (Exception also) {
            thrown.addSuppressed(also);
        }
    }
}
