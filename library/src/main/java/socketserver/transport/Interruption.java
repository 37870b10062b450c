package socketserver.transport;

import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.spi.AbstractInterruptibleChannel;

/// What to do when a platform thread is interrupted that waits in a system call, which knows
/// nothing of Java's interrupts.
///
/// It is a channel of its own because channels are the one thing that a thread can be told to close
/// when it is interrupted.
final class Interruption extends AbstractInterruptibleChannel {
    private final Runnable action;

    Interruption(Runnable action) {
        this.action = action;
    }

    /// Something that waits.
    interface Wait {
        int run();
    }

    /// Waits; if the thread is interrupted meanwhile, or was before, the action is run, once, by
    /// whoever interrupts.
    int during(Wait wait) {
        begin();
        try {
            return wait.run();
        } finally {
            try {
                end(true);
            } catch (AsynchronousCloseException interrupted) {
                // The action has been run, and the thread stays interrupted.
            }
        }
    }

    @Override
    protected void implCloseChannel() {
        action.run();
    }
}
