package socketserver;

import socketserver.request.Request;
import socketserver.request.WireTap;

import java.io.IOException;
import java.io.Serializable;
import java.nio.ByteBuffer;

/// A tap that fails whenever it is told something.
///
/// @param calls how often it was
record FailingTap(Shared.Counter calls) implements WireTap, Serializable {
    @Override
    public void received(Request request, ByteBuffer bytes) {
        calls.incrementAndGet();
        throw new AssertionError("received, as told");
    }

    @Override
    public void sent(Request request, ByteBuffer bytes) throws IOException {
        calls.incrementAndGet();
        throw new IOException("sent, as told");
    }
}
