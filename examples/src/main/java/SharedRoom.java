import redis.clients.jedis.Connection;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisPubSub;
import redis.clients.jedis.Pipeline;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.Response;
import redis.clients.jedis.exceptions.JedisException;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/// What the processes of a chat room share, in Redis or Valkey: who has which name, and what is
/// said.
///
/// A name is a key that says who holds it. It expires unless it is held again, so that the names of
/// a process that was killed are free soon. What is said is published on a channel, of which each
/// process is one subscriber, however many members it has.
///
/// The client is Jedis, because its calls wait, as those of a handler on a virtual thread may;
/// Lettuce would bring an event loop of its own.
final class SharedRoom implements AutoCloseable {
    // For how long a name is held: whoever is cut off for longer may lose it.
    private static final Duration EXPIRY = Duration.ofSeconds(10);

    private static final Duration BEAT = EXPIRY.dividedBy(5);
    private static final Duration LONGEST_CALL = Duration.ofSeconds(2);
    private static final String CHANNEL = "chat:said";
    private static final String NAME = "chat:name:";
    private static final int NAMES_AT_ONCE = 1000;
    private static final System.Logger LOG = System.getLogger("chat");

    // Redis runs a script as a whole: nobody takes a name between the look and the change.
    private static final String HOLD =
            """
            local holder = redis.call('get', KEYS[1])
            if holder and holder ~= ARGV[1] then return 0 end
            redis.call('set', KEYS[1], ARGV[1], 'px', ARGV[2])
            if ARGV[3] then redis.call('publish', ARGV[3], ARGV[4]) end
            return 1
            """;
    private static final String RELEASE =
            """
            if redis.call('get', KEYS[1]) == ARGV[1] then redis.call('del', KEYS[1]) end
            """;

    /// Who is told of what happens in the room: by one thread, which must not wait.
    interface Listener {
        /// From now on everything that is said is heard.
        void reached();

        /// A message was published.
        void heard(String message);

        /// Some time has passed, and the room can still be reached.
        void beat();

        /// Until the next call of `reached` nothing is heard.
        void lost();
    }

    private final RedisClient redis;
    // A channel of this process alone: by what it says to itself it knows that it hears.
    private final String beats = "chat:beat:" + UUID.randomUUID();
    private final ScheduledExecutorService clock =
            Executors.newSingleThreadScheduledExecutor(Thread.ofVirtual().factory());
    private final CountDownLatch closed = new CountDownLatch(1);
    // The thread that listens alone.
    private boolean reached;
    private volatile Runnable unsubscribe = () -> {};

    /// Does not connect yet: Redis may come later.
    SharedRoom(HostAndPort address) {
        redis =
                RedisClient.builder()
                        .clientConfig(
                                DefaultJedisClientConfig.builder()
                                        .timeoutMillis((int) LONGEST_CALL.toMillis())
                                        // That of a subscriber, which hears something with each
                                        // beat.
                                        .blockingSocketTimeoutMillis((int) EXPIRY.toMillis())
                                        .build())
                        .hostAndPort(address)
                        .build();
        redis.getPool().setMaxWait(LONGEST_CALL);
    }

    /// Takes a name, or keeps it.
    ///
    /// @return whether it is the holder's now
    /// @throws JedisException if the room cannot be reached
    boolean hold(String name, String holder) {
        return holds(redis.eval(HOLD, List.of(NAME + name), held(holder)));
    }

    /// Keeps many names.
    ///
    /// @param holders who holds each of them
    /// @return those that somebody else has taken
    /// @throws JedisException if the room cannot be reached
    List<String> hold(Map<String, String> holders) {
        Map<String, Response<Object>> answers = new HashMap<>();
        try (Pipeline pipeline = redis.pipelined()) {
            holders.forEach(
                    (name, holder) ->
                            answers.put(
                                    name, pipeline.eval(HOLD, List.of(NAME + name), held(holder))));
        }
        List<String> taken = new ArrayList<>();
        answers.forEach(
                (name, answer) -> {
                    if (!holds(answer.get())) {
                        taken.add(name);
                    }
                });
        return taken;
    }

    private static List<String> held(String holder, String... message) {
        List<String> arguments = new ArrayList<>();
        arguments.add(holder);
        arguments.add(Long.toString(EXPIRY.toMillis()));
        arguments.addAll(List.of(message));
        return arguments;
    }

    private static boolean holds(Object answer) {
        return answer.equals(1L);
    }

    /// Gives a name back, if it is the holder's.
    ///
    /// @throws JedisException if the room cannot be reached
    void release(String name, String holder) {
        redis.eval(RELEASE, List.of(NAME + name), List.of(holder));
    }

    /// {@return all names that are held}
    ///
    /// It looks at all keys of the database, so the room should have one of its own.
    ///
    /// @throws JedisException if the room cannot be reached
    SortedSet<String> names() {
        SortedSet<String> names = new TreeSet<>();
        for (String key :
                redis.scanIteration(NAMES_AT_ONCE, NAME + "*").collect(new ArrayList<>())) {
            names.add(key.substring(NAME.length()));
        }
        return names;
    }

    /// Lets all processes hear a message, this one too, if the name is the holder's, who keeps it.
    ///
    /// @return whether it is
    /// @throws JedisException if the room cannot be reached; it may have been heard nevertheless
    boolean publish(String message, String name, String holder) {
        return holds(redis.eval(HOLD, List.of(NAME + name), held(holder, CHANNEL, message)));
    }

    /// Tells the listener what happens, from now on until the room is closed; while Redis cannot be
    /// reached, it is tried once a second.
    void listen(Listener listener) {
        Thread.ofVirtual().name("chat").start(() -> listenUntilClosed(listener));
    }

    private void listenUntilClosed(Listener listener) {
        try {
            do {
                try {
                    subscribe(listener);
                } catch (JedisException failed) {
                    LOG.log(
                            reached ? System.Logger.Level.WARNING : System.Logger.Level.DEBUG,
                            "redis cannot be reached, and is tried again each second",
                            failed);
                }
                // Those that are left are as dead, and each would fail the call that gets it.
                redis.getPool().clear();
                if (reached) {
                    reached = false;
                    listener.lost();
                }
            } while (!closed.await(1, TimeUnit.SECONDS));
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private void subscribe(Listener listener) {
        JedisPubSub subscription =
                new JedisPubSub() {
                    @Override
                    public void onSubscribe(String channel, int channels) {
                        if (channels == 2) {
                            listener.reached();
                            reached = true;
                        }
                    }

                    @Override
                    public void onMessage(String channel, String message) {
                        if (channel.equals(CHANNEL)) {
                            listener.heard(message);
                        } else {
                            listener.beat();
                        }
                    }
                };
        var beating =
                clock.scheduleWithFixedDelay(
                        this::beat, BEAT.toMillis(), BEAT.toMillis(), TimeUnit.MILLISECONDS);
        try (Connection connection = redis.getPool().getResource()) {
            unsubscribe = subscription::unsubscribe;
            try {
                subscription.proceed(connection, CHANNEL, beats);
            } finally {
                // The pool must not give one that has subscribed to anybody else.
                connection.setBroken();
            }
        } finally {
            beating.cancel(false);
        }
    }

    private void beat() {
        try {
            redis.publish(beats, "");
        } catch (JedisException failed) {
            // Whoever hears no beat for long finds that out, too.
            LOG.log(System.Logger.Level.DEBUG, "redis cannot be asked", failed);
        }
    }

    @Override
    public void close() {
        closed.countDown();
        try {
            unsubscribe.run();
        } catch (JedisException notSubscribed) {
            LOG.log(System.Logger.Level.DEBUG, "redis cannot be told", notSubscribed);
        }
        clock.shutdown();
        redis.close();
    }
}
