/// What servers are raced over: kinds of socket and their addresses.
@NullMarked
package socketserver.benchmark.address;

import org.jspecify.annotations.NullMarked;
