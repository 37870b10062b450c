package socketserver.transport;

import java.io.IOException;

/// A request that another process can go on with: of the linux engine.
public interface MovableRequest extends DescriptorRequest {
    /// {@return what the request is but for its descriptor; nothing may use it meanwhile}
    ///
    /// @throws IOException if what it has buffered for the client cannot be sent before
    Moved moved() throws IOException;

    /// Closes this process's copy alone: the client notices nothing.
    void letGo();
}
