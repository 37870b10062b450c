/// Where requests come from: listening sockets and their connections, per engine. Hidden.
package socketserver.transport;
