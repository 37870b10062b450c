package socketserver.request;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;

/// The times of one client, on a clock that the test turns.
class InputClockTest {
    private static final SocketAddress CLIENT = InetSocketAddress.createUnresolved("client", 1);
    private static final ClientDeadlines NONE = ClientDeadlines.NONE;

    private final long start = System.nanoTime();
    private final InputClock clock = new InputClock(0);

    private static ClientDeadlines with(DeadlineKind kind, long seconds) {
        return NONE.with(kind, Duration.ofSeconds(seconds));
    }

    private long at(double seconds) {
        return start + (long) (seconds * 1e9);
    }

    /// {@return after how many seconds from the beginning the client is too late; -1 for never}
    private long until(ClientDeadlines times, boolean within, double now) {
        long until = clock.awaits(times, at(now), within, at(now));
        return until == 0 ? -1 : Math.round((until - start) / 1e9);
    }

    private DeadlineKind kind(ClientDeadlines times) {
        return clock.expired(times, CLIENT).kind();
    }

    @Test
    void awaitsForEverWithoutDeadlines() {
        assertThat(until(NONE, false, 0)).isEqualTo(-1);
        assertThat(until(NONE, true, 100)).isEqualTo(-1);
    }

    @Test
    void countsTheFirstByteFromTheBeginning() {
        ClientDeadlines times = with(DeadlineKind.FIRST_BYTE, 10);
        assertThat(until(times, false, 3)).isEqualTo(10);
        assertThat(kind(times)).isEqualTo(DeadlineKind.FIRST_BYTE);
        clock.received(1, at(4));
        assertThat(until(times, false, 5)).isEqualTo(-1);
    }

    @Test
    void countsAnIdleTimeOverSeveralReads() {
        ClientDeadlines times =
                with(DeadlineKind.IDLE, 10).with(DeadlineKind.READ, Duration.ofSeconds(3));
        clock.received(1, at(1));
        assertThat(until(times, false, 2)).isEqualTo(5);
        assertThat(kind(times)).isEqualTo(DeadlineKind.READ);
        assertThat(until(times, false, 5)).isEqualTo(8);
        assertThat(until(times, false, 10)).isEqualTo(12);
        assertThat(kind(times)).isEqualTo(DeadlineKind.IDLE);
    }

    @Test
    void countsNoIdleTimeWhileNothingIsAwaited() {
        ClientDeadlines times = with(DeadlineKind.IDLE, 10);
        clock.received(1, at(0));
        // The handler has worked meanwhile.
        assertThat(until(times, false, 60)).isEqualTo(70);
        clock.awaitsNothing();
        assertThat(until(times, false, 100)).isEqualTo(110);
    }

    @Test
    void beginsAnIdleTimeAnewWhenItHasBeenTold() {
        ClientDeadlines times = with(DeadlineKind.IDLE, 10);
        assertThat(until(times, false, 0)).isEqualTo(10);
        assertThat(kind(times)).isEqualTo(DeadlineKind.IDLE);
        assertThat(until(times, false, 10)).isEqualTo(20);
    }

    @Test
    void countsAMessageFromItsFirstByte() {
        ClientDeadlines times = with(DeadlineKind.MESSAGE, 10);
        assertThat(until(times, false, 5)).isEqualTo(-1);
        clock.received(1, at(20));
        assertThat(until(times, true, 21)).isEqualTo(30);
        clock.received(1, at(29));
        assertThat(until(times, true, 29)).isEqualTo(30);
        assertThat(kind(times)).isEqualTo(DeadlineKind.MESSAGE);
        // Also if it is read on: it is late for good.
        assertThat(until(times, true, 31)).isEqualTo(30);
    }

    @Test
    void countsEachMessageForItself() {
        ClientDeadlines times = with(DeadlineKind.MESSAGE, 10);
        clock.received(1, at(1));
        assertThat(until(times, true, 2)).isEqualTo(11);
        clock.received(2, at(9));
        clock.messageEnds();
        // The second byte belongs to the next one.
        assertThat(until(times, true, 9)).isEqualTo(19);
        clock.messageEnds();
        assertThat(until(times, false, 9)).isEqualTo(-1);
    }

    @Test
    void countsTheRateOfAMessageAfterAWhile() {
        ClientDeadlines times = NONE.withMinimumRate(10);
        clock.received(1, at(0));
        assertThat(until(times, true, 1)).isEqualTo(5);
        clock.received(100, at(2));
        assertThat(until(times, true, 2)).isEqualTo(15);
        assertThat(kind(times)).isEqualTo(DeadlineKind.RATE);
        clock.messageEnds();
        assertThat(until(times, false, 20)).isEqualTo(-1);
    }

    @Test
    void tellsWhichTimeIsOver() {
        ClientDeadlines times = with(DeadlineKind.MESSAGE, 10);
        clock.received(1, at(0));
        until(times, true, 0);
        assertThat(clock.expired(times, CLIENT))
                .hasMessageContaining("client")
                .hasMessageContaining("has not sent a whole message within PT10S");
    }
}
