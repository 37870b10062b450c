package socketserver.transport;

/// The engine of servers for which nobody has named one: chosen once for each process.
final class DefaultEngine {
    static final Engine INSTANCE = choose();

    private DefaultEngine() {}

    private static Engine choose() {
        String missing = LinuxEngine.missing();
        if (missing == null) {
            return LinuxEngine.instance();
        }
        if (System.getProperty("os.name").equals("Linux")) {
            System.getLogger("socketserver.engine")
                    .log(System.Logger.Level.INFO, "using the jdk engine: {0}", missing);
        }
        return JdkEngine.INSTANCE;
    }
}
