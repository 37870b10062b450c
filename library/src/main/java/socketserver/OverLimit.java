package socketserver;

/// What becomes of a client that comes when as many requests are live as the limits allow.
public enum OverLimit {
    /// It waits in the kernel's backlog, or a packet in the socket's buffer, until a request ends.
    WAIT,
    /// Its connection is closed at once, or its packet dropped.
    REFUSE
}
