package socketserver.transport;

import java.io.IOException;

/// A request that is a file descriptor, for the sister modules of this one.
public interface DescriptorRequest {
    /// Something that is done with a descriptor.
    interface Use<T> {
        /// Does it.
        T with(int descriptor) throws IOException;
    }

    /// Does something with the descriptor, which is not given back to the system before it returns.
    /// If the request is closed meanwhile, both directions of the connection end at once.
    ///
    /// @return what it returns
    /// @throws java.nio.channels.ClosedChannelException if the request was closed before
    <T> T useDescriptor(Use<T> use) throws IOException;
}
