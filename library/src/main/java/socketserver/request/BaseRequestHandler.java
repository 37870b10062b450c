package socketserver.request;

import org.jspecify.annotations.Nullable;

import java.net.SocketAddress;

/// A handler object, made anew for each request: Python's `BaseRequestHandler`.
///
/// The server calls [#setup()], [#handle()] and [#finish()] in this order on one thread. `finish`
/// runs whenever `setup` has returned, also after an `Error`. If both `handle` and `finish` fail,
/// the failure of `handle` is reported and that of `finish` is suppressed in it (Python reports
/// `finish`'s).
///
/// None of the three needs a call of `super`.
///
/// @param <R> what it handles
public abstract class BaseRequestHandler<R extends Request> {
    private @Nullable R request;

    /// Makes a handler; its request arrives before [#setup()].
    protected BaseRequestHandler() {}

    /// {@return the request to handle; Python's `self.request`}
    ///
    /// @throws IllegalStateException if called in the constructor
    protected final R request() {
        R given = request;
        if (given == null) {
            throw new IllegalStateException(
                    "the handler has no request in its constructor: use setup() or handle()");
        }
        return given;
    }

    /// {@return who asks; Python's `self.client_address`}
    protected final SocketAddress client() {
        return request().client();
    }

    /// {@return the server that was asked; Python's `self.server`}
    protected final Server server() {
        return request().server();
    }

    /// {@return the server that was asked, as the class that the program has written}
    ///
    /// @throws ClassCastException if the server is of another class
    protected final <S> S server(Class<S> type) {
        return request().server(type);
    }

    /// Prepares for the request; does nothing unless overridden.
    protected void setup() throws Exception {}

    /// Handles the request.
    protected abstract void handle() throws Exception;

    /// Cleans up after the request; does nothing unless overridden.
    protected void finish() throws Exception {}

    /// Applies the settings of a handler class to its request, before [#setup()].
    void prepare() throws Exception {}

    /// Does what a handler class promises to do when [#handle()] has returned.
    void complete() throws Exception {}

    final void run(R request) throws Exception {
        this.request = request;
        prepare();
        setup();
        Throwable failure = null;
        try {
            handle();
            complete();
        } catch (Throwable thrown) {
            failure = thrown;
            throw thrown;
        } finally {
            finishAfter(failure);
        }
    }

    private void finishAfter(@Nullable Throwable failure) throws Exception {
        try {
            finish();
        } catch (Throwable thrown) {
            if (failure == null) {
                throw thrown;
            }
            if (!thrown.equals(failure)) {
                failure.addSuppressed(thrown);
            }
        }
    }
}
