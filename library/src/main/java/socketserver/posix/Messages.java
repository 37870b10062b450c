package socketserver.posix;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/// Room for packets with their addresses and control messages: an array of `struct mmsghdr`
/// (`recvmmsg(2)`, `cmsg(3)`), as glibc has it on 64-bit machines.
///
/// One thread at a time may use it.
public final class Messages {
    private static final int HEADER = 64;
    private static final int NAME = 0;
    private static final int NAME_LENGTH = 8;
    private static final int VECTOR = 16;
    private static final int VECTOR_LENGTH = 24;
    private static final int CONTROL = 32;
    private static final int CONTROL_LENGTH = 40;
    private static final int FLAGS = 48;
    private static final int LENGTH = 56;
    private static final int CONTROL_HEADER = 16;

    private static final int IOVEC = 16;
    private static final int NAME_ROOM = 112;
    private static final int CONTROL_ROOM = 64;

    private final MemorySegment headers;
    private final MemorySegment vectors;
    private final MemorySegment names;
    private final MemorySegment controls;
    private final MemorySegment packets;
    private final MemorySegment errno;
    private final int count;
    private final int packetRoom;

    /// Makes room for so many packets of at most so many bytes.
    public Messages(int count, int packetRoom) {
        this.count = count;
        this.packetRoom = packetRoom;
        long perMessage = HEADER + IOVEC + NAME_ROOM + CONTROL_ROOM;
        // The error number is first: a packet may have any length, and it must be aligned.
        MemorySegment room =
                Arena.ofAuto()
                        .allocate(
                                Scratch.ERRNO_SIZE + count * (perMessage + packetRoom),
                                Scratch.ERRNO_SIZE);
        errno = room.asSlice(0, Scratch.ERRNO_SIZE);
        MemorySegment all = room.asSlice(Scratch.ERRNO_SIZE);
        headers = all.asSlice(0, (long) count * HEADER);
        vectors = all.asSlice((long) count * HEADER, (long) count * IOVEC);
        names = all.asSlice((long) count * (HEADER + IOVEC), (long) count * NAME_ROOM);
        controls =
                all.asSlice(
                        (long) count * (HEADER + IOVEC + NAME_ROOM), (long) count * CONTROL_ROOM);
        packets = all.asSlice(count * perMessage);
        for (int i = 0; i < count; i++) {
            MemorySegment vector = vectors.asSlice((long) i * IOVEC, IOVEC);
            vector.set(ADDRESS, 0, packets.asSlice((long) i * packetRoom, packetRoom));
            headers.set(ADDRESS, at(i, NAME), name(i));
            headers.set(ADDRESS, at(i, VECTOR), vector);
            headers.set(JAVA_LONG, at(i, VECTOR_LENGTH), 1);
            headers.set(ADDRESS, at(i, CONTROL), control(i));
        }
    }

    private static long at(int index, int field) {
        return (long) index * HEADER + field;
    }

    private MemorySegment control(int index) {
        return controls.asSlice((long) index * CONTROL_ROOM, CONTROL_ROOM);
    }

    /// {@return how many packets there is room for}
    public int count() {
        return count;
    }

    /// {@return how many bytes of each packet there is room for}
    public int packetRoom() {
        return packetRoom;
    }

    /// Receives packets that are there.
    ///
    /// @param most how many
    /// @param controls whether to take control messages
    /// @return how many, or the negative error number
    public int receive(int descriptor, int most, boolean controls) {
        for (int i = 0; i < most; i++) {
            headers.set(JAVA_INT, at(i, NAME_LENGTH), NAME_ROOM);
            headers.set(JAVA_LONG, at(i, CONTROL_LENGTH), controls ? CONTROL_ROOM : 0);
            vectors.set(JAVA_LONG, (long) i * IOVEC + Long.BYTES, packetRoom);
        }
        return Libc.recvmmsg(
                descriptor,
                headers,
                most,
                Constants.MSG_DONTWAIT | Constants.MSG_CMSG_CLOEXEC,
                errno);
    }

    /// {@return the address of a packet, or the room for one}
    public MemorySegment name(int index) {
        return names.asSlice((long) index * NAME_ROOM, NAME_ROOM);
    }

    /// {@return how many bytes the address of a received packet has}
    public int nameLength(int index) {
        return headers.get(JAVA_INT, at(index, NAME_LENGTH));
    }

    /// {@return whether a received packet was longer than there is room}
    public boolean truncated(int index) {
        return (headers.get(JAVA_INT, at(index, FLAGS)) & Constants.MSG_TRUNC) != 0;
    }

    /// {@return a copy of a received packet}
    public byte[] packet(int index) {
        int length = Math.min(headers.get(JAVA_INT, at(index, LENGTH)), packetRoom);
        byte[] bytes = new byte[length];
        MemorySegment.copy(packets, JAVA_BYTE, (long) index * packetRoom, bytes, 0, length);
        return bytes;
    }

    /// {@return the content of the first control message of a received packet if it is of that
    /// kind, or else an empty segment}
    public MemorySegment control(int index, int level, int type) {
        MemorySegment control = control(index);
        boolean is =
                headers.get(JAVA_LONG, at(index, CONTROL_LENGTH)) >= CONTROL_HEADER
                        && control.get(JAVA_INT, 8) == level
                        && control.get(JAVA_INT, 12) == type;
        return is
                ? control.asSlice(CONTROL_HEADER, control.get(JAVA_LONG, 0) - CONTROL_HEADER)
                : MemorySegment.NULL;
    }

    /// Takes a packet to be sent, without its position being moved, to the address that is written
    /// to [#name(int)] and has so many bytes.
    public void put(int index, ByteBuffer packet, int nameLength) {
        int length = packet.remaining();
        MemorySegment.copy(
                MemorySegment.ofBuffer(packet), 0, packets, (long) index * packetRoom, length);
        vectors.set(JAVA_LONG, (long) index * IOVEC + Long.BYTES, length);
        headers.set(JAVA_INT, at(index, NAME_LENGTH), nameLength);
        headers.set(JAVA_LONG, at(index, CONTROL_LENGTH), 0);
    }

    /// Gives a packet to be sent a control message.
    ///
    /// @param length how many bytes its content has
    /// @return where to write the content, zeros at first
    public MemorySegment putControl(int index, int level, int type, int length) {
        MemorySegment control = control(index).fill((byte) 0);
        control.set(JAVA_LONG, 0, CONTROL_HEADER + (long) length);
        control.set(JAVA_INT, 8, level);
        control.set(JAVA_INT, 12, type);
        // CMSG_SPACE: the content is padded to 8 bytes
        headers.set(JAVA_LONG, at(index, CONTROL_LENGTH), CONTROL_HEADER + (length + 7L) / 8 * 8);
        return control.asSlice(CONTROL_HEADER, length);
    }

    /// Lets an open file go with a packet to be sent; the receiver has a number of its own for it.
    public void putDescriptor(int index, int descriptor) {
        putControl(index, Constants.SOL_SOCKET, Constants.SCM_RIGHTS, Integer.BYTES)
                .set(JAVA_INT, 0, descriptor);
    }

    /// {@return the number of the open file that has come with a received packet, which the caller
    /// has to close, or -1}
    public int descriptor(int index) {
        MemorySegment numbers = control(index, Constants.SOL_SOCKET, Constants.SCM_RIGHTS);
        return numbers.byteSize() < Integer.BYTES ? -1 : numbers.get(JAVA_INT, 0);
    }

    /// Sends packets.
    ///
    /// @param start the first of them
    /// @return how many were sent, or the negative error number of the first
    public int send(int descriptor, int start, int count) {
        return Libc.sendmmsg(
                descriptor,
                headers.asSlice(at(start, 0)),
                count,
                Constants.MSG_DONTWAIT | Constants.MSG_NOSIGNAL,
                errno);
    }
}
