package socketserver.transport;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/// What a [Multiplexer] tells of a connection, and what takes the bytes that are written to it.
public interface Attached extends Told {
    /// Takes all that the buffer has left, to send it now or soon, and never waits; called by one
    /// thread at a time.
    ///
    /// @return how many bytes: all
    int send(ByteBuffer from) throws IOException;

    /// Takes bytes of a file, to send them soon, and closes it then; called by one thread at a
    /// time.
    ///
    /// @param file its name, for errors
    /// @param count how many; negative is all that the file has now
    /// @return how many bytes it will be
    long sendFile(FileChannel opened, Path file, long from, long count) throws IOException;

    /// Ends our bytes when all that was taken has been sent.
    void endOutput() throws IOException;

    /// Does a handshake when all that was taken has been sent, and sends what is taken from now on
    /// when that is done.
    ///
    /// @param handshake waits for the client, and must not be done here
    /// @param then what is done here when it is over, unless it has failed
    /// @throws IllegalStateException if the handler is not called at this moment
    void secure(MultiplexedStream.Securing handshake, MultiplexedStream.Securing then)
            throws IOException;

    /// Says that the connection is to come to an end; called by any thread.
    void drain();

    /// Says that the timeouts of the connection are others now.
    void timeoutsChanged();
}
