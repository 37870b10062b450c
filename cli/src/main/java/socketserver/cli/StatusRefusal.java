package socketserver.cli;

/// What somebody asks of the status page and does not get; its message is the one line that he
/// reads.
final class StatusRefusal extends Exception {
    private static final long serialVersionUID = 1;

    private final int code;

    /// Makes the refusal.
    ///
    /// @param code the status code of HTTP
    StatusRefusal(int code, String message) {
        super(message);
        this.code = code;
    }

    int code() {
        return code;
    }
}
