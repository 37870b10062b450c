/// Serves for hours, to see what grows.
@NullMarked
package socketserver.benchmark.soak;

import org.jspecify.annotations.NullMarked;
