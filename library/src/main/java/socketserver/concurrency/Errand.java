package socketserver.concurrency;

import socketserver.transport.MovableRequest;
import socketserver.transport.Moved;

import java.io.IOException;
import java.io.Serializable;

/// A task that waits for a child to do it.
///
/// @param task what is to be done
/// @param content packed
/// @param attempts how many children have died before they had it
record Errand(MovableTask task, Travel.Packed content, int attempts) {
    /// What goes to the child.
    ///
    /// @param server what handles the request there
    /// @param request the request but for its descriptor
    record Content(Detached server, Moved request) implements Serializable {}

    /// Packs a task, as it is at this moment.
    ///
    /// @throws IOException if some of it cannot travel
    static Errand of(MovableTask task) throws IOException {
        if (!(task.request() instanceof MovableRequest request)) {
            throw new UnsupportedOperationException(
                    "%s cannot go to another process: it is none of the linux engine's"
                            .formatted(task.request()));
        }
        return new Errand(task, Travel.pack(new Content(task.detached(), request.moved())), 0);
    }

    MovableRequest request() {
        return (MovableRequest) task.request();
    }

    Errand again() {
        return new Errand(task, content, attempts + 1);
    }
}
