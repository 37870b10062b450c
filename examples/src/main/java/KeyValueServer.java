import static java.nio.charset.StandardCharsets.ISO_8859_1;

import socketserver.ThreadingTcpServer;
import socketserver.request.InputTooLongException;
import socketserver.request.StreamRequestHandler;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ProtocolException;
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
/// A key that has expired takes memory until somebody asks for it.
final class KeyValueServer {
    private static final int MOST_ARGUMENTS = 1024;
    private static final int MOST_BYTES = 16 * 1024 * 1024;

    private KeyValueServer() {}

    public static void main(String... args) throws IOException {
        try (var server = open(args.length == 0 ? 6379 : Integer.parseInt(args[0]))) {
            IO.println("listening on " + server.address());
            server.serveForever();
        }
    }

    /// {@return a server of an empty store on that port of this machine, 0 for any}
    static ThreadingTcpServer open(int port) throws IOException {
        var store = new Store();
        return new ThreadingTcpServer(
                new InetSocketAddress("localhost", port), () -> new Session(store));
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

    /// One client's commands and their replies, in the protocol RESP2.
    ///
    /// Strings hold bytes here, a character for each, as ISO-8859-1 does: keys and values may be
    /// any bytes.
    private static final class Session extends StreamRequestHandler {
        private final Store store;

        Session(Store store) {
            this.store = store;
        }

        @Override
        protected int outputBuffer() {
            return 16 * 1024;
        }

        @Override
        protected void handle() throws IOException {
            try {
                for (List<String> command; (command = next()) != null; ) {
                    if (!command.isEmpty() && !obey(command)) {
                        return;
                    }
                    // A pipelining client has sent more already: its replies go out together.
                    if (input().buffered() == 0) {
                        output().flush();
                    }
                }
            } catch (ProtocolException | InputTooLongException violation) {
                error("Protocol error: " + violation.getMessage());
            }
        }

        /// Reads a command: an array of bulk strings, or words on a line.
        ///
        /// @return the command, possibly empty, or null at the end
        private List<String> next() throws IOException {
            String line = input().readLine(ISO_8859_1);
            if (line == null) {
                return null;
            }
            if (!line.startsWith("*")) {
                return line.isBlank() ? List.of() : List.of(line.strip().split("\\s+"));
            }
            int count = length(line, MOST_ARGUMENTS, "multibulk length");
            var command = new ArrayList<String>();
            int left = MOST_BYTES;
            for (int i = 0; i < count; i++) {
                String header = input().readLine(ISO_8859_1);
                if (header == null || !header.startsWith("$")) {
                    throw new ProtocolException("expected '$', got '" + header + "'");
                }
                int length = length(header, left, "bulk length");
                left -= length;
                command.add(new String(input().readExactly(length), ISO_8859_1));
                if (!"\r\n".equals(new String(input().readExactly(2), ISO_8859_1))) {
                    throw new ProtocolException("bulk string does not end with CR LF");
                }
            }
            return command;
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

        /// Obeys a command and replies.
        ///
        /// @return whether the client stays
        private boolean obey(List<String> command) throws IOException {
            String name = command.getFirst().toUpperCase(Locale.ROOT);
            try {
                reply(name, command);
            } catch (CommandException refused) {
                error(refused.getMessage());
            }
            return !name.equals("QUIT");
        }

        private void reply(String name, List<String> command) throws IOException {
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

        private void set(List<String> command) throws IOException {
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

        private void simple(String text) throws IOException {
            write("+" + text + "\r\n");
        }

        private void error(String message) throws IOException {
            // A line break would end the reply.
            write("-ERR " + message.replaceAll("\\p{Cntrl}", " ") + "\r\n");
        }

        private void number(long value) throws IOException {
            write(":" + value + "\r\n");
        }

        /// Replies with bytes; null is "no such thing".
        private void bulk(String bytes) throws IOException {
            write(bytes == null ? "$-1\r\n" : "$" + bytes.length() + "\r\n" + bytes + "\r\n");
        }

        private void array(String... strings) throws IOException {
            write("*" + strings.length + "\r\n");
            for (String string : strings) {
                bulk(string);
            }
        }

        private void write(String bytes) throws IOException {
            output().write(bytes.getBytes(ISO_8859_1));
        }
    }
}
