import socketserver.ServerOptions;
import socketserver.ThreadingTcpServer;
import socketserver.request.StreamRequest;
import socketserver.request.StreamRequestHandler;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/// A chat room: whoever connects gives a name and then reads what the others write.
///
/// ```
/// java -cp socketserver.jar ChatRoom.java 5000
/// nc localhost 5000
/// ```
final class ChatRoom {
    private static final int LONGEST_LINE = 1000;
    private static final int WAITING_LINES = 1000;

    // Guarded by this, as is the order in which lines are told: all members see the same talk.
    private final Map<String, Member> members = new TreeMap<>();

    public static void main(String... args) throws IOException {
        try (var server = open(args.length == 0 ? 5000 : Integer.parseInt(args[0]))) {
            IO.println("listening on " + server.address());
            server.serveForever();
        }
    }

    /// {@return a server of an empty room on that port of this machine, 0 for any}
    static ThreadingTcpServer open(int port) throws IOException {
        var room = new ChatRoom();
        return new ThreadingTcpServer(
                new InetSocketAddress("localhost", port),
                () -> new Visit(room),
                ServerOptions.DEFAULT.withDeadlines(
                        deadlines -> deadlines.withWrite(Duration.ofSeconds(10))));
    }

    /// Lets a member in, unless somebody has the name.
    ///
    /// @return whether the member is in
    private synchronized boolean join(Member member) {
        if (members.containsKey(member.name)) {
            return false;
        }
        member.tell(
                members.isEmpty()
                        ? "* nobody is here"
                        : "* here: " + String.join(", ", members.keySet()));
        members.put(member.name, member);
        tellAll("* " + member.name + " joined");
        return true;
    }

    private synchronized void leave(Member member) {
        members.remove(member.name);
        tellAll("* " + member.name + " left");
    }

    private synchronized void tellAll(String line) {
        members.values().forEach(member -> member.tell(line));
    }

    /// Somebody in the room, and the lines that wait to be sent there.
    private static final class Member {
        private static final String END = "";

        private final String name;
        private final StreamRequest request;

        // A write waits for a client that does not read. So nobody writes to another member: lines
        // go into a bounded queue, which a thread of the member's own empties, and who lets it run
        // full is shown the door. The others never wait, and memory has a bound.
        private final BlockingQueue<String> lines = new ArrayBlockingQueue<>(WAITING_LINES);

        Member(String name, StreamRequest request) {
            this.name = name;
            this.request = request;
        }

        void tell(String line) {
            if (!lines.offer(line)) {
                request.close();
            }
        }

        Thread startWriter() {
            return Thread.startVirtualThread(this::writeLines);
        }

        private void writeLines() {
            try {
                for (String line = lines.take(); !line.equals(END); line = lines.take()) {
                    request.output().writeLine(line);
                }
            } catch (IOException | InterruptedException gone) {
                // The reading thread finds the request closed and says who left.
                request.close();
            }
        }
    }

    /// One client's stay, from the name to the end of its lines.
    private static final class Visit extends StreamRequestHandler {
        private final ChatRoom room;

        Visit(ChatRoom room) {
            this.room = room;
        }

        @Override
        protected void handle() throws IOException, InterruptedException {
            input().limit(LONGEST_LINE);
            Member member = enter();
            if (member == null) {
                return;
            }
            Thread writer = member.startWriter();
            try {
                for (String line; (line = input().readLine()) != null; ) {
                    room.tellAll(member.name + ": " + printable(line));
                }
            } finally {
                room.leave(member);
                member.tell(Member.END);
                writer.join();
            }
        }

        /// {@return the new member, or null if the client has gone}
        private Member enter() throws IOException {
            output().writeLine("* your name?");
            for (String name; (name = input().readLine()) != null; ) {
                var member = new Member(name, request());
                if (!name.matches("\\w{1,20}")) {
                    output().writeLine("* a name is 1 to 20 letters and digits; your name?");
                } else if (room.join(member)) {
                    return member;
                } else {
                    output().writeLine("* " + name + " is here already; your name?");
                }
            }
            return null;
        }

        /// {@return the line without what would move the cursor of the others' terminals}
        private static String printable(String line) {
            return line.replaceAll("\\p{Cntrl}", "");
        }
    }
}
