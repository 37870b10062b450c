package socketserver.framing;

import socketserver.request.Request;

import java.io.IOException;

/// A request from the first call of its frame handler to the last.
///
/// @param sender how a frame goes to the client
record Conversation<T>(Request request, Sender<T> sender) implements FramedRequest<T> {
    /// Sends frames.
    interface Sender<T> {
        void send(T frame) throws IOException;
    }

    /// What is between the first call and the last.
    interface Turns {
        void run() throws Exception;
    }

    @Override
    public void send(T frame) throws IOException {
        sender.send(frame);
    }

    /// Has the handler called.
    void hold(FrameHandler<T> handler, Turns turns) throws Exception {
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
