package socketserver;

import socketserver.concurrency.SelectorModel;

/// Lets one loop work on all requests of a server: on each as far as its client has sent, on none
/// for longer than that. What the text above Python's `ThreadingMixIn` recommends, and Python
/// leaves to the program.
///
/// {@snippet class="socketserver.SnippetsTest" region="selector"}
///
/// @see SelectorModel
public interface SelectorMixIn extends ConcurrencyMixIn {
    /// {@return how many loops there are: one unless overridden}
    ///
    /// @see SelectorModel#withLoops(int)
    default int loops() {
        return 1;
    }

    @Override
    default SelectorModel concurrencyModel() {
        return SelectorModel.standard().withLoops(loops());
    }
}
