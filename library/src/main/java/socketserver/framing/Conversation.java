package socketserver.framing;

/// A request from the first call of its frame handler to the last.
abstract class Conversation<T> implements FramedRequest<T> {
    /// What is between the first call and the last.
    interface Turns {
        void run() throws Exception;
    }

    /// Has the handler called.
    final void hold(FrameHandler<T> handler, Turns turns) throws Exception {
        try {
            handler.opened(this);
            turns.run();
        } catch (Throwable thrown) {
            closeAfter(thrown, handler);
            throw thrown;
        }
        handler.closed(this);
    }

    private void closeAfter(Throwable thrown, FrameHandler<T> handler) {
        try {
            handler.closed(this);
        } catch (Exception also) {
            thrown.addSuppressed(also);
        }
    }
}
