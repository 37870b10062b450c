package socketserver.transport;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/// The heap of deadlines against a plain table of them.
class TimersTest {
    private static final long HOUR = TimeUnit.HOURS.toNanos(1);

    private final Timers timers = new Timers();
    private final List<Noting> called = new ArrayList<>();

    /// A timer that notes its call, and may ask for another one.
    private final class Noting extends Timers.Timer {
        long again;

        @Override
        protected long expired(long now) {
            called.add(this);
            return again;
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void callsWhatIsDueInOrderWhateverWasEnteredMovedAndRemoved(long seed) {
        Random random = new Random(seed);
        // Half of the times lie an hour behind, and half of them an hour ahead; all differ.
        long now = System.nanoTime();
        List<Noting> all = new ArrayList<>();
        Map<Noting, Long> entered = new HashMap<>();
        for (int i = 0; i < 200; i++) {
            all.add(new Noting());
        }
        for (int step = 1; step <= 20_000; step++) {
            int number = random.nextInt(all.size());
            Noting timer = all.get(number);
            switch (random.nextInt(50)) {
                case 0 -> runAndCompare(entered, now);
                case 1, 2, 3, 4, 5, 6, 7, 8, 9 -> {
                    timers.remove(timer);
                    entered.remove(timer);
                    assertThat(timers.enter(timer, now)).isFalse();
                    all.set(number, new Noting());
                }
                default -> {
                    long at = now + (random.nextBoolean() ? HOUR : -HOUR) + random.nextInt() * 100L;
                    at += step % 100;
                    Long before = entered.get(timer);
                    boolean moves = before == null || before > at;
                    entered.merge(timer, at, Math::min);
                    boolean first =
                            moves && entered.values().stream().min(Long::compare).get() == at;
                    assertThat(timers.enter(timer, at)).isEqualTo(first);
                }
            }
            long first = entered.values().stream().min(Long::compare).orElse(Long.MAX_VALUE);
            assertThat(Long.signum(timers.left()))
                    .isEqualTo(entered.isEmpty() ? -1 : first < now ? 0 : 1);
        }
        runAndCompare(entered, now);
    }

    private void runAndCompare(Map<Noting, Long> entered, long now) {
        List<Noting> due =
                entered.entrySet().stream()
                        .filter(entry -> entry.getValue() < now)
                        .sorted(Comparator.comparing(Map.Entry::getValue))
                        .map(Map.Entry::getKey)
                        .toList();
        called.clear();
        timers.run();
        assertThat(called).isEqualTo(due);
        due.forEach(entered::remove);
    }

    @Test
    void callsAgainWhatAsksForIt() {
        Noting timer = new Noting();
        timer.again = System.nanoTime() + HOUR;
        timers.enter(timer, System.nanoTime());
        timers.run();
        timers.run();
        assertThat(called).containsExactly(timer);
        assertThat(timers.left()).isPositive();
        timers.remove(timer);
        assertThat(timers.left()).isEqualTo(-1);
    }
}
