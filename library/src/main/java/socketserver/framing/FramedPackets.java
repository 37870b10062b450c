package socketserver.framing;

import socketserver.request.DatagramRequest;
import socketserver.request.Request;
import socketserver.request.RequestHandler;

import java.io.IOException;
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
                new Conversation<T>() {
                    @Override
                    public Request request() {
                        return request;
                    }

                    @Override
                    public void send(T frame) throws IOException {
                        request.reply(framing.encodePacket(frame));
                    }
                };
        conversation.hold(
                handler,
                () ->
                        handler.handle(
                                framing.decodePacket(ByteBuffer.wrap(request.packet())),
                                conversation));
    }
}
