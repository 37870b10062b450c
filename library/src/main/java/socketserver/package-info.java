/// Servers: what a program starts.
///
/// A server takes requests from a kind of socket ([socketserver.TcpServer],
/// [socketserver.UdpServer], [socketserver.UnixStreamServer], [socketserver.UnixDatagramServer])
/// and lets a concurrency model run the handler: the synchronous one, or, with
/// [socketserver.ThreadingMixIn], one thread for each request.
package socketserver;
