package socketserver.cli;

/// The libraries that the status page alone needs, and only on the class path, which is looked into
/// when something of it is used: as modules they would be opened at each start of the command.
final class StatusLibraries {
    private StatusLibraries() {}

    /// Lets the command use them.
    ///
    /// @throws WrongArgumentException if they are not there
    static void open() throws WrongArgumentException {
        ClassLoader loader = StatusLibraries.class.getClassLoader();
        StatusLibraries.class.getModule().addReads(loader.getUnnamedModule());
        for (String each :
                new String[] {
                    "com.google.gson.JsonObject",
                    "io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter"
                }) {
            try {
                var _ = Class.forName(each, false, loader);
            } catch (ClassNotFoundException missing) {
                throw new WrongArgumentException(
                        "--status needs %s on the class path: start by ./socketserver"
                                .formatted(each));
            }
        }
    }
}
