package socketserver.benchmark.generator;

import org.jspecify.annotations.Nullable;

/// What the generator says to an order, a line of JSON on its standard output.
///
/// @param window what was counted, or null if nothing was to be
/// @param failure why nothing was counted, or null
public record Answer(@Nullable Window window, @Nullable String failure) {}
