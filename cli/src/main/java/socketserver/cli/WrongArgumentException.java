package socketserver.cli;

/// An argument that cannot be used; its message is the one line that the user reads.
final class WrongArgumentException extends Exception {
    private static final long serialVersionUID = 1;

    /// Makes the error with what is wrong, what was given and what would do.
    WrongArgumentException(String message) {
        super(message);
    }

    /// Makes the error for what the user has been told already, by a compiler.
    WrongArgumentException() {}
}
