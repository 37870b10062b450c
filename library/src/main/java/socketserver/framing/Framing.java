package socketserver.framing;

import socketserver.request.FrameDecoder;

import java.io.IOException;
import java.io.Serializable;
import java.nio.ByteBuffer;

/// How a stream of bytes is cut into frames, and frames are made into bytes again: a protocol's
/// outermost layer.
///
/// There are those that most protocols use, as static methods here. A framing of one's own has two
/// methods: [#decode(ByteBuffer, int)] and [#encode(Object)].
///
/// {@snippet class="socketserver.SnippetsTest" region="own-framing"}
///
/// A framing is immutable: all connections share one.
///
/// @param <T> what a frame is to a program
public interface Framing<T> extends FrameDecoder<T>, Serializable {
    /// {@return the bytes of a frame, with all that is around its content}
    ///
    /// @throws IllegalArgumentException if there can be no such frame; says why
    ByteBuffer encode(T frame);

    /// {@return the frame that a packet is}
    ///
    /// Unless a framing says otherwise, the packet has what a stream would have: one frame and
    /// nothing else. For those in this package it is the content alone, because a packet has its
    /// own beginning and end.
    ///
    /// @throws IOException if it is none
    default T decodePacket(ByteBuffer packet) throws IOException {
        int length = packet.remaining();
        T frame = decode(packet, 0);
        if (frame == null || packet.hasRemaining()) {
            throw new FramingException(
                    "a packet of %d bytes must be one frame, and %s"
                            .formatted(
                                    length,
                                    frame == null
                                            ? "is only a part of one"
                                            : packet.remaining() + " bytes are left"));
        }
        return frame;
    }

    /// {@return the packet that a frame makes}
    ///
    /// @throws IllegalArgumentException if there can be no such frame; says why
    default ByteBuffer encodePacket(T frame) {
        return encode(frame);
    }

    /// {@return what lets a stream server run a frame handler}
    default FramedStreams<T> streams(FrameHandler<T> handler) {
        return new FramedStreams<>(this, handler);
    }

    /// {@return what lets a datagram server run a frame handler: each packet is a frame}
    default FramedPackets<T> packets(FrameHandler<T> handler) {
        return new FramedPackets<>(this, handler);
    }

    /// {@return lines of UTF-8 that end with LF, or CR and LF; the last one may lack it}
    static LineFraming lines() {
        return LineFraming.STANDARD;
    }

    /// {@return JSON Lines: a text of JSON in each line of UTF-8; empty lines are ignored}
    ///
    /// What a line holds is not parsed.
    static LineFraming jsonLines() {
        return LineFraming.JSON;
    }

    /// {@return frames that end with these bytes}
    ///
    /// @throws IllegalArgumentException if they are none
    static EnvelopeFraming delimited(byte... end) {
        return new EnvelopeFraming(new byte[0], end, DEFAULT_MAXIMUM);
    }

    /// {@return frames that begin with these bytes and end with those}
    ///
    /// @throws IllegalArgumentException if there are none of either
    static EnvelopeFraming enveloped(byte[] begin, byte[] end) {
        if (begin.length == 0) {
            throw new IllegalArgumentException("the beginning of frames must not be empty");
        }
        return new EnvelopeFraming(begin, end, DEFAULT_MAXIMUM);
    }

    /// {@return frames between STX (2) and ETX (3), without any escape: none may have an ETX}
    static EnvelopeFraming stxEtx() {
        return enveloped(new byte[] {2}, new byte[] {3});
    }

    /// {@return the Minimal Lower Layer Protocol of HL7: VT (11), a message, FS (28) and CR (13)}
    static EnvelopeFraming mllp() {
        return enveloped(new byte[] {11}, new byte[] {28, 13});
    }

    /// {@return frames that all have so many bytes}
    ///
    /// @throws IllegalArgumentException if it is not positive
    static FixedFraming fixed(int length) {
        return new FixedFraming(length);
    }

    /// {@return frames after a number of four bytes, the most significant first, that says how many
    /// they have; other numbers by the methods of what is returned}
    static LengthFraming lengthPrefixed() {
        return LengthFraming.STANDARD;
    }

    /// {@return netstrings: `5:hello,` (D. J. Bernstein, 1997)}
    static NetstringFraming netstrings() {
        return new NetstringFraming(DEFAULT_MAXIMUM);
    }
}
