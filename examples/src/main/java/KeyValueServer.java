import static java.nio.charset.StandardCharsets.ISO_8859_1;

import socketserver.SocketServer;
import socketserver.TcpServer;
import socketserver.concurrency.ConcurrencyModel;
import socketserver.framing.FrameHandler;
import socketserver.framing.FramedRequest;
import socketserver.framing.Framing;
import socketserver.framing.LineFraming;
import socketserver.request.InputTooLongException;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/// A key-value server in memory that `redis-cli` and `redis-benchmark` can talk to.
///
/// ```
/// java -cp socketserver.jar KeyValueServer.java 6379
/// redis-cli set greeting hello ex 60
/// redis-benchmark -t ping,set,get -P 16 -q
/// ```
///
/// A key that has expired takes memory until somebody asks for it. One loop serves all clients; any
/// other model could, because the store may be used by several threads.
final class KeyValueServer {
    private static final int MOST_ARGUMENTS = 1024;
    private static final int LONGEST_LINE = 64 * 1024;
    private static final int MOST_BYTES = 16 * 1024 * 1024;

    private KeyValueServer() {}

    public static void main(String... args) throws IOException {
        try (var server = open(args.length == 0 ? 6379 : Integer.parseInt(args[0]))) {
            IO.println("listening on " + server.address());
            server.serveForever();
        }
    }

    /// {@return a server of an empty store on that port of this machine, 0 for any}
    static TcpServer open(int port) throws IOException {
        return open(port, ConcurrencyModel.selector());
    }

    /// {@return one of that model}
    static TcpServer open(int port, ConcurrencyModel model) throws IOException {
        return SocketServer.tcp(new InetSocketAddress("localhost", port))
                .model(model)
                .open(new Protocol().streams(new Session(new Store())));
    }

    /// Why a command cannot be obeyed, as the client gets to read it.
    private static final class CommandException extends RuntimeException {
        private static final long serialVersionUID = 1;

        CommandException(String message) {
            super(message);
        }
    }

    private static long integer(String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException invalid) {
            throw new CommandException("value is not an integer or out of range");
        }
    }

    /// Keys and their values, for all sessions at once.
    private static final class Store {
        private final ConcurrentHashMap<String, Value> values = new ConcurrentHashMap<>();

        /// A value and when it expires, in milliseconds of the clock.
        record Value(String bytes, long expires) {
            static final long NEVER = Long.MAX_VALUE;

            boolean expired() {
                return expires <= System.currentTimeMillis();
            }
        }

        /// {@return the value of the key, or null}
        Value get(String key) {
            Value value = values.get(key);
            if (value != null && value.expired()) {
                values.remove(key, value);
                return null;
            }
            return value;
        }

        void set(String key, Value value) {
            values.put(key, value);
        }

        boolean remove(String key) {
            Value old = values.remove(key);
            return old != null && !old.expired();
        }

        long increment(String key) {
            Value incremented =
                    values.compute(
                            key,
                            (_, old) ->
                                    old == null || old.expired()
                                            ? new Value("1", Value.NEVER)
                                            : new Value(successor(old.bytes), old.expires));
            return Long.parseLong(incremented.bytes);
        }

        private static String successor(String number) {
            long value = integer(number);
            if (value == Long.MAX_VALUE) {
                throw new CommandException("increment or decrement would overflow");
            }
            return Long.toString(value + 1);
        }

        /// {@return whether the key was there}
        boolean expire(String key, long at) {
            return get(key) != null
                    && values.computeIfPresent(key, (_, old) -> new Value(old.bytes, at)) != null;
        }

        void clear() {
            values.clear();
        }
    }

    /// What goes over a connection: a command, what is none, or a reply.
    ///
    /// Strings hold bytes here, a character for each, as ISO-8859-1 does: keys and values may be
    /// any bytes.
    ///
    /// @param words of a command, none of an empty one
    /// @param text what is wrong with what is no command, or a reply as it is sent
    private record Message(List<String> words, String text) {
        static Message violation(String what) {
            return new Message(List.of(), what);
        }

        static Message reply(String bytes) {
            return new Message(List.of(), bytes);
        }

        boolean isViolation() {
            return !text.isEmpty();
        }
    }

    /// The protocol RESP2: commands come as arrays of bulk strings, or as words on a line.
    private record Protocol() implements Framing<Message> {
        private static final LineFraming LINES =
                Framing.lines().withCharset(ISO_8859_1).withMaximum(LONGEST_LINE);

        @Override
        public int maximum() {
            return MOST_BYTES + MOST_ARGUMENTS * LONGEST_LINE;
        }

        @Override
        public Message decode(ByteBuffer bytes, int seen) throws IOException {
            ByteBuffer rest = bytes.duplicate();
            try {
                Message message = next(rest);
                if (message != null) {
                    bytes.position(rest.position());
                }
                return message;
            } catch (ProtocolException | InputTooLongException violation) {
                bytes.position(bytes.limit());
                return Message.violation(violation.getMessage());
            }
        }

        private static Message next(ByteBuffer bytes) throws IOException {
            String line = LINES.decode(bytes, 0);
            if (line == null) {
                return null;
            }
            if (!line.startsWith("*")) {
                return new Message(
                        line.isBlank() ? List.of() : List.of(line.strip().split("\\s+")), "");
            }
            int count = length(line, MOST_ARGUMENTS, "multibulk length");
            // Copied when all are there: a client may send them byte by byte.
            var strings = new ArrayList<ByteBuffer>();
            int left = MOST_BYTES;
            for (int i = 0; i < count; i++) {
                String header = LINES.decode(bytes, 0);
                if (header == null) {
                    return null;
                }
                if (!header.startsWith("$")) {
                    throw new ProtocolException("expected '$', got '" + header + "'");
                }
                int length = length(header, left, "bulk length");
                left -= length;
                if (bytes.remaining() < length + 2) {
                    return null;
                }
                strings.add(bytes.slice(bytes.position(), length));
                bytes.position(bytes.position() + length);
                if (bytes.get() != '\r' || bytes.get() != '\n') {
                    throw new ProtocolException("bulk string does not end with CR LF");
                }
            }
            return new Message(strings.stream().map(Protocol::string).toList(), "");
        }

        private static String string(ByteBuffer bytes) {
            byte[] string = new byte[bytes.remaining()];
            bytes.get(string);
            return new String(string, ISO_8859_1);
        }

        private static int length(String header, int most, String what) throws IOException {
            try {
                int length = Integer.parseInt(header.substring(1));
                if (length >= 0 && length <= most) {
                    return length;
                }
            } catch (NumberFormatException invalid) {
                // answered as any other
            }
            throw new ProtocolException("invalid " + what);
        }

        @Override
        public ByteBuffer encode(Message reply) {
            return ByteBuffer.wrap(reply.text().getBytes(ISO_8859_1));
        }
    }

    /// Obeys commands.
    private static final class Session implements FrameHandler<Message> {
        private static final long serialVersionUID = 1;

        private final transient Store store;

        Session(Store store) {
            this.store = store;
        }

        @Override
        public void handle(Message message, FramedRequest<Message> request) throws IOException {
            List<String> command = message.words();
            var reply = new Reply(store);
            if (message.isViolation()) {
                reply.error("Protocol error: " + message.text());
                request.end();
            } else if (!command.isEmpty()) {
                reply.obey(command);
                if (command.getFirst().equalsIgnoreCase("QUIT")) {
                    request.end();
                }
            }
            request.send(Message.reply(reply.toString()));
        }
    }

    /// The reply to a command.
    private static final class Reply {
        private final Store store;
        private final StringBuilder bytes = new StringBuilder();

        Reply(Store store) {
            this.store = store;
        }

        void obey(List<String> command) {
            try {
                reply(command.getFirst().toUpperCase(Locale.ROOT), command);
            } catch (CommandException refused) {
                error(refused.getMessage());
            }
        }

        @Override
        public String toString() {
            return bytes.toString();
        }

        private void reply(String name, List<String> command) {
            switch (name) {
                case "PING" -> {
                    if (command.size() == 1) {
                        simple("PONG");
                    } else {
                        bulk(arguments(command, 2, 2).get(1));
                    }
                }
                case "ECHO" -> bulk(arguments(command, 2, 2).get(1));
                case "SET" -> set(arguments(command, 3, 5));
                case "GET" -> {
                    Store.Value value = store.get(arguments(command, 2, 2).get(1));
                    bulk(value == null ? null : value.bytes());
                }
                case "DEL" ->
                        number(keys(command).stream().filter(key -> store.remove(key)).count());
                case "EXISTS" ->
                        number(
                                keys(command).stream()
                                        .filter(key -> store.get(key) != null)
                                        .count());
                case "INCR" -> number(store.increment(arguments(command, 2, 2).get(1)));
                case "EXPIRE" -> {
                    long at = expiry(name, arguments(command, 3, 3).get(2), TimeUnit.SECONDS);
                    number(store.expire(command.get(1), at) ? 1 : 0);
                }
                case "TTL" -> number(secondsLeft(arguments(command, 2, 2).get(1)));
                case "SELECT" -> {
                    if (integer(arguments(command, 2, 2).get(1)) != 0) {
                        throw new CommandException("DB index is out of range");
                    }
                    simple("OK");
                }
                case "FLUSHALL" -> {
                    store.clear();
                    simple("OK");
                }
                // What redis-benchmark and redis-cli ask first: one setting, and all commands.
                case "CONFIG" -> array(arguments(command, 3, 3).get(2), "");
                case "COMMAND" -> array();
                case "QUIT" -> simple("OK");
                default -> throw new CommandException("unknown command '" + name + "'");
            }
        }

        private void set(List<String> command) {
            long expires = Store.Value.NEVER;
            if (command.size() > 3) {
                TimeUnit unit =
                        switch (command.get(3).toUpperCase(Locale.ROOT)) {
                            case "EX" -> TimeUnit.SECONDS;
                            case "PX" -> TimeUnit.MILLISECONDS;
                            default -> throw new CommandException("syntax error");
                        };
                if (command.size() == 4) {
                    throw new CommandException("syntax error");
                }
                if (integer(command.get(4)) <= 0) {
                    throw new CommandException("invalid expire time in 'set' command");
                }
                expires = expiry("SET", command.get(4), unit);
            }
            store.set(command.get(1), new Store.Value(command.get(2), expires));
            simple("OK");
        }

        private static long expiry(String name, String time, TimeUnit unit) {
            try {
                long millis = Math.multiplyExact(integer(time), unit.toMillis(1));
                return Math.addExact(System.currentTimeMillis(), millis);
            } catch (ArithmeticException overflow) {
                throw new CommandException(
                        "invalid expire time in '%s' command"
                                .formatted(name.toLowerCase(Locale.ROOT)));
            }
        }

        /// {@return how long the key lives on: -1 for ever, -2 if it is not there}
        private long secondsLeft(String key) {
            Store.Value value = store.get(key);
            if (value == null) {
                return -2;
            }
            return value.expires() == Store.Value.NEVER
                    ? -1
                    : (value.expires() - System.currentTimeMillis() + 500) / 1000;
        }

        private static List<String> keys(List<String> command) {
            return arguments(command, 2, MOST_ARGUMENTS).subList(1, command.size());
        }

        /// {@return the command, which has that many words}
        private static List<String> arguments(List<String> command, int least, int most) {
            if (command.size() < least || command.size() > most) {
                throw new CommandException(
                        "wrong number of arguments for '%s' command"
                                .formatted(command.getFirst().toLowerCase(Locale.ROOT)));
            }
            return command;
        }

        private void simple(String text) {
            write("+" + text + "\r\n");
        }

        private void error(String message) {
            // A line break would end the reply.
            write("-ERR " + message.replaceAll("\\p{Cntrl}", " ") + "\r\n");
        }

        private void number(long value) {
            write(":" + value + "\r\n");
        }

        /// Replies with bytes; null is "no such thing".
        private void bulk(String bytes) {
            write(bytes == null ? "$-1\r\n" : "$" + bytes.length() + "\r\n" + bytes + "\r\n");
        }

        private void array(String... strings) {
            write("*" + strings.length + "\r\n");
            for (String string : strings) {
                bulk(string);
            }
        }

        private void write(String bytes) {
            this.bytes.append(bytes);
        }
    }
}
