package socketserver.concurrency;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class SparesTest {
    private static final long WHILE = Spares.WHILE_NANOS;

    private final Spares spares = new Spares(5, 0);

    @Test
    void isOneAtFirst() {
        assertThat(spares.number()).isEqualTo(1);
    }

    @Test
    void doublesWithEachRequestThatFindsNoneUpToTheMost() {
        spares.tooFew();
        assertThat(spares.number()).isEqualTo(2);
        spares.tooFew();
        spares.tooFew();
        assertThat(spares.number()).isEqualTo(5);
    }

    @Test
    void fallsByHalfOfThoseThatWereNotNeededForAWhile() {
        spares.tooFew();
        spares.tooFew();
        spares.idle(3, WHILE);
        assertThat(spares.number()).as("was not counted before").isEqualTo(4);
        spares.idle(2, 2 * WHILE - 1);
        assertThat(spares.number()).isEqualTo(4);
        spares.idle(3, 2 * WHILE);
        assertThat(spares.number()).isEqualTo(3);
        spares.idle(3, 3 * WHILE);
        assertThat(spares.number()).isEqualTo(1);
    }

    @Test
    void staysWhileAllWereNeeded() {
        spares.tooFew();
        spares.idle(1, WHILE);
        spares.idle(0, WHILE + 1);
        spares.idle(1, 2 * WHILE);
        assertThat(spares.number()).isEqualTo(2);
    }

    @Test
    void neverFallsBelowOne() {
        for (int i = 1; i < 5; i++) {
            spares.idle(1, i * WHILE);
        }
        assertThat(spares.number()).isEqualTo(1);
    }
}
