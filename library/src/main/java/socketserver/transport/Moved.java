package socketserver.transport;

import socketserver.request.Request;
import socketserver.request.Server;

import java.io.IOException;
import java.io.Serializable;

/// A request on its way to another process, without its descriptor.
public interface Moved extends Serializable {
    /// {@return the request as it goes on here}
    ///
    /// @param server what the request asks here
    /// @param descriptor which from now on belongs to the request that is returned
    Arrived arrive(Server server, int descriptor) throws IOException;

    /// A request that has arrived.
    ///
    /// @param request what is to be handled
    /// @param release gives back what it has of this process, once it has ended
    record Arrived(Request request, Runnable release) {}
}
