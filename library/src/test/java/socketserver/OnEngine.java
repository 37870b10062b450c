package socketserver;

/// Runs what makes servers with one of the engines, on the thread of a test.
final class OnEngine {
    private OnEngine() {}

    /// Something that makes a server.
    interface Making<T> {
        T make() throws Exception;
    }

    static <T> T on(String engine, Making<T> making) throws Exception {
        System.setProperty("socketserver.engine", engine);
        try {
            return making.make();
        } finally {
            System.clearProperty("socketserver.engine");
        }
    }
}
