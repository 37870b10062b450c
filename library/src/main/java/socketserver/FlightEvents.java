package socketserver;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

import org.jspecify.annotations.Nullable;

/// The events of the Flight Recorder: the same as those of [ServerListener].
final class FlightEvents {
    private FlightEvents() {}

    @Name("socketserver.Server")
    @Label("Server")
    @Category("socketserver")
    @StackTrace(false)
    static final class Server extends Event {
        @Nullable String server;

        @Label("What Happened")
        @Nullable String what;
    }

    @Name("socketserver.Drained")
    @Label("Server Drained")
    @Category("socketserver")
    @StackTrace(false)
    static final class Drained extends Event {
        @Nullable String server;

        @Timespan long took;
        int finished;
        int cut;
        int stuck;
    }

    @Name("socketserver.AcceptFailed")
    @Label("Accept Failed")
    @Category("socketserver")
    @StackTrace(false)
    static final class AcceptFailed extends Event {
        @Nullable String server;
        @Nullable String failure;
        int attempt;
    }

    @Name("socketserver.RequestOpened")
    @Label("Request Opened")
    @Category("socketserver")
    @StackTrace(false)
    static final class Opened extends Event {
        @Nullable String server;
        long request;
        @Nullable String client;
    }

    @Name("socketserver.RequestRefused")
    @Label("Request Refused")
    @Category("socketserver")
    @StackTrace(false)
    static final class Refused extends Event {
        @Nullable String server;
        @Nullable String client;
        @Nullable String reason;
    }

    @Name("socketserver.RequestFailed")
    @Label("Request Failed")
    @Category("socketserver")
    @StackTrace(false)
    static final class Failed extends Event {
        long request;
        @Nullable String client;
        @Nullable String reason;
        @Nullable String failure;
    }

    @Name("socketserver.RequestClosed")
    @Label("Request Closed")
    @Category("socketserver")
    @StackTrace(false)
    static final class Closed extends Event {
        @Nullable String server;
        long request;
        @Nullable String client;
        @Nullable String reason;

        @Timespan long took;

        @DataAmount long bytesIn;
        @DataAmount long bytesOut;
    }
}
