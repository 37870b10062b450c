/// The echo servers in Java that are raced: ours and their peers.
@NullMarked
package socketserver.benchmark.server;

import org.jspecify.annotations.NullMarked;
