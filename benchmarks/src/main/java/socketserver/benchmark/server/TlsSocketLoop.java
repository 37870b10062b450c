package socketserver.benchmark.server;

import socketserver.benchmark.address.Endpoint;
import socketserver.benchmark.address.Family;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;

import javax.net.ssl.SSLServerSocket;

/// The JDK alone: a virtual thread for each `SSLSocket`.
final class TlsSocketLoop implements EchoServer {
    @Override
    public void serve(Endpoint endpoint) throws Exception {
        if (endpoint.family() != Family.TLS) {
            throw new UnsupportedOperationException("it has TLS alone");
        }
        SSLServerSocket listener =
                (SSLServerSocket)
                        Certificate.context().getServerSocketFactory().createServerSocket();
        listener.bind(endpoint.inetAddress(), JdkSockets.BACKLOG);
        while (true) {
            Socket socket = listener.accept();
            Thread.startVirtualThread(() -> echo(socket));
        }
    }

    private static void echo(Socket socket) {
        try (socket) {
            socket.setTcpNoDelay(true);
            InputStream in = socket.getInputStream();
            OutputStream out = socket.getOutputStream();
            byte[] buffer = new byte[EchoServer.bufferSize()];
            for (int count; (count = in.read(buffer)) >= 0; ) {
                out.write(buffer, 0, count);
            }
        } catch (IOException gone) {
            // Clients end by resets.
        }
    }
}
