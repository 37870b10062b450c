package socketserver;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import socketserver.request.Request;
import socketserver.request.StreamRequest;
import socketserver.request.WireTap;

import java.io.Serializable;
import java.nio.ByteBuffer;
import java.util.List;

/// A tap that keeps what it is told, by whatever process.
///
/// @param in what has come, in parts
/// @param out what has gone out, in parts
/// @param ends which directions have ended
record NotingTap(List<String> in, List<String> out, List<String> ends)
        implements WireTap, Serializable {
    static NotingTap empty() {
        return new NotingTap(Shared.list(), Shared.list(), Shared.list());
    }

    @Override
    public void received(Request request, ByteBuffer bytes) {
        in.add(text(bytes));
    }

    @Override
    public void sent(Request request, ByteBuffer bytes) {
        out.add(text(bytes));
    }

    @Override
    public void receivedEnd(StreamRequest request) {
        ends.add("received");
    }

    @Override
    public void sentEnd(StreamRequest request) {
        ends.add("sent");
    }

    private static String text(ByteBuffer bytes) {
        if (!bytes.isReadOnly()) {
            throw new IllegalArgumentException("bytes can be written: " + bytes);
        }
        return ISO_8859_1.decode(bytes).toString();
    }

    /// {@return all that the client has sent}
    byte[] received() {
        return String.join("", in).getBytes(ISO_8859_1);
    }

    /// {@return all that the client was sent}
    byte[] sent() {
        return String.join("", out).getBytes(ISO_8859_1);
    }
}
