package socketserver.cli;

import org.jspecify.annotations.Nullable;

import socketserver.request.DatagramRequest;
import socketserver.request.StreamRequest;

import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// A command that is run for each connection or packet, which are its standard input and output;
/// what inetd and tcpserver do.
///
/// The child's standard error is ours. It learns about the client by environment variables
/// ([ExecEnvironment]). Where that can be ([SocketChild]) it has the connection itself, and else
/// pipes from which its bytes are copied ([Child]).
final class Exec extends Service implements AutoCloseable {
    private static final long serialVersionUID = 1;

    /// What a UDP packet over IPv4 can carry.
    private static final int LONGEST_REPLY = 65_507;

    private static final int CHUNK = 16 * 1024;

    @SuppressWarnings("serial") // never sent to another process
    private final List<String> command;

    private final transient Set<Ending> endings = ConcurrentHashMap.newKeySet();

    private Exec(List<String> command) {
        this.command = command;
    }

    /// {@return the service that runs the command}
    ///
    /// @param command the program and its arguments
    /// @throws WrongArgumentException if there is no such program
    static Exec of(List<String> command) throws WrongArgumentException {
        if (command.isEmpty()) {
            throw new WrongArgumentException("--exec needs a command: --exec cat, for example");
        }
        String program = command.getFirst();
        if (find(program) == null) {
            throw new WrongArgumentException(
                    "--exec (" + program + ") must be a program on the PATH or the path of one");
        }
        return new Exec(List.copyOf(command));
    }

    /// {@return the file of a program, or null if there is none}
    static @Nullable Path find(String program) {
        if (program.indexOf('/') >= 0) {
            return isProgram(Path.of(program)) ? Path.of(program) : null;
        }
        String path = System.getenv().getOrDefault("PATH", "");
        for (String folder : path.split(File.pathSeparator, -1)) {
            if (!program.isEmpty() && isProgram(Path.of(folder, program))) {
                return Path.of(folder, program);
            }
        }
        return null;
    }

    private static boolean isProgram(Path file) {
        return Files.isRegularFile(file) && Files.isExecutable(file);
    }

    /// Lets the other requests of a selector go on: commands share nothing, and are waited for.
    @Override
    void connection(StreamRequest request) throws Exception {
        request.<@Nullable Void, Exception>giveWay(
                () -> {
                    if (SocketChild.isFor(request)) {
                        SocketChild.run(command, request, endings);
                    } else {
                        copy(request);
                    }
                    return null;
                });
    }

    /// Copies both ways until the child has ended its output and itself, or the client has gone.
    ///
    /// A client that has only ended its output gives the child the end of its input and still gets
    /// what the child writes.
    private void copy(StreamRequest request) throws IOException, InterruptedException {
        Child child = Child.start(command, request);
        Ending ending = child.ending();
        endings.add(ending);
        try {
            Copying<Void> output = Copying.start(() -> copyOutput(child, request));
            // It ends with the connection, if not before.
            Copying<Void> input = Copying.start(() -> copyInput(request, child));
            output.join();
            child.join();
            if (input.isDone()) {
                input.join();
            }
        } finally {
            ending.destroy();
            endings.remove(ending);
        }
    }

    private static @Nullable Void copyOutput(Child child, StreamRequest request)
            throws IOException {
        byte[] bytes = new byte[CHUNK];
        try {
            for (int count; (count = child.read(bytes)) >= 0; ) {
                request.write(ByteBuffer.wrap(bytes, 0, count));
            }
            request.shutdownOutput();
            return null;
        } catch (IOException clientGone) {
            child.ending().destroy();
            throw clientGone;
        }
    }

    private static @Nullable Void copyInput(StreamRequest request, Child child) throws IOException {
        byte[] bytes = new byte[CHUNK];
        try {
            boolean taken = true;
            for (int count; taken && (count = request.read(ByteBuffer.wrap(bytes))) >= 0; ) {
                taken = child.write(bytes, count);
            }
            child.endInput();
            return null;
        } catch (IOException clientGone) {
            child.ending().destroy();
            throw clientGone;
        }
    }

    @Override
    void packet(DatagramRequest request) throws Exception {
        request.<@Nullable Void, Exception>giveWay(
                () -> {
                    answer(request);
                    return null;
                });
    }

    /// Gives the packet to a child, and what it writes, if anything, to the client.
    private void answer(DatagramRequest request) throws IOException, InterruptedException {
        Child child = Child.start(command, request);
        Ending ending = child.ending();
        endings.add(ending);
        try {
            Copying.start(() -> feed(child, request.packet()));
            byte[] reply = Copying.start(() -> child.read(LONGEST_REPLY + 1)).join();
            if (reply.length > LONGEST_REPLY) {
                throw new IOException(
                        "output of "
                                + command.getFirst()
                                + " is longer than a packet of 65507 bytes: it was killed");
            }
            child.join();
            if (reply.length > 0) {
                request.reply(reply);
            }
        } finally {
            ending.destroy();
            endings.remove(ending);
        }
    }

    private static @Nullable Void feed(Child child, byte[] packet) {
        child.write(packet, packet.length);
        child.endInput();
        return null;
    }

    /// Ends the children that are left, and waits until they have.
    @Override
    public void close() {
        endings.forEach(Ending::destroy);
        endings.forEach(Ending::await);
    }
}
