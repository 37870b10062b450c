import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.exceptions.JedisException;

import socketserver.Drain;
import socketserver.SocketServer;
import socketserver.TcpServer;
import socketserver.request.StreamRequest;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/// A chat room of several processes: who is connected to one of them reads what is written to any.
///
/// With the library, Jedis and what that needs in the folder `lib`:
///
/// ```
/// redis-server
/// java -cp 'lib/*' SharedChatRoom.java 5000
/// java -cp 'lib/*' SharedChatRoom.java 5001
/// nc localhost 5000
/// ```
///
/// The room is in Redis ([SharedRoom]); a process has nothing but the connections of its own
/// members, and when it dies only these are lost. A handler waits for its visitor and for Redis, on
/// a virtual thread; what is said in the room waits in an [Outbox] for each member, so that nobody
/// waits for one who does not read.
///
/// While Redis cannot be reached, members are told so, and what they write is refused.
final class SharedChatRoom implements SharedRoom.Listener {
    private static final int LONGEST_LINE = 1000;
    private static final Duration LONGEST_FAREWELL = Duration.ofSeconds(2);
    private static final String UNREACHABLE = "the room cannot be reached";

    /// Somebody of this process who has a name.
    private record Member(String name, String holder, Outbox outbox) {}

    private final SharedRoom room;
    private final String process = ProcessHandle.current().pid() + ":" + UUID.randomUUID();
    private final Map<String, Member> members = new ConcurrentHashMap<>();
    private volatile boolean reachable;
    // The thread that listens alone: those of whom the members know.
    private final SortedSet<String> present = new TreeSet<>();

    private SharedChatRoom(SharedRoom room) {
        this.room = room;
    }

    public static void main(String... args) throws IOException {
        int port = args.length == 0 ? 5000 : Integer.parseInt(args[0]);
        String redis = args.length < 2 ? "localhost:6379" : args[1];
        try (var room = new SharedRoom(HostAndPort.from(redis));
                var server = open(port, room)) {
            // So that names are free at once.
            server.drainAtExit(Drain.within(Duration.ofSeconds(5)));
            IO.println("listening on " + server.address());
            server.serveForever();
        }
    }

    /// {@return a server of that room on that port of this machine, 0 for any}
    static TcpServer open(int port, SharedRoom room) throws IOException {
        var part = new SharedChatRoom(room);
        var server =
                SocketServer.tcp(new InetSocketAddress("localhost", port))
                        .threading()
                        .writeTimeout(Duration.ofSeconds(10))
                        .open(part::serve);
        room.listen(part);
        return server;
    }

    private void serve(StreamRequest visitor) throws IOException, InterruptedException {
        visitor.input().limit(LONGEST_LINE);
        visitor.output().writeLine("* your name?");
        for (String name; (name = visitor.input().readLine()) != null; ) {
            Member member = new Member(name, process + "/" + visitor.id(), new Outbox(visitor));
            Optional<String> refusal = join(member);
            if (refusal.isEmpty()) {
                pass(member, visitor);
                return;
            }
            visitor.output().writeLine("* " + refusal.get() + "; your name?");
        }
    }

    /// {@return why the member could not join, if so}
    private Optional<String> join(Member member) {
        String name = member.name();
        if (!name.matches("\\w{1,20}")) {
            return Optional.of("a name is 1 to 20 letters and digits");
        }
        if (!reachable) {
            return Optional.of(UNREACHABLE);
        }
        try {
            if (!room.hold(name, member.holder())) {
                return Optional.of(name + " is here already");
            }
            SortedSet<String> others = room.names();
            others.remove(name);
            member.outbox().add(here(others));
            members.put(name, member);
            room.publish("+" + name, name, member.holder());
            return Optional.empty();
        } catch (JedisException failed) {
            // Should the name be held, it is so by this visitor, who may try again.
            members.remove(name, member);
            return Optional.of(UNREACHABLE);
        }
    }

    /// Passes on what a member writes, until it leaves.
    private void pass(Member member, StreamRequest visitor)
            throws IOException, InterruptedException {
        Thread writer = member.outbox().start();
        try {
            for (String line; (line = visitor.input().readLine()) != null; ) {
                say(printable(line), member);
            }
        } finally {
            leave(member, writer);
            member.outbox().end();
            writer.join();
        }
    }

    private void say(String line, Member member) {
        if (!reachable) {
            member.outbox().add("* not passed on: " + UNREACHABLE);
            return;
        }
        try {
            String message = member.name() + ": " + line;
            if (!room.publish(message, member.name(), member.holder())) {
                dismiss(member);
            }
        } catch (JedisException failed) {
            member.outbox().add("* perhaps not passed on: " + UNREACHABLE);
        }
    }

    private void leave(Member member, Thread writer) throws InterruptedException {
        String name = member.name();
        try {
            if (reachable && member.equals(members.get(name))) {
                if (room.publish("-" + name + " " + member.holder(), name, member.holder())) {
                    // Before that comes back, there comes what the member itself has said last.
                    writer.join(LONGEST_FAREWELL);
                }
                room.release(name, member.holder());
            }
        } catch (JedisException failed) {
            // The name is free when it has expired.
        } finally {
            members.remove(name, member);
        }
    }

    @Override
    public void reached() {
        keepNames();
        present.clear();
        present.addAll(room.names());
        reachable = true;
        tellAll("* the room is back; what was said meanwhile is lost");
        tellAll(here(present));
    }

    @Override
    public void heard(String message) {
        if (message.startsWith("+")) {
            String name = message.substring(1);
            present.add(name);
            tellAll("* " + name + " joined");
        } else if (message.startsWith("-")) {
            String name = message.substring(1, message.indexOf(' '));
            Member member = members.get(name);
            if (member != null && message.endsWith(" " + member.holder())) {
                member.outbox().end();
            }
            if (present.remove(name)) {
                tellAll("* " + name + " left");
            }
        } else {
            tellAll(message);
        }
    }

    @Override
    public void beat() {
        keepNames();
        SortedSet<String> held = room.names();
        for (String name : List.copyOf(present)) {
            if (!held.contains(name)) {
                present.remove(name);
                tellAll("* " + name + " is gone");
            }
        }
    }

    @Override
    public void lost() {
        reachable = false;
        tellAll("* " + UNREACHABLE);
    }

    private void keepNames() {
        Map<String, String> holders = new HashMap<>();
        members.forEach((name, member) -> holders.put(name, member.holder()));
        for (String name : room.hold(holders)) {
            Member member = members.get(name);
            if (member != null) {
                dismiss(member);
            }
        }
    }

    private void dismiss(Member member) {
        members.remove(member.name(), member);
        member.outbox().add("* somebody else has got your name meanwhile");
        member.outbox().end();
    }

    private void tellAll(String line) {
        members.values().forEach(member -> member.outbox().add(line));
    }

    private static String here(SortedSet<String> names) {
        return names.isEmpty() ? "* nobody is here" : "* here: " + String.join(", ", names);
    }

    /// {@return the line without what would move the cursor of the others' terminals}
    private static String printable(String line) {
        return line.replaceAll("\\p{Cntrl}", "");
    }
}
