/// What becomes of the figures: a terminal's tables, JSON, Markdown and plots.
@NullMarked
package socketserver.benchmark.report;

import org.jspecify.annotations.NullMarked;
