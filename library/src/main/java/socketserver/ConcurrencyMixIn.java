package socketserver;

import org.jspecify.annotations.Nullable;

import socketserver.concurrency.ConcurrencyModel;

import java.time.Duration;

/// Says which concurrency model runs a server's handlers.
///
/// A mix-in is an interface that extends this one and narrows the type of [#concurrencyModel()], so
/// that a server class with two of them, or with an override that shadows one, does not compile.
public interface ConcurrencyMixIn {
    /// {@return the model that runs the handlers: the synchronous one, unless a mix-in or an
    /// override says otherwise}
    ///
    /// Called once for each server, when it serves for the first time.
    default ConcurrencyModel concurrencyModel() {
        return ConcurrencyModel.synchronous();
    }

    /// {@return how long [BaseServer#handleRequest()] waits unless the options say otherwise; null
    /// is for ever}
    default @Nullable Duration defaultTimeout() {
        return null;
    }
}
