package socketserver.request;

/// Who is at the other end of a Unix stream connection, as the kernel vouches for it: Linux's
/// `SO_PEERCRED` (`unix(7)`), `struct ucred`.
///
/// They are those of the process that connected, at the moment when it did: it may have passed the
/// connection on, and its number may be another process's by now.
///
/// @param pid the number of the process; 0 if this process cannot see it, from inside of a
///   container for instance
/// @param uid the number of its effective user, which the kernel counts without a sign:
///   [Integer#toUnsignedLong(int)]
/// @param gid the number of its effective group, without a sign too
public record UnixCredentials(int pid, int uid, int gid) {}
