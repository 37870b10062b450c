package socketserver.micrometer;

import socketserver.request.DatagramRequest;
import socketserver.request.RequestHandler;
import socketserver.request.StreamRequest;

/// Handlers that send back what they get.
final class Echoes {
    /// Line by line, at once.
    static final RequestHandler<StreamRequest> LINES =
            request -> {
                for (String line; (line = request.input().readLine()) != null; ) {
                    request.output().writeLine(line);
                    request.output().flush();
                }
            };

    static final RequestHandler<DatagramRequest> PACKETS =
            request -> request.reply(request.packet());

    private Echoes() {}
}
