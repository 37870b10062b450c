package socketserver.posix;

import org.jspecify.annotations.Nullable;

import java.net.SocketException;

/// A system call has failed.
public final class SystemCallException extends SocketException {
    private static final long serialVersionUID = 1;

    private final String call;
    private final int result;

    private SystemCallException(String call, int result, String message) {
        super(message);
        this.call = call;
        this.result = result;
    }

    /// {@return what a call of [Libc] has returned, if that is no error}
    ///
    /// @param call the name of the function
    /// @param subject what it was called for, an address for instance, or null
    /// @throws SystemCallException if it is one
    public static int check(int result, String call, @Nullable Object subject)
            throws SystemCallException {
        if (result < 0) {
            throw of(result, call, subject);
        }
        return result;
    }

    /// {@return the exception for what a call of [Libc] has returned}
    ///
    /// @param call the name of the function
    /// @param subject what it was called for, an address for instance, or null
    public static SystemCallException of(int result, String call, @Nullable Object subject) {
        return new SystemCallException(
                call,
                result,
                call + (subject == null ? "" : " " + subject) + ": " + Errno.describe(result));
    }

    /// {@return the name of the function}
    public String call() {
        return call;
    }

    /// {@return the name of the error, `EMFILE` for instance}
    public String errno() {
        return Errno.name(result);
    }

    /// {@return the error in words and its name, without the function: `too many open files
    /// (EMFILE)` for instance}
    public String reason() {
        return Errno.describe(result);
    }

    /// {@return whether it is that error}
    public boolean is(Errno errno) {
        return result == errno.result();
    }
}
