package socketserver.transport;

/// What a [Multiplexer] tells of a connection or listener.
interface Told {
    /// Says that a read or a write may find something; called by the multiplexer's thread.
    ///
    /// @param reads whether a read may find bytes, or the end
    /// @param writes whether a write may find room
    void ready(boolean reads, boolean writes);

    /// Says that it was closed, at least once; called by any thread.
    void closed();
}
