package socketserver;

import static org.assertj.core.api.Assertions.assertThat;

import static socketserver.Patience.eventually;

import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

import socketserver.request.CloseReason;

import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/// Checks for all tests that listeners are told once of each request that it was opened, and once
/// that it was closed.
public final class ToldOnce implements BeforeAllCallback, AfterAllCallback {
    private static final Ledger LEDGER = new Ledger();

    static {
        ServerListeners.EVERYWHERE.add(LEDGER);
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        LEDGER.wrong.clear();
        LEDGER.open.clear();
    }

    @Override
    public void afterAll(ExtensionContext context) {
        eventually(() -> assertThat(LEDGER.open).as("opened and not closed").isEmpty());
        assertThat(LEDGER.wrong).isEmpty();
    }

    private static final class Ledger implements ServerListener {
        final Set<LiveRequest> open = ConcurrentHashMap.newKeySet();
        final Queue<String> wrong = new ConcurrentLinkedQueue<>();

        @Override
        public void opened(LiveRequest request) {
            if (!open.add(request)) {
                wrong.add("opened twice: " + request);
            }
        }

        @Override
        public void failed(LiveRequest request, Throwable failure) {
            if (!open.contains(request)) {
                wrong.add("not open, and failed: " + request + ", " + failure);
            }
        }

        @Override
        public void closed(LiveRequest request, CloseReason reason) {
            if (!open.remove(request)) {
                wrong.add("closed twice, or never opened: " + request + ", " + reason);
            }
        }
    }
}
