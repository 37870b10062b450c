package socketserver.concurrency;

import static java.nio.charset.StandardCharsets.UTF_8;

import socketserver.request.StreamRequest;

import java.io.IOException;
import java.util.concurrent.SynchronousQueue;

/// The classes that a child process does not find by itself, because a class loader of the server's
/// program has made them: from a single source file, for instance. The server is asked for them.
final class ServerClasses extends ClassLoader {
    static {
        registerAsParallelCapable();
    }

    private final StreamRequest connection;
    private final SynchronousQueue<byte[]> answers = new SynchronousQueue<>();

    ServerClasses(StreamRequest connection) {
        super("socketserver-server", ClassLoader.getSystemClassLoader());
        this.connection = connection;
    }

    /// Takes the bytes of the class that was wanted; called by the thread that listens.
    void come(byte[] bytes) {
        boolean interrupted = false;
        for (; ; ) {
            try {
                answers.put(bytes);
                break;
            } catch (InterruptedException stop) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
        byte[] bytes = ask(name);
        if (bytes.length == 0) {
            throw new ClassNotFoundException(name);
        }
        return defineClass(name, bytes, 0, bytes.length);
    }

    private synchronized byte[] ask(String name) throws ClassNotFoundException {
        try {
            Frame.send(connection, Frame.Kind.WANTED, name.getBytes(UTF_8));
            return answers.take();
        } catch (IOException | InterruptedException thrown) {
            throw new ClassNotFoundException(name, thrown);
        }
    }
}
