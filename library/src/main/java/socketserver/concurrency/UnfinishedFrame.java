package socketserver.concurrency;

import java.time.Instant;

/// What has come of a frame that is not there as a whole.
///
/// @param bytes how many bytes
/// @param since when the first of them came, or those behind the frame before
public record UnfinishedFrame(int bytes, Instant since) {}
