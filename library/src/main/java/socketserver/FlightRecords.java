package socketserver;

import jdk.jfr.FlightRecorder;

import socketserver.request.CloseReason;

import java.net.SocketAddress;

/// Writes what happens to servers to the Flight Recorder, while one is recording.
///
/// Loaded only if the JDK has it: the module `jdk.jfr` is optional.
final class FlightRecords implements ServerListener {
    /// {@return whether somebody records, or has done so: before, no event is made}
    private static boolean isOn() {
        return FlightRecorder.isInitialized();
    }

    @Override
    public void started(BaseServer<?> server) {
        of(server, "started");
    }

    @Override
    public void stopped(BaseServer<?> server) {
        of(server, "stopped");
    }

    @Override
    public void suspended(BaseServer<?> server) {
        of(server, "suspended");
    }

    @Override
    public void resumed(BaseServer<?> server) {
        of(server, "resumed");
    }

    @Override
    public void closed(BaseServer<?> server) {
        of(server, "closed");
    }

    private static void of(BaseServer<?> server, String what) {
        if (isOn()) {
            FlightEvents.Server event = new FlightEvents.Server();
            event.server = server.address().toString();
            event.what = what;
            event.commit();
        }
    }

    @Override
    public void draining(BaseServer<?> server, Drain drain) {
        of(server, "draining");
    }

    @Override
    public void drained(BaseServer<?> server, ShutdownReport report) {
        if (isOn()) {
            FlightEvents.Drained event = new FlightEvents.Drained();
            event.server = server.address().toString();
            event.took = report.took().toNanos();
            event.finished = report.finished();
            event.cut = report.cut().size();
            event.stuck = report.stuck().size();
            event.commit();
        }
    }

    @Override
    public void acceptFailed(BaseServer<?> server, Throwable failure, int attempt) {
        if (isOn()) {
            FlightEvents.AcceptFailed event = new FlightEvents.AcceptFailed();
            event.server = server.address().toString();
            event.failure = failure.toString();
            event.attempt = attempt;
            event.commit();
        }
    }

    @Override
    public void acceptRecovered(BaseServer<?> server, int failures) {
        of(server, "takes requests again");
    }

    @Override
    public void opened(LiveRequest request) {
        if (isOn()) {
            FlightEvents.Opened event = new FlightEvents.Opened();
            if (event.shouldCommit()) {
                event.server = request.request().server().address().toString();
                event.request = request.request().id();
                event.client = request.client().toString();
                event.commit();
            }
        }
    }

    @Override
    public void refused(BaseServer<?> server, SocketAddress client, RefusalReason reason) {
        if (isOn()) {
            FlightEvents.Refused event = new FlightEvents.Refused();
            if (event.shouldCommit()) {
                event.server = server.address().toString();
                event.client = client.toString();
                event.reason = reason.name();
                event.commit();
            }
        }
    }

    @Override
    public void failed(LiveRequest request, Throwable failure) {
        if (isOn()) {
            FlightEvents.Failed event = new FlightEvents.Failed();
            if (event.shouldCommit()) {
                event.request = request.request().id();
                event.client = request.client().toString();
                event.reason = CloseReason.of(failure).name();
                event.failure = failure.toString();
                event.commit();
            }
        }
    }

    @Override
    public void closed(LiveRequest request, CloseReason reason) {
        if (isOn()) {
            FlightEvents.Closed event = new FlightEvents.Closed();
            if (event.shouldCommit()) {
                event.server = request.request().server().address().toString();
                event.request = request.request().id();
                event.client = request.client().toString();
                event.reason = reason.name();
                event.took = request.duration().toNanos();
                event.bytesIn = request.bytesIn();
                event.bytesOut = request.bytesOut();
                event.commit();
            }
        }
    }
}
