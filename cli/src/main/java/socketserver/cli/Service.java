package socketserver.cli;

import socketserver.request.DatagramRequest;
import socketserver.request.Request;
import socketserver.request.RequestHandler;
import socketserver.request.StreamRequest;

/// A service that knows what to do with a connection and with a packet.
abstract class Service implements RequestHandler<Request> {
    private static final long serialVersionUID = 1;

    /// Serves a connection; it ends when this returns.
    abstract void connection(StreamRequest request) throws Exception;

    /// Serves a packet.
    abstract void packet(DatagramRequest request) throws Exception;

    @Override
    public final void handle(Request request) throws Exception {
        if (request instanceof StreamRequest connection) {
            connection(connection);
        } else {
            packet((DatagramRequest) request);
        }
    }
}
