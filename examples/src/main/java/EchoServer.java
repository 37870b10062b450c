// An echo server: sends each line back. Try it with: nc localhost 9999

import socketserver.ThreadingTcpServer;
import socketserver.request.StreamRequestHandler;

void main(String... args) throws IOException {
    int port = args.length == 0 ? 9999 : Integer.parseInt(args[0]);

    class Echo extends StreamRequestHandler {
        @Override
        protected void handle() throws IOException {
            for (String line; (line = input().readLine()) != null; ) {
                output().writeLine(line);
            }
        }
    }

    try (var server = new ThreadingTcpServer(new InetSocketAddress("localhost", port), Echo::new)) {
        IO.println("listening on " + server.address());
        server.serveForever();
    }
}
