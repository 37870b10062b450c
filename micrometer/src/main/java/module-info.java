import org.jspecify.annotations.NullMarked;

/// Metrics of socket servers, for Micrometer.
///
/// - [socketserver.micrometer]: what a program binds to its registry
@NullMarked
// Micrometer has no module descriptor, but a name that it keeps.
@SuppressWarnings({"requires-automatic", "requires-transitive-automatic"})
module socketserver.micrometer {
    requires static org.jspecify;
    requires transitive micrometer.core;
    requires transitive socketserver;

    exports socketserver.micrometer;
}
