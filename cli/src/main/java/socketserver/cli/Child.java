package socketserver.cli;

import socketserver.request.Request;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.ProcessBuilder.Redirect;
import java.util.List;

/// A process that serves one request by its standard input and output.
///
/// Its pipes are used by platform threads; the other methods may be called from any thread.
final class Child {
    private final Process process;
    private final InputStream output;
    private final OutputStream input;

    private Child(Process process) {
        this.process = process;
        output = process.getInputStream();
        input = process.getOutputStream();
    }

    /// {@return a child that runs the command for that request}
    static Child start(List<String> command, Request request) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(Redirect.INHERIT);
        ExecEnvironment.set(request, builder.environment());
        return new Child(builder.start());
    }

    /// Waits for the child's output.
    ///
    /// @return how many bytes, or -1 when it has ended its output
    int read(byte[] into) {
        try {
            return output.read(into);
        } catch (IOException ended) {
            // The stream was closed because the process was destroyed.
            return -1;
        }
    }

    /// {@return the child's output to its end, or the first so many bytes of it}
    byte[] read(int limit) throws IOException {
        return output.readNBytes(limit);
    }

    /// Gives the child input.
    ///
    /// @return whether it has taken it: false if it reads no more, which it need not
    boolean write(byte[] bytes, int count) {
        try {
            input.write(bytes, 0, count);
            input.flush();
            return true;
        } catch (IOException closed) {
            return false;
        }
    }

    /// Gives the child the end of its input.
    void endInput() {
        try {
            input.close();
        } catch (IOException alreadyClosed) {
            // It reads no more.
        }
    }

    /// Waits until the child has ended.
    void join() throws InterruptedException {
        process.waitFor();
    }

    /// {@return how to end the child}
    Ending ending() {
        return new Ending(process.toHandle(), process.onExit());
    }
}
