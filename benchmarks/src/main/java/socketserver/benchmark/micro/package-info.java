/// Benchmarks by JMH of small things that inform a decision.
@NullMarked
package socketserver.benchmark.micro;

import org.jspecify.annotations.NullMarked;
