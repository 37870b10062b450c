// An echo server: sends each line back to who has sent it.
//
//     java -cp socketserver.jar EchoServer.java 9999
//     nc localhost 9999

import socketserver.ThreadingTcpServer;
import socketserver.request.StreamRequestHandler;

@SuppressWarnings("ClassCanBeStatic") // written as in a file of its own
class Echo extends StreamRequestHandler {
    @Override
    protected void handle() throws IOException {
        for (String line; (line = input().readLine()) != null; ) output().writeLine(line);
    }
}

void main(String... args) throws IOException {
    int port = args.length == 0 ? 9999 : Integer.parseInt(args[0]);
    try (var server = new ThreadingTcpServer(new InetSocketAddress("localhost", port), Echo::new)) {
        IO.println("listening on " + server.address());
        server.serveForever();
    }
}
