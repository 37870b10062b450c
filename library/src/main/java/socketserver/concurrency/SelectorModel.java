package socketserver.concurrency;

import socketserver.framing.FramedPackets;
import socketserver.framing.FramedStreams;
import socketserver.request.Request;
import socketserver.request.RequestHandler;
import socketserver.request.RequestTask;
import socketserver.request.Server;
import socketserver.transport.Listener;
import socketserver.transport.MultiplexedStream;
import socketserver.transport.PolledServing;

import java.time.Duration;

/// Few loops for many requests: each is worked on as far as its client has sent, and waits in a
/// table meanwhile. What the text at the head of Python's `socketserver` recommends for clients
/// that are slow: an explicit table of partially finished requests, and a selector.
///
/// Of the requests of one loop, one at a time is worked on, so that what their handlers share needs
/// no lock. There are two kinds of handler:
///
/// - A *frame handler* ([socketserver.framing.FrameHandler]) is called by the loop when a message
///   is there as a whole. A client that has sent a part of one costs no thread, some hundred bytes
///   of memory, and nobody's time.
/// - *Any other handler* runs unchanged, on a virtual thread of its own, and *confined*: it gives
///   way to others only where it waits, in a read, a write, [Request#pause(Duration)] or
///   [Request#giveWay(socketserver.request.Turn.Call)]. From one of these to the next, nobody else
///   changes what it shares with them.
///
/// ## What must not wait
///
/// Whatever else a handler waits for, a lock, a database or a sleep, all requests of its loop wait
/// for, too; so does what it computes. A confined handler lets others go on by `giveWay`. A frame
/// handler cannot wait at all: it lets another thread do it, and goes on by
/// [socketserver.framing.FramedRequest#execute]. A handler that has held its loop for longer than
/// 100 ms ([#withBlockingThreshold(Duration)]) is told of by a warning with its stack, once, and
/// counted ([#blockings()]).
///
/// ## Fairness
///
/// Between two looks at the others, a loop handles at most 64 frames, or reads at most 64 KiB, of
/// one connection, and takes at most 16 new ones.
///
/// ## Output
///
/// What a frame handler sends and the client does not take is kept, within [OutputLimits]:
/// meanwhile nothing is read from it above a mark, and above the maximum its request is closed with
/// an [socketserver.request.OutputOverflowException], or the frame is dropped. What is too large
/// for that is sent by [socketserver.framing.FramedRequest#sendAll] or
/// [socketserver.framing.FramedRequest#sendFile]. A client that takes nothing for the write
/// timeout, or 60 s if it has none, is closed.
///
/// A model may be shared by servers, which share its loops then.
public final class SelectorModel implements ConcurrencyModel {
    private final Loops loops;
    private final ThreadingModel threads = ThreadingModel.virtual();

    private SelectorModel(Loops loops) {
        this.loops = loops;
    }

    /// {@return the model with default settings: one loop}
    public static SelectorModel standard() {
        return with(SelectorSettings.DEFAULT);
    }

    /// {@return the same with so many loops, each with a thread of its own}
    ///
    /// The first one takes all connections and hands them out in turn. Handlers of different loops
    /// run in parallel: what they share needs a lock then.
    ///
    /// @throws IllegalArgumentException if it is not positive
    public SelectorModel withLoops(int loops) {
        return with(this.loops.settings().withLoops(loops));
    }

    /// {@return the same with those limits of what is kept for clients that do not take it}
    public SelectorModel withOutputLimits(OutputLimits limits) {
        return with(loops.settings().withOutputLimits(limits));
    }

    /// {@return the same with handlers told of that have held their loop for longer than that}
    ///
    /// @throws IllegalArgumentException if it is not positive
    public SelectorModel withBlockingThreshold(Duration threshold) {
        return with(loops.settings().withBlockingThreshold(threshold));
    }

    private static SelectorModel with(SelectorSettings settings) {
        return new SelectorModel(new Loops(settings));
    }

    /// {@return how many times a handler has held its loop for longer than the threshold}
    public long blockings() {
        return loops.blockings();
    }

    @Override
    public void prepare(Detached server) {
        loops.use(server.server());
    }

    @Override
    public void serverClosed(Server server) {
        loops.letGo(server);
    }

    /// Serves: by the loop itself if it has to call frame handlers, or else on a virtual thread, as
    /// under the threading model. The calling thread waits.
    @Override
    public void serve(RequestLoop loop) {
        Listener<?> listener = loop instanceof PolledServing polled ? polled.listener() : null;
        if (loop instanceof PolledServing serving
                && listener != null
                && isFramed(serving.handler())) {
            loops.first(serving.engine()).serve(serving, listener);
        } else {
            threads.serve(new ConfinedLoop(loop, loops.firstTurn()));
        }
    }

    private static boolean isFramed(RequestHandler<?> handler) {
        return handler instanceof FramedStreams<?> || handler instanceof FramedPackets<?>;
    }

    @Override
    public void run(RequestTask task) {
        loops.use(task.request().server());
        RequestHandler<?> handler = task instanceof LastingTask lasting ? lasting.handler() : null;
        Loop here = LoopThread.here();
        if (handler instanceof FramedStreams<?> frames
                && task instanceof LastingTask lasting
                && task.request() instanceof MultiplexedStream stream) {
            Loop loop = loops.next(stream.engine());
            if (lasting.isPrepared()) {
                loop.open(lasting, frames);
            } else {
                threads.run(new Preparing(lasting, frames, loop));
            }
        } else if (handler instanceof FramedPackets<?> && here != null) {
            loops.next(here).handle(task);
        } else {
            threads.run(new Confined(task, loops.nextTurn()));
        }
    }

    /// A server's loop whose hooks are called in turn.
    private record ConfinedLoop(RequestLoop loop, LoopTurn inTurn) implements RequestLoop {
        @Override
        public boolean turn() {
            return inTurn.turn(loop);
        }

        @Override
        public boolean waitsVirtually() {
            return loop.waitsVirtually();
        }
    }

    /// A task whose client has to be waited for before its loop can begin.
    private record Preparing(LastingTask task, FramedStreams<?> frames, Loop loop)
            implements RequestTask {
        @Override
        public Request request() {
            return task.request();
        }

        @Override
        public void run() {
            if (task.prepare()) {
                loop.open(task, frames);
            }
        }
    }

    /// A task that is done when it is its loop's turn.
    private record Confined(RequestTask task, LoopTurn turn) implements RequestTask {
        @Override
        public Request request() {
            return task.request();
        }

        @Override
        public void run() {
            if (task instanceof LastingTask lasting) {
                lasting.runIn(turn);
            } else {
                turn.run(task);
            }
        }
    }

    @Override
    public String toString() {
        return "selector, %d loops".formatted(loops.settings().loops());
    }
}
