package socketserver.posix;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// The layout of `struct epoll_event`.
class EpollEventsTest {
    @Test
    void isPackedOnX86Alone() {
        assertThat(EpollEvents.size("amd64")).isEqualTo(12);
        assertThat(EpollEvents.offsetOfData("amd64")).isEqualTo(4);
        assertThat(EpollEvents.size("aarch64")).isEqualTo(16);
        assertThat(EpollEvents.offsetOfData("aarch64")).isEqualTo(8);
    }

    @Test
    void anEventIsReadWhereItWasWritten() {
        EpollEvents events = new EpollEvents(3);
        long size = EpollEvents.size(System.getProperty("os.arch"));
        assertThat(events.segment().byteSize()).isEqualTo(3 * size);
        for (int i = 0; i < 3; i++) {
            MemorySegment event = events.segment().asSlice(i * size, size);
            EpollEvents.write(event, EpollEvents.EDGE | i, 0x8123_4567_89AB_CDE0L + i);
        }
        for (int i = 0; i < 3; i++) {
            assertThat(events.flags(i)).isEqualTo(EpollEvents.EDGE | i);
            assertThat(events.data(i)).isEqualTo(0x8123_4567_89AB_CDE0L + i);
        }
    }

    @Test
    void theFlagsComeFirst() {
        MemorySegment event = Arena.ofAuto().allocate(16, 16);
        EpollEvents.write(event, EpollEvents.IN | EpollEvents.EDGE, -1);
        assertThat(event.get(ValueLayout.JAVA_INT, 0)).isEqualTo(0x8000_0001);
    }
}
