package socketserver;

import static org.assertj.core.api.Assertions.assertThat;

import static socketserver.Patience.eventually;

import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;

import java.io.IOException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/// Checks that after a test class the process has no more sockets, selectors and threads than
/// before it.
public final class LeavesNothingBehind implements BeforeAllCallback, AfterAllCallback {
    private static final Namespace NAMESPACE = Namespace.create(LeavesNothingBehind.class);
    // The JDK opens pollers for virtual threads, and the library a selector for timeouts, once for
    // the whole process, when they are first needed.
    private static final int SELECTORS_OF_THE_PROCESS = 16;

    @Override
    public void beforeAll(ExtensionContext context) throws IOException {
        // The JDK keeps a socket for the whole process once it has opened a channel.
        SocketChannel.open().close();
        DatagramChannel.open().close();
        Shared.prepare();
        context.getStore(NAMESPACE).put("sockets", descriptors("socket:"));
        context.getStore(NAMESPACE).put("selectors", descriptors("anon_inode:"));
    }

    @Override
    public void afterAll(ExtensionContext context) {
        long sockets = context.getStore(NAMESPACE).get("sockets", Long.class);
        long selectors = context.getStore(NAMESPACE).get("selectors", Long.class);
        eventually(
                () ->
                        assertThat(descriptors("socket:"))
                                .as("sockets")
                                .isLessThanOrEqualTo(sockets));
        eventually(
                () ->
                        assertThat(descriptors("anon_inode:"))
                                .as("selectors")
                                .isLessThanOrEqualTo(selectors + SELECTORS_OF_THE_PROCESS));
        eventually(() -> assertThat(threads()).isEmpty());
    }

    /// {@return how many descriptors of the process link to that}
    static long descriptors(String kind) {
        try (Stream<Path> entries = Files.list(Path.of("/proc/self/fd"))) {
            return entries.filter(entry -> link(entry).startsWith(kind)).count();
        } catch (IOException none) {
            // Not Linux: there is nothing to count.
            return 0;
        }
    }

    private static String link(Path entry) {
        try {
            return Files.readSymbolicLink(entry).toString();
        } catch (IOException closed) {
            return "";
        }
    }

    /// {@return the threads of servers that have not ended, but for the one that watches timeouts}
    private static List<String> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(
                        name ->
                                name.startsWith("socketserver ")
                                        || name.startsWith("socketserver-loop")
                                        || name.equals("socketserver-watch")
                                        || name.equals("socketserver-keep-alive")
                                        || name.startsWith("request-")
                                        || name.startsWith("contract-pool-"))
                .toList();
    }
}
