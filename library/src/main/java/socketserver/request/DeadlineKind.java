package socketserver.request;

/// What a client is given a time for.
public enum DeadlineKind {
    /// Sending its first byte, from the moment at which the server took the connection.
    FIRST_BYTE,
    /// Sending something: how long the server waits for its next byte, in one read or in several.
    /// What the server sends meanwhile does not matter.
    IDLE,
    /// Sending something: how long one read waits. Python's `timeout` of a request.
    READ,
    /// Taking something: how long one write waits until the client takes a byte.
    WRITE,
    /// Sending one whole message, from its first byte on: a line, a frame, or what
    /// [StreamRequest#message] encloses. It is what stops a client that sends a byte now and then.
    MESSAGE,
    /// Sending a message at a rate: [ClientDeadlines#withMinimumRate(int)].
    RATE,
    /// All: how long a connection may last, whatever happens on it.
    AGE
}
