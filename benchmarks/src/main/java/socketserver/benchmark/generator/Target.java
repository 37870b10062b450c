package socketserver.benchmark.generator;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;
import static java.nio.charset.StandardCharsets.UTF_8;

import socketserver.benchmark.address.Endpoint;
import socketserver.benchmark.address.Family;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;

/// The server's address as the kernel wants it, and sockets that fit it.
final class Target implements AutoCloseable {
    private static final int AF_UNIX = 1;
    private static final int AF_INET = 2;
    private static final int SOCK_STREAM = 1;
    private static final int SOCK_DGRAM = 2;
    private static final int SOCK_NONBLOCK = 0x800;
    private static final int SOL_SOCKET = 1;
    private static final int SO_LINGER = 13;
    private static final int SO_RCVTIMEO = 20;
    private static final int SO_SNDTIMEO = 21;
    private static final int IPPROTO_IP = 0;
    private static final int IP_BIND_ADDRESS_NO_PORT = 24;
    private static final int IPPROTO_TCP = 6;
    private static final int TCP_NODELAY = 1;

    private static final int INET_LENGTH = 16;
    private static final int UNIX_LENGTH = 110;
    private static final int LOOPBACK = 0x7f000000;
    // Client ports per address are few (ip_local_port_range), addresses of loopback are many.
    private static final int LOCAL_ADDRESSES = 200;
    private static final int TIMEOUT_SECONDS = 10;

    private static int opened;

    private final Family family;
    private final Arena arena = Arena.ofConfined();
    private final MemorySegment server = arena.allocate(UNIX_LENGTH, 8);
    private final MemorySegment local = arena.allocate(UNIX_LENGTH, 8);
    private final MemorySegment value = arena.allocate(16, 8);
    private final int serverLength;

    Target(Endpoint endpoint) {
        family = endpoint.family();
        if (family.isUnix()) {
            serverLength = unix(server, endpoint.place(), 0);
        } else {
            inet(server, LOOPBACK + 1, endpoint.port());
            serverLength = INET_LENGTH;
        }
    }

    private static void inet(MemorySegment into, int address, int port) {
        into.set(JAVA_SHORT, 0, (short) AF_INET);
        into.set(JAVA_SHORT.withOrder(ByteOrder.BIG_ENDIAN), 2, (short) port);
        into.set(JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN), 4, address);
    }

    private static int unix(MemorySegment into, String name, int abstractPrefix) {
        byte[] bytes = name.getBytes(UTF_8);
        into.fill((byte) 0);
        into.set(JAVA_SHORT, 0, (short) AF_UNIX);
        MemorySegment.copy(bytes, 0, into, JAVA_BYTE, 2L + abstractPrefix, bytes.length);
        // A path ends with a zero byte, an abstract name begins with one.
        return 2 + bytes.length + 1;
    }

    boolean isDatagram() {
        return family.isDatagram();
    }

    /// {@return a socket that is not connected yet}
    int open(boolean nonBlocking) throws IOException {
        int kind = isDatagram() ? SOCK_DGRAM : SOCK_STREAM;
        int type = kind | Linux.SOCK_CLOEXEC | (nonBlocking ? SOCK_NONBLOCK : 0);
        int socket = Linux.socket(family.isUnix() ? AF_UNIX : AF_INET, type);
        Errors.check("socket", socket);
        switch (family) {
            case TCP, TLS, UDP -> {
                if (family != Family.UDP) {
                    set(socket, IPPROTO_TCP, TCP_NODELAY, 1);
                }
                // On the server's own address it might get the server's port and talk to itself.
                set(socket, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1);
                inet(local, LOOPBACK + 2 + opened++ % LOCAL_ADDRESSES, 0);
                Errors.check("bind", Linux.bind(socket, local.address(), INET_LENGTH));
            }
            case UNIXGRAM -> {
                // Without an address of its own it would get no answer.
                String name = "load-" + ProcessHandle.current().pid() + "-" + opened++;
                int length = unix(local, name, 1);
                Errors.check("bind", Linux.bind(socket, local.address(), length));
            }
            case UNIX -> {}
        }
        return socket;
    }

    /// Begins to connect, or connects if the socket blocks.
    ///
    /// @return 0, or the negative error number
    int connect(int socket) {
        return Linux.connect(socket, server.address(), serverLength);
    }

    /// {@return a connected socket; nothing that blocks on it does so for long}
    int openConnected() throws IOException {
        int socket = open(false);
        try {
            setTimeout(socket, SO_SNDTIMEO);
            setTimeout(socket, SO_RCVTIMEO);
            Errors.check("connect", connect(socket));
        } catch (IOException failed) {
            Linux.close(socket);
            throw failed;
        }
        return socket;
    }

    private void setTimeout(int socket, int option) throws IOException {
        value.asByteBuffer().order(ByteOrder.nativeOrder()).putLong(TIMEOUT_SECONDS).putLong(0);
        Errors.check(
                "setsockopt", Linux.setsockopt(socket, SOL_SOCKET, option, value.address(), 16));
    }

    private void set(int socket, int level, int option, int number) throws IOException {
        value.set(JAVA_INT_UNALIGNED, 0, number);
        Errors.check("setsockopt", Linux.setsockopt(socket, level, option, value.address(), 4));
    }

    /// Closes a connection, of TCP by a reset: ten thousand of them shall leave nothing behind.
    void reset(int socket) {
        if (family == Family.TCP) {
            value.set(JAVA_INT_UNALIGNED, 0, 1);
            value.set(JAVA_INT_UNALIGNED, 4, 0);
            Linux.setsockopt(socket, SOL_SOCKET, SO_LINGER, value.address(), 8);
        }
        Linux.close(socket);
    }

    @Override
    public void close() {
        arena.close();
    }
}
