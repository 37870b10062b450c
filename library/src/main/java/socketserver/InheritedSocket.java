package socketserver;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// An open socket that this process was started with by a service manager: systemd's socket
/// activation, `sd_listen_fds(3)`.
///
/// {@snippet class="socketserver.SnippetsTest" region="inherited"}
///
/// A program that `inetd` starts has its only one, a connection or what it comes from, as standard
/// input, number 0; standard output is the same.
///
/// @param descriptor its number
/// @param name its `FileDescriptorName` in the unit; `unknown` if the manager does not say
public record InheritedSocket(int descriptor, String name) {
    // SD_LISTEN_FDS_START
    private static final int FIRST = 3;

    /// Checks that there is a name.
    public InheritedSocket {
        Objects.requireNonNull(name, "name");
    }

    /// {@return the sockets that were passed to this process, in the order of the units; none if it
    /// was started otherwise}
    ///
    /// They are those that the environment names (`LISTEN_PID`, `LISTEN_FDS`, `LISTEN_FDNAMES`).
    /// Whoever calls it a second time gets the same numbers, whether they are still open or not.
    ///
    /// @throws IllegalArgumentException if the environment is malformed
    public static List<InheritedSocket> all() {
        return of(System.getenv(), ProcessHandle.current().pid());
    }

    /// {@return the sockets that the environment names for the process of that number}
    static List<InheritedSocket> of(Map<String, String> environment, long process) {
        String meant = environment.get("LISTEN_PID");
        String count = environment.get("LISTEN_FDS");
        if (meant == null || count == null || !meant.equals(Long.toString(process))) {
            // What a parent was passed is not ours.
            return List.of();
        }
        String[] names = environment.getOrDefault("LISTEN_FDNAMES", "").split(":", -1);
        List<InheritedSocket> sockets = new ArrayList<>();
        int most = number(count);
        for (int i = 0; i < most; i++) {
            boolean named = i < names.length && !names[i].isEmpty();
            sockets.add(new InheritedSocket(FIRST + i, named ? names[i] : "unknown"));
        }
        return List.copyOf(sockets);
    }

    private static int number(String count) {
        if (!count.matches("[0-9]{1,6}")) {
            throw new IllegalArgumentException(
                    "LISTEN_FDS (%s) must be the number of sockets".formatted(count));
        }
        return Integer.parseInt(count);
    }
}
