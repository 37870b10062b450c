package socketserver.framing;

import socketserver.request.DatagramRequest;
import socketserver.request.RequestHandler;

import java.nio.ByteBuffer;

/// Runs a frame handler for each packet of a datagram server, which is a frame.
///
/// @param framing what frames are
/// @param handler what handles them
public record FramedPackets<T>(Framing<T> framing, FrameHandler<T> handler)
        implements RequestHandler<DatagramRequest> {
    @Override
    public void handle(DatagramRequest request) throws Exception {
        var conversation =
                new Conversation<T>(
                        request, handler, frame -> request.reply(framing.encodePacket(frame)));
        conversation.hold(
                () -> conversation.handle(framing.decodePacket(ByteBuffer.wrap(request.packet()))));
    }
}
