package socketserver;

import org.jspecify.annotations.Nullable;

import socketserver.request.ClientDeadlines;
import socketserver.request.DeadlineKind;

import java.io.Serializable;
import java.time.Duration;

/// How long a server waits, and for what.
///
/// @param client the times that the client of a connection is given
/// @param request how long [BaseServer#handleRequest()] waits for a request, or null for ever; zero
///   is not at all; Python's `timeout` of the server
/// @param close how long [BaseServer#close()] waits for handlers before it ends their requests, or
///   null for ever
public record Deadlines(
        ClientDeadlines client, @Nullable Duration request, @Nullable Duration close)
        implements Serializable {
    /// What holds unless a program says otherwise: a client that takes nothing for 60 s while
    /// something is written to it is given up, and closing waits 10 s. Reads wait without end, as
    /// in Python.
    public static final Deadlines DEFAULT =
            new Deadlines(ClientDeadlines.NONE, null, Duration.ofSeconds(10))
                    .withWrite(Duration.ofSeconds(60));

    /// What suits a server on the open Internet: besides the default ones, a first byte within 10
    /// s, 5 minutes without any, 30 s for a whole message, which must come at 240 bytes a second,
    /// and 24 hours for a connection.
    public static final Deadlines EXPOSED =
            DEFAULT.withFirstByte(Duration.ofSeconds(10))
                    .withIdle(Duration.ofMinutes(5))
                    .withMessage(Duration.ofSeconds(30))
                    .withMinimumRate(240)
                    .withAge(Duration.ofHours(24));

    /// Checks the values.
    ///
    /// @throws IllegalArgumentException if request is negative, or close is not positive
    public Deadlines {
        if (request != null && request.isNegative()) {
            throw new IllegalArgumentException(
                    "request (%s) must not be negative".formatted(request));
        }
        Checks.positive("close", close);
    }

    /// {@return how long the client is given for that, or null for ever}
    public @Nullable Duration of(DeadlineKind kind) {
        return client.of(kind);
    }

    /// {@return these deadlines with that time of the client; null is for ever}
    ///
    /// @throws IllegalArgumentException if the time is not positive
    public Deadlines with(DeadlineKind kind, @Nullable Duration time) {
        return new Deadlines(client.with(kind, time), request, close);
    }

    /// {@return these deadlines with that wait for the first byte: [DeadlineKind#FIRST_BYTE]}
    public Deadlines withFirstByte(@Nullable Duration time) {
        return with(DeadlineKind.FIRST_BYTE, time);
    }

    /// {@return these deadlines with that wait for bytes, in one read or more: [DeadlineKind#IDLE]}
    public Deadlines withIdle(@Nullable Duration time) {
        return with(DeadlineKind.IDLE, time);
    }

    /// {@return these deadlines with that wait of a read: [DeadlineKind#READ]}
    public Deadlines withRead(@Nullable Duration time) {
        return with(DeadlineKind.READ, time);
    }

    /// {@return these deadlines with that wait of a write: [DeadlineKind#WRITE]}
    public Deadlines withWrite(@Nullable Duration time) {
        return with(DeadlineKind.WRITE, time);
    }

    /// {@return these deadlines with that time for a whole message: [DeadlineKind#MESSAGE]}
    public Deadlines withMessage(@Nullable Duration time) {
        return with(DeadlineKind.MESSAGE, time);
    }

    /// {@return these deadlines with that time for a connection: [DeadlineKind#AGE]}
    ///
    /// Its handler is told to come to an end ([socketserver.request.Request#draining()]) at a
    /// random moment of the time's last tenth, so that clients which have come together do not all
    /// come again together; at its end it is closed.
    public Deadlines withAge(@Nullable Duration time) {
        return with(DeadlineKind.AGE, time);
    }

    /// {@return these deadlines with that number of bytes a second, which a message must bring on
    /// average once it has lasted for 5 s; 0 is none}
    ///
    /// @throws IllegalArgumentException if it is negative
    public Deadlines withMinimumRate(int bytesPerSecond) {
        return new Deadlines(client.withMinimumRate(bytesPerSecond), request, close);
    }

    /// {@return these deadlines with that wait of `handleRequest()`}
    public Deadlines withRequest(@Nullable Duration time) {
        return new Deadlines(client, time, close);
    }

    /// {@return these deadlines with that wait of `close()`}
    public Deadlines withClose(@Nullable Duration time) {
        return new Deadlines(client, request, time);
    }
}
