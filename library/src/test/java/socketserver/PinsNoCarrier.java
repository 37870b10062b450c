package socketserver;

import static org.assertj.core.api.Assertions.assertThat;

import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;

import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Checks at the end of all tests that no virtual thread has waited without giving its carrier
/// free.
public final class PinsNoCarrier implements BeforeAllCallback {
    private static final Namespace NAMESPACE = Namespace.create(PinsNoCarrier.class);

    @Override
    public void beforeAll(ExtensionContext context) {
        context.getRoot()
                .getStore(NAMESPACE)
                .computeIfAbsent("watch", _ -> new Watch(), Watch.class);
    }

    /// Records until the last test has ended.
    private static final class Watch implements AutoCloseable {
        private final Recording recording = new Recording();

        Watch() {
            recording.enable("jdk.VirtualThreadPinned").withoutThreshold().withStackTrace();
            recording.start();
        }

        @Override
        public void close() throws IOException {
            Path file = Files.createTempFile("pinned", ".jfr");
            try (recording) {
                recording.stop();
                recording.dump(file);
                List<String> pinned = new ArrayList<>();
                for (RecordedEvent event : RecordingFile.readAllEvents(file)) {
                    pinned.add(event.toString());
                }
                assertThat(pinned).as("waits of virtual threads that pinned carriers").isEmpty();
            } finally {
                Files.delete(file);
            }
        }
    }
}
