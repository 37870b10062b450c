package socketserver.request;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.time.Duration;

/// A handler object for a connection: Python's `StreamRequestHandler`.
///
/// {@snippet class="socketserver.SnippetsTest" region="stream-handler"}
///
/// Its settings are methods to override. They are asked once for each request, before [#setup()].
public abstract class StreamRequestHandler extends BaseRequestHandler<StreamRequest> {
    /// Makes a handler; its request arrives before [#setup()].
    protected StreamRequestHandler() {}

    /// {@return what the client sends; Python's `rfile`}
    protected final RequestInput input() {
        return request().input();
    }

    /// {@return what the client gets; Python's `wfile`}
    protected final RequestOutput output() {
        return request().output();
    }

    /// {@return how long one read or one write may wait, or null to leave what the server's options
    /// say; Python's `timeout`}
    protected @Nullable Duration timeout() {
        return null;
    }

    /// {@return how many bytes are read ahead at most; Python's `rbufsize`}
    protected int inputBuffer() {
        return RequestInput.DEFAULT_BUFFER;
    }

    /// {@return how many bytes of output are gathered before they are sent, 0 for none; Python's
    /// `wbufsize`}
    protected int outputBuffer() {
        return 0;
    }

    /// {@return whether small writes are sent at once although earlier ones are not acknowledged
    /// yet (`TCP_NODELAY`), or null to leave what the server's options say; Python's
    /// `disable_nagle_algorithm`}
    ///
    /// Unix sockets have no such delay and ignore it (Python's handler fails there).
    protected @Nullable Boolean disableNagle() {
        return null;
    }

    @Override
    final void prepare() throws IOException {
        Duration timeout = timeout();
        if (timeout != null) {
            request().readTimeout(timeout);
            request().writeTimeout(timeout);
        }
        Boolean disableNagle = disableNagle();
        if (disableNagle != null && !(client() instanceof UnixAddress)) {
            request().option(StandardSocketOptions.TCP_NODELAY, disableNagle);
        }
        if (inputBuffer() != RequestInput.DEFAULT_BUFFER) {
            input().buffer(inputBuffer());
        }
        if (outputBuffer() != 0) {
            output().buffer(outputBuffer());
        }
    }
}
