/// The calls of libc that the JDK lacks. Hidden.
package socketserver.posix;
