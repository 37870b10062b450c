package socketserver;

/// Drains a server when the JVM ends.
final class ExitDrain implements ServerListener {
    private final Thread hook;

    private ExitDrain(Thread hook) {
        this.hook = hook;
    }

    /// Lets a server be drained, unless it was closed before.
    static void of(BaseServer<?> server, Drain drain) {
        Thread hook =
                Thread.ofPlatform()
                        .name("socketserver-exit " + server.address())
                        .unstarted(() -> server.close(drain));
        Runtime.getRuntime().addShutdownHook(hook);
        server.addListener(new ExitDrain(hook));
    }

    @Override
    public void closed(BaseServer<?> server) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException ending) {
            // Then it runs, and finds nothing to do.
        }
    }
}
