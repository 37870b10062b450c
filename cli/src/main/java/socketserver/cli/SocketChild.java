package socketserver.cli;

import socketserver.posix.Errno;
import socketserver.posix.Spawn;
import socketserver.posix.SystemCallException;
import socketserver.request.ClientDeadlines;
import socketserver.request.DeadlineKind;
import socketserver.request.StreamRequest;
import socketserver.transport.DescriptorRequest;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/// A process that has a client's connection itself as its standard input and output, as inetd's
/// have: what they say to each other does not pass through this process.
///
/// The socket, which is non-blocking here, blocks for the child, as programs expect.
final class SocketChild {
    private SocketChild() {}

    /// {@return whether the command can be given that connection itself}
    ///
    /// It cannot on the jdk engine, on systems that lack the calls, under a deadline of reading or
    /// writing, which only the one who reads and writes can watch, and if bytes of the client were
    /// read already, those that came behind the header of a proxy, or are not those of the socket:
    /// under TLS.
    static boolean isFor(StreamRequest request) {
        return request instanceof DescriptorRequest
                && !isTimed(request.deadlines())
                && request.input().buffered() == 0
                && request.tls() == null
                && Spawn.isPossible();
    }

    private static boolean isTimed(ClientDeadlines times) {
        return times.minimumRate() > 0
                || Arrays.stream(DeadlineKind.values())
                        .anyMatch(kind -> kind != DeadlineKind.AGE && times.of(kind) != null);
    }

    /// Runs the command until it has ended; it is ended when the client breaks the connection, or
    /// the server closes it.
    ///
    /// @param endings where the child is entered as long as it lives
    static void run(List<String> command, StreamRequest request, Set<Ending> endings)
            throws IOException, InterruptedException {
        DescriptorRequest connection = (DescriptorRequest) request;
        Copying.start(
                        () ->
                                connection.useDescriptor(
                                        socket -> run(command, request, socket, endings)))
                .join();
    }

    private static boolean run(
            List<String> command, StreamRequest request, int socket, Set<Ending> endings)
            throws IOException {
        Map<String, String> environment = new HashMap<>(System.getenv());
        ExecEnvironment.set(request, environment);
        try (Spawn child = start(command, environment, socket)) {
            CompletableFuture<Boolean> exit = new CompletableFuture<>();
            // It is there until it is reaped.
            Ending ending = new Ending(ProcessHandle.of(child.pid()).orElseThrow(), exit);
            endings.add(ending);
            Spawn.Event event = child.await(socket);
            // A client that has sent all and gone may wait for no answer: the command goes on.
            if (event == Spawn.Event.BROKEN
                    || (event == Spawn.Event.HUNG_UP && !request.isOpen())) {
                ending.destroy();
            }
            child.reap();
            endings.remove(ending);
            return exit.complete(true);
        }
    }

    private static Spawn start(List<String> command, Map<String, String> environment, int socket)
            throws IOException {
        try {
            return Spawn.start(command, environment, socket);
        } catch (SystemCallException failed) {
            Path file = Exec.find(command.getFirst());
            if (!failed.is(Errno.ENOEXEC) || file == null) {
                throw failed;
            }
            // A script that does not begin with #! is one for the shell: execvp(3), ProcessBuilder.
            List<String> script = new ArrayList<>(List.of("/bin/sh", file.toString()));
            script.addAll(command.subList(1, command.size()));
            return Spawn.start(script, environment, socket);
        }
    }
}
