/// The race: who runs, what is measured, and how windows become figures.
@NullMarked
package socketserver.benchmark.race;

import org.jspecify.annotations.NullMarked;
