package socketserver;

import socketserver.concurrency.ConcurrencyModel;

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
}
