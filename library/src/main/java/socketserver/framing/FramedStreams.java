package socketserver.framing;

import socketserver.request.RequestHandler;
import socketserver.request.StreamRequest;

/// Runs a frame handler for each connection of a stream server, by reading frame after frame.
///
/// @param framing how the frames are found
/// @param handler what handles them
public record FramedStreams<T>(Framing<T> framing, FrameHandler<T> handler)
        implements RequestHandler<StreamRequest> {
    @Override
    public void handle(StreamRequest request) throws Exception {
        var conversation =
                new Conversation<T>(
                        request, handler, frame -> request.output().write(framing.encode(frame)));
        conversation.hold(
                () -> {
                    T frame;
                    while (conversation.goesOn()
                            && !request.leaves()
                            && (frame = request.input().read(framing)) != null) {
                        conversation.handle(frame);
                    }
                    if (request.draining() && conversation.goesOn() && !request.leaves()) {
                        conversation.draining();
                    }
                });
    }
}
