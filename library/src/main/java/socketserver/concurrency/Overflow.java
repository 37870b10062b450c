package socketserver.concurrency;

/// What becomes of a frame for a client that has not taken those before.
public enum Overflow {
    /// The request is closed, because its client is too slow or does not read at all.
    CLOSE,
    /// The frame is dropped as if it had been sent: a chat room's choice. A frame that was sent in
    /// part, and what is no frame, still close the request.
    DROP
}
