package socketserver.benchmark.race;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Map;

class CallCounterTest {
    @Test
    void readsWhatPerfWrites() {
        assertThat(
                        PerfCounter.parsed(
                                List.of(
                                        "# started on a day",
                                        "",
                                        "2034;;raw_syscalls:sys_enter;10;100.00;;",
                                        "1017;;syscalls:sys_enter_recvfrom;10;100.00;;",
                                        "0;;syscalls:sys_enter_read;10;100.00;;")))
                .isEqualTo(Map.of("all", 2034L, "recvfrom", 1017L));
    }

    @Test
    void readsWhatStraceWrites() {
        assertThat(
                        StraceCounter.parsed(
                                List.of(
                                        "% time     seconds  usecs/call     calls    errors"
                                                + " syscall",
                                        "------ ----------- ----------- --------- --------- ------",
                                        " 50.00    0.000010           1        10         3"
                                                + " recvfrom",
                                        " 50.00    0.000010           1         7           sendto",
                                        "------ ----------- ----------- --------- --------- ------",
                                        "100.00    0.000020           1        17         3"
                                                + " total")))
                .isEqualTo(Map.of("all", 17L, "recvfrom", 10L, "sendto", 7L));
    }
}
