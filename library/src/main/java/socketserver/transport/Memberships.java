package socketserver.transport;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/// The groups that a socket has joined, the same rules for every engine.
final class Memberships {
    // Guarded by this.
    private final Map<Membership, Leaving> joined = new HashMap<>();

    /// How an engine joins a group.
    interface Joining {
        Leaving join() throws IOException;
    }

    /// How it leaves that group again.
    interface Leaving {
        void leave() throws IOException;
    }

    synchronized void join(Membership membership, Joining joining) throws IOException {
        if (joined.containsKey(membership)) {
            return;
        }
        for (Membership other : joined.keySet()) {
            if (membership.contradicts(other)) {
                throw new IllegalStateException(
                        "the server has joined %s: leave it before you join %s"
                                .formatted(other, membership));
            }
        }
        joined.put(membership, joining.join());
    }

    synchronized void leave(Membership membership) throws IOException {
        Leaving leaving = joined.remove(membership);
        if (leaving == null) {
            throw new IllegalStateException("the server has not joined " + membership);
        }
        leaving.leave();
    }
}
