package socketserver.concurrency;

import static java.nio.charset.StandardCharsets.UTF_8;

import socketserver.request.Server;
import socketserver.request.StreamRequest;
import socketserver.transport.DescriptorRequest;
import socketserver.transport.Engine;
import socketserver.transport.MovableRequest;
import socketserver.transport.Moved;
import socketserver.transport.PassingRequest;

import java.io.IOException;

/// What server and child do before a child is ready, so that the first request finds the classes
/// that it needs loaded and linked: both hand a connection over to themselves, and the child
/// answers one line on it.
final class Rehearsal {
    private static final String LINE = "rehearsal";
    // Measured: more is no better.
    private static final int TIMES = 3;
    // What refers to more than that takes its time already once.
    private static final int LARGE = 64 * 1024;

    private Rehearsal() {}

    /// {@return what a child rehearses with, packed: an errand like others}
    ///
    /// @throws IOException if the server cannot travel
    static Travel.Packed pack(Detached server) throws IOException {
        try (Engine.Pair line = ChildListener.engine().pair(server.server())) {
            Moved request = ((MovableRequest) line.one()).moved();
            return Travel.pack(new Errand.Content(server, request));
        }
    }

    /// Rehearses what the server does for each request; called there.
    static void playServer(Server server) throws IOException {
        try (Engine.Pair way = Engine.chosen().pair(server);
                Engine.Pair line = Engine.chosen().pair(server)) {
            // Nobody receives it: the kernel closes it with the pair.
            pass(line, way);
        }
    }

    /// Rehearses what the child does with an errand; called there.
    static void playChild(byte[] packed, ClassLoader classes)
            throws IOException, ClassNotFoundException {
        int times = packed.length < LARGE ? TIMES : 1;
        for (int i = 0; i < times; i++) {
            playOnce(packed, classes);
        }
    }

    private static void playOnce(byte[] packed, ClassLoader classes)
            throws IOException, ClassNotFoundException {
        Errand.Content errand = (Errand.Content) Travel.unpack(packed, classes);
        Server server = errand.server().server();
        try (Engine.Pair way = Engine.chosen().pair(server);
                Engine.Pair line = Engine.chosen().pair(server)) {
            pass(line, way);
            Frame.receive(way.other(), Frame.MOST_TO_CHILD);
            int descriptor = ((PassingRequest) way.other()).receivePassed();
            Moved.Arrived arrived = errand.request().arrive(server, descriptor);
            StreamRequest request = (StreamRequest) arrived.request();
            line.other().output().writeLine(LINE);
            line.other().output().flush();
            request.output().writeLine(String.valueOf(request.input().readLine()));
            arrived.release().run();
        }
    }

    private static void pass(Engine.Pair line, Engine.Pair way) throws IOException {
        byte[] content = LINE.getBytes(UTF_8);
        Frame.send(way.one(), Frame.Kind.REQUEST, content, (DescriptorRequest) line.one());
    }
}
