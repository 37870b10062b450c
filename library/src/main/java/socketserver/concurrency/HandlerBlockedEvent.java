package socketserver.concurrency;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/// The event of the JDK's Flight Recorder that tells of a handler which holds its loop.
@Name("socketserver.HandlerBlocked")
@Label("Handler Blocked")
@Category("socketserver")
@Description("A handler has held its selector's loop for longer than the threshold")
@StackTrace(false)
final class HandlerBlockedEvent extends Event {
    // Read by the recorder.
    @Label("Thread")
    final Thread handler;

    @Label("Held for")
    @Timespan(Timespan.NANOSECONDS)
    final long held;

    HandlerBlockedEvent(Thread handler, long held) {
        this.handler = handler;
        this.held = held;
    }
}
