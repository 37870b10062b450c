/// The load generator, a process of one thread upon epoll that takes orders.
@NullMarked
package socketserver.benchmark.generator;

import org.jspecify.annotations.NullMarked;
