package socketserver.transport;

import java.io.EOFException;
import java.io.IOException;

/// A connection over which open files go to another process, each with one byte (`SCM_RIGHTS`,
/// `unix(7)`).
///
/// As with other bytes, one thread at a time may send and one receive. What is read otherwise
/// before such a byte must not take it too: its file would be lost.
public interface PassingRequest {
    /// Sends an open file; this process keeps its own number for it.
    void pass(int descriptor) throws IOException;

    /// Waits for an open file and receives it.
    ///
    /// @return its number, which the caller has to close
    /// @throws EOFException if the other side has ended
    int receivePassed() throws IOException;
}
