/// The command `benchmark`.
@NullMarked
package socketserver.benchmark;

import org.jspecify.annotations.NullMarked;
