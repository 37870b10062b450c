package socketserver.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/// A command that is exchanged for new processes, the last of which serves.
final class Upgraded implements AutoCloseable {
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final Pattern TAKEN = Pattern.compile("process (\\d+) has taken over");
    private static final Pattern FAILED = Pattern.compile("upgrade failed: (.*)");

    private final RunningCommand command;
    private ProcessHandle serving;

    Upgraded(RunningCommand command) {
        this.command = command;
        serving = command.process();
    }

    /// {@return what serves now}
    ProcessHandle serving() {
        return serving;
    }

    /// Exchanges the process that serves for a new one, and waits until the old one has ended.
    ///
    /// What the new one says on standard output is lost: the JDK closes that with the old one.
    void swap() throws Exception {
        awaitEnd(swapAndLeave());
        assertThat(serving.isAlive()).isTrue();
    }

    /// Waits until a process has ended.
    static void awaitEnd(ProcessHandle process) {
        await().atMost(LONG).until(() -> hasEnded(process));
    }

    private static boolean hasEnded(ProcessHandle process) throws IOException {
        if (!process.isAlive()) {
            return true;
        }
        // There may be no first process that takes the dead ones of others from the table.
        try {
            Path status = Path.of("/proc/%d/status".formatted(process.pid()));
            return Files.readString(status).contains("\nState:\tZ");
        } catch (NoSuchFileException gone) {
            return true;
        }
    }

    /// Exchanges the process that serves for a new one.
    ///
    /// @return the old one
    ProcessHandle swapAndLeave() throws Exception {
        int before = all(TAKEN).size();
        ProcessHandle old = serving;
        RunningCommand.signal("USR1", old);
        await().atMost(LONG).until(() -> all(TAKEN).size() > before);
        serving = ProcessHandle.of(Long.parseLong(all(TAKEN).getLast())).orElseThrow();
        return old;
    }

    /// Asks for an exchange that fails.
    ///
    /// @return why it has
    String swapInVain() throws Exception {
        int before = all(FAILED).size();
        RunningCommand.signal("USR1", serving);
        await().atMost(LONG).until(() -> all(FAILED).size() > before);
        assertThat(serving.isAlive()).isTrue();
        return all(FAILED).getLast();
    }

    /// {@return the processes that were started for an exchange which is not done}
    List<ProcessHandle> started() {
        return serving.descendants().toList();
    }

    private List<String> all(Pattern pattern) {
        return pattern.matcher(command.err()).results().map((MatchResult m) -> m.group(1)).toList();
    }

    /// Ends the process that serves, and waits until it has.
    void terminate() {
        serving.destroy();
        awaitEnd(serving);
    }

    @Override
    public void close() throws IOException {
        started().forEach(ProcessHandle::destroyForcibly);
        all(TAKEN).stream()
                .flatMap(pid -> ProcessHandle.of(Long.parseLong(pid)).stream())
                .forEach(ProcessHandle::destroyForcibly);
        command.close();
    }
}
