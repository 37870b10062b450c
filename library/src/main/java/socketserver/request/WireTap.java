package socketserver.request;

import java.nio.ByteBuffer;

/// Sees the bytes of a request while it runs, as they come and go: for looking into a protocol.
///
/// [Request#tap(WireTap)] puts it on a request, at any time; one may be on many. Ready-made are
/// [HexTap] and [PcapTap]. Here what the clients of one network say goes to a file, by way of a
/// [socketserver.ServerListener]:
///
/// {@snippet class="socketserver.SnippetsTest" region="tap"}
///
/// Its methods are called in the thread that reads or writes, a handler's or a selector's loop,
/// before anything else goes on there: they must not wait, nor read or write requests. Of one
/// request they are told part after part what has come, and so what has gone out; but both may be
/// told at the same time, and so may what several requests do. What they throw is logged, the tap
/// is taken off the request, and the request does not notice.
///
/// They are told what the socket has given or taken, cut anywhere: what is kept for a slow client
/// is told when it goes out.
///
/// A tap does not travel to another process. Under the forking model one that was put on by a
/// listener of the server sees nothing of a connection, and of a packet no replies; one that the
/// handler puts on, in its process, sees all.
public interface WireTap {
    /// The client's next bytes have come, or the packet that the request is.
    ///
    /// @param bytes a view of them, to be read until the method returns
    /// @throws Exception anything: the tap is taken off
    void received(Request request, ByteBuffer bytes) throws Exception;

    /// The server's next bytes have gone out, or a packet that is a reply.
    ///
    /// @param bytes a view of them, to be read until the method returns
    /// @throws Exception anything: the tap is taken off
    void sent(Request request, ByteBuffer bytes) throws Exception;

    /// Nothing more comes from the client, which a read has found. Told once.
    ///
    /// @throws Exception anything: the tap is taken off
    default void receivedEnd(StreamRequest request) throws Exception {}

    /// Nothing more goes out: the server has ended its output, or closed the connection. Told once,
    /// perhaps in another thread than that of the last bytes.
    ///
    /// @throws Exception anything: the tap is taken off
    default void sentEnd(StreamRequest request) throws Exception {}
}
