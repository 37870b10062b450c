package socketserver.concurrency;

import socketserver.request.Server;
import socketserver.request.StreamRequest;
import socketserver.request.UnixAddress;
import socketserver.transport.Engine;
import socketserver.transport.Listener;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;

/// Where children find their server: a Unix socket with an abstract name of the kernel's choice, so
/// that there is no file to be left behind.
///
/// Any local process can connect to it: those that are no child are turned away unheard.
final class ChildListener {
    private static final int BACKLOG = 128;

    private final Children children;
    private final Listener<StreamRequest> listener;

    private ChildListener(Children children, Listener<StreamRequest> listener) {
        this.children = children;
        this.listener = listener;
    }

    /// {@return the engine that can pass open files on}
    ///
    /// @throws UnsupportedOperationException if this process has another one
    static Engine engine() {
        Engine engine = Engine.chosen();
        if (!engine.name().equals("linux")) {
            throw new UnsupportedOperationException(
                    "a forking server needs the linux engine, this is the %s engine: start the JVM"
                                    .formatted(engine.name())
                            + " on Linux, with --enable-native-access=socketserver (ALL-UNNAMED on"
                            + " the class path)");
        }
        return engine;
    }

    /// Listens from now on, until the children are over.
    ///
    /// @throws UnsupportedOperationException if this process has no linux engine
    static ChildListener open(Children children) throws IOException {
        Listener<StreamRequest> listener = engine().openStream(StandardProtocolFamily.UNIX);
        try {
            listener.bind(UnixAddress.unnamed(), BACKLOG);
            ChildListener opened = new ChildListener(children, listener);
            Thread.ofVirtual().name("socketserver-children").start(opened::accept);
            return opened;
        } catch (Throwable thrown) {
            listener.close();
            throw thrown;
        }
    }

    /// {@return the abstract name}
    String name() {
        return ((UnixAddress) listener.address()).name();
    }

    /// Lets it see that the children are over.
    void wakeUp() {
        listener.wakeUp();
    }

    /// What the children's connections ask for: nobody stops it.
    private record Registry(SocketAddress address) implements Server {
        @Override
        public void requestStop() {
            throw new UnsupportedOperationException();
        }
    }

    private void accept() {
        Registry registry = new Registry(listener.address());
        try (listener) {
            while (!children.isOver()) {
                listener.await(-1);
                StreamRequest connection = listener.accept(registry);
                if (connection != null) {
                    Thread.ofVirtual().name("socketserver-child").start(() -> greet(connection));
                }
            }
        } catch (IOException thrown) {
            Children.log().log(Level.ERROR, "child processes find their server no longer", thrown);
        }
    }

    private void greet(StreamRequest connection) {
        try {
            Child child = children.living(connection.credentials().pid());
            Frame frame = child == null ? null : Frame.receive(connection, Frame.MOST_TO_SERVER);
            if (child != null && frame != null && frame.kind() == Frame.Kind.READY) {
                child.converse(connection);
                return;
            }
        } catch (IOException gone) {
            // It has died.
        }
        connection.close();
    }
}
