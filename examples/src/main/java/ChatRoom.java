import socketserver.SocketServer;
import socketserver.TcpServer;
import socketserver.concurrency.ConcurrencyModel;
import socketserver.concurrency.OutputLimits;
import socketserver.framing.FrameHandler;
import socketserver.framing.FramedRequest;
import socketserver.framing.Framing;
import socketserver.request.Attribute;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// A chat room: whoever connects gives a name and then reads what the others write.
///
/// ```
/// java -cp socketserver.jar ChatRoom.java 5000
/// nc localhost 5000
/// ```
///
/// One loop serves all members. It calls the room for one line at a time, so that the room needs
/// neither locks nor threads. It never waits for a member: lines that one does not read are kept,
/// up to a bound, and who exceeds that is shown the door.
final class ChatRoom implements FrameHandler<String> {
    private static final long serialVersionUID = 1;
    private static final int LONGEST_LINE = 1000;
    private static final OutputLimits KEPT = OutputLimits.DEFAULT.withMaximum(1024 * 1024);
    private static final Attribute<String> NAME = Attribute.named("name");

    private final transient Map<String, FramedRequest<String>> members = new TreeMap<>();

    public static void main(String... args) throws IOException {
        try (var server = open(args.length == 0 ? 5000 : Integer.parseInt(args[0]))) {
            IO.println("listening on " + server.address());
            server.serveForever();
        }
    }

    /// {@return a server of an empty room on that port of this machine, 0 for any}
    static TcpServer open(int port) throws IOException {
        return SocketServer.tcp(new InetSocketAddress("localhost", port))
                .model(ConcurrencyModel.selector().withOutputLimits(KEPT))
                .writeTimeout(Duration.ofSeconds(10))
                .open(Framing.lines().withMaximum(LONGEST_LINE).streams(new ChatRoom()));
    }

    @Override
    public void opened(FramedRequest<String> visitor) throws IOException {
        visitor.send("* your name?");
    }

    @Override
    public void handle(String line, FramedRequest<String> visitor) throws IOException {
        String name = visitor.request().attribute(NAME);
        if (name != null) {
            tellAll(name + ": " + printable(line));
        } else if (!line.matches("\\w{1,20}")) {
            visitor.send("* a name is 1 to 20 letters and digits; your name?");
        } else if (members.containsKey(line)) {
            visitor.send("* " + line + " is here already; your name?");
        } else {
            join(line, visitor);
        }
    }

    @Override
    public void closed(FramedRequest<String> visitor) {
        String name = visitor.request().attribute(NAME);
        if (name != null) {
            members.remove(name);
            tellAll("* " + name + " left");
        }
    }

    private void join(String name, FramedRequest<String> visitor) throws IOException {
        visitor.send(
                members.isEmpty()
                        ? "* nobody is here"
                        : "* here: " + String.join(", ", members.keySet()));
        visitor.request().attribute(NAME, name);
        members.put(name, visitor);
        tellAll("* " + name + " joined");
    }

    private void tellAll(String line) {
        for (FramedRequest<String> member : List.copyOf(members.values())) {
            try {
                member.send(line);
            } catch (IOException gone) {
                // closed() is going to be called for that member.
            }
        }
    }

    /// {@return the line without what would move the cursor of the others' terminals}
    private static String printable(String line) {
        return line.replaceAll("\\p{Cntrl}", "");
    }
}
