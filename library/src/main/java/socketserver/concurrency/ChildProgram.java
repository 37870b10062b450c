package socketserver.concurrency;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.jspecify.annotations.Nullable;

import socketserver.request.CloseReason;
import socketserver.request.Request;
import socketserver.request.Server;
import socketserver.request.StreamRequest;
import socketserver.request.UnixAddress;
import socketserver.transport.Engine;
import socketserver.transport.Moved;
import socketserver.transport.PassingRequest;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/// The program of a child process: takes requests from its server and handles them, one after the
/// other, on the main thread.
///
/// It ends when it has handled as many as it was told, and at once when its server has gone or lets
/// it go: that is the end of the connection between the two.
final class ChildProgram {
    // Instead of a descriptor: what has come is a rehearsal.
    private static final int NONE = -1;

    private final StreamRequest connection;
    private final ServerClasses classes;
    private final BlockingQueue<Arrival> arrivals = new LinkedBlockingQueue<>();
    // What is being handled. Written by the main thread.
    private volatile @Nullable Request handled;

    private ChildProgram(StreamRequest connection) {
        this.connection = connection;
        classes = new ServerClasses(connection);
    }

    /// A request that the server has sent.
    @SuppressWarnings("ArrayRecordComponent") // nobody compares them
    private record Arrival(byte[] errand, int descriptor) {}

    /// Runs a child.
    ///
    /// @param arguments the abstract name where the server listens, and how many requests it is to
    ///   handle; none to do no more than rehearse with what comes by standard input
    public static void main(String[] arguments) throws IOException, InterruptedException {
        if (arguments.length == 0) {
            rehearseAlone(System.in.readAllBytes());
            return;
        }
        UnixAddress address = UnixAddress.abstractName(arguments[0]);
        StreamRequest connection = Engine.chosen().connect(new Parent(address), address);
        // If the server has died meanwhile, its name is anybody's, and what comes is run.
        if (connection.credentials().pid()
                != ProcessHandle.current().parent().orElseThrow().pid()) {
            connection.close();
            System.exit(1);
        }
        run(connection, Integer.parseInt(arguments[1]));
    }

    private static void run(StreamRequest connection, int most)
            throws IOException, InterruptedException {
        ChildProgram program = new ChildProgram(connection);
        Thread.currentThread().setContextClassLoader(program.classes);
        Frame.send(connection, Frame.Kind.READY);
        Thread.ofPlatform().daemon().name("socketserver-child").start(program::listen);
        System.exit(program.handleAll(most) ? 0 : 1);
    }

    /// Rehearses as with a server, which goes then; so that the JVM sees what children need.
    private static void rehearseAlone(byte[] errand) throws IOException, InterruptedException {
        Engine.Pair pair = Engine.chosen().pair(new Parent(UnixAddress.unnamed()));
        StreamRequest toChild = pair.other();
        Thread.ofPlatform()
                .daemon()
                .start(
                        () -> {
                            try (toChild) {
                                Frame.send(toChild, Frame.Kind.REHEARSAL, errand);
                                Frame.receive(toChild, Frame.MOST_TO_SERVER); // READY
                                Frame.receive(toChild, Frame.MOST_TO_SERVER); // REHEARSED
                            } catch (IOException gone) {
                                // With the child.
                            }
                        });
        run(pair.one(), 1);
    }

    /// What a child knows of its server as long as it has no request.
    private record Parent(SocketAddress address) implements Server {
        @Override
        public void requestStop() {
            throw new IllegalStateException("a child process cannot stop its server");
        }
    }

    private void listen() {
        try {
            for (Frame frame; (frame = Frame.receive(connection, Frame.MOST_TO_CHILD)) != null; ) {
                switch (frame.kind()) {
                    case REQUEST ->
                            arrivals.add(
                                    new Arrival(
                                            frame.bytes(),
                                            ((PassingRequest) connection).receivePassed()));
                    case REHEARSAL -> arrivals.add(new Arrival(frame.bytes(), NONE));
                    case DRAIN -> drain(ByteBuffer.wrap(frame.bytes()).getLong());
                    case CLASS -> classes.come(frame.bytes());
                    default -> throw new IOException("unexpected " + frame.kind());
                }
            }
        } catch (IOException broken) {
            // The server has gone.
        }
        if (handled != null) {
            Runtime.getRuntime().halt(1);
        }
        System.exit(0);
    }

    private void drain(long id) {
        Request request = handled;
        if (request != null && request.id() == id) {
            request.drain();
        }
    }

    /// {@return whether none has failed}
    private boolean handleAll(int most) throws IOException, InterruptedException {
        boolean succeeded = true;
        for (int i = 0; i < most && succeeded; i++) {
            Arrival arrival = arrivals.take();
            if (arrival.descriptor() == NONE) {
                rehearse(arrival.errand());
                arrival = arrivals.take();
            }
            succeeded = handle(arrival);
        }
        return succeeded;
    }

    /// Loads what requests need.
    private void rehearse(byte[] errand) throws IOException {
        try {
            Rehearsal.playChild(errand, classes);
        } catch (IOException | ClassNotFoundException | RuntimeException | LinkageError thrown) {
            // The first request says so, to its client's cost: the server must not lose children.
        }
        Frame.send(connection, Frame.Kind.REHEARSED);
    }

    private boolean handle(Arrival arrival) throws IOException {
        Errand.Content errand;
        Moved.Arrived arrived;
        try {
            errand = (Errand.Content) Travel.unpack(arrival.errand(), classes);
            arrived = errand.request().arrive(errand.server().server(), arrival.descriptor());
        } catch (IOException | ClassNotFoundException | RuntimeException | LinkageError thrown) {
            // The descriptor is closed when this process ends, which it does now.
            StringWriter text = new StringWriter();
            thrown.printStackTrace(new PrintWriter(text, true));
            Frame.send(connection, Frame.Kind.REFUSED, text.toString().getBytes(UTF_8));
            return false;
        }
        handled = arrived.request();
        Frame.send(connection, Frame.Kind.TAKEN);
        // Of a packet, which the server has counted.
        long before = arrived.request().bytesIn();
        CloseReason reason = run(errand.server(), arrived);
        System.out.flush();
        System.err.flush();
        // Before the server knows: it may go at once then.
        handled = null;
        byte[] why = reason.name().getBytes(UTF_8);
        ByteBuffer done = ByteBuffer.allocate(2 * Long.BYTES + why.length);
        done.putLong(arrived.request().bytesIn() - before).putLong(arrived.request().bytesOut());
        done.put(why);
        Frame.send(connection, Frame.Kind.DONE, done.array());
        return goesOnAfter(reason);
    }

    /// {@return whether a child may handle another request: no handler has failed in it}
    static boolean goesOnAfter(CloseReason reason) {
        return switch (reason) {
            // The last two are the client's doing, mostly before there was a handler.
            case HANDLED, HANDSHAKE_FAILED, HANDSHAKE_TIMEOUT -> true;
            default -> false;
        };
    }

    private static CloseReason run(Detached server, Moved.Arrived arrived) {
        try {
            return server.run(arrived.request());
        } catch (Throwable error) {
            error.printStackTrace();
            return CloseReason.of(error);
        } finally {
            arrived.release().run();
        }
    }
}
