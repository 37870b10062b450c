package socketserver;

import static socketserver.posix.Constants.AF_UNIX;
import static socketserver.posix.Constants.POLLIN;
import static socketserver.posix.Constants.SOCK_CLOEXEC;
import static socketserver.posix.Constants.SOCK_DGRAM;
import static socketserver.posix.Errno.EAGAIN;
import static socketserver.posix.SystemCallException.check;

import socketserver.posix.Libc;
import socketserver.posix.Messages;
import socketserver.posix.PollSet;
import socketserver.posix.Scratch;
import socketserver.posix.SystemCallException;
import socketserver.request.UnixAddress;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;

/// A client of Unix datagrams, by libc: the JDK has none, and junixsocket sends no empty packets.
final class UnixPacketClient extends PacketClient {
    private static final Duration PATIENCE = Duration.ofSeconds(15);
    private static final int LONGEST = 64 * 1024;

    private final int descriptor;
    private final UnixAddress server;
    private final Path path;
    private final Messages message = new Messages(1, LONGEST);

    UnixPacketClient(UnixAddress server) throws IOException {
        this.server = server;
        path = Files.createTempDirectory("socketserver").resolve("c");
        descriptor = check(Libc.socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), "socket", null);
        try (Scratch scratch = Scratch.take()) {
            MemorySegment name = scratch.memory();
            int length = RawSocket.write(address(), name);
            check(Libc.bind(descriptor, name, length), "bind", path);
        }
    }

    @Override
    void send(byte[] packet) throws IOException {
        message.put(0, ByteBuffer.wrap(packet), RawSocket.write(server, message.name(0)));
        for (int sent; (sent = message.send(descriptor, 0, 1)) != 1; ) {
            if (sent != EAGAIN.result()) {
                throw SystemCallException.of(sent, "sendmmsg", server);
            }
            // A Unix socket has room for some ten packets.
            LockSupport.parkNanos(1_000_000);
        }
    }

    @Override
    byte[] receivePacket() throws IOException {
        // A virtual thread would keep its carrier from the server that is to answer.
        if (CompletableFuture.supplyAsync(this::poll, task -> Thread.ofPlatform().start(task))
                        .join()
                != 1) {
            throw new SocketTimeoutException("no packet within 15 s");
        }
        check(message.receive(descriptor, 1, false), "recvmmsg", server);
        return message.packet(0);
    }

    private int poll() {
        try (Scratch scratch = Scratch.take()) {
            PollSet polled = new PollSet(scratch.memory()).set(0, descriptor, POLLIN);
            return polled.await(1, PATIENCE.toNanos());
        }
    }

    @Override
    public UnixAddress address() {
        return UnixAddress.of(path);
    }

    @Override
    public void close() throws IOException {
        Libc.close(descriptor);
        Files.delete(path);
        Files.delete(path.getParent());
    }
}
