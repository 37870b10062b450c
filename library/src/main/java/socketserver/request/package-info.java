/// What a handler sees: the request, its bytes, its client and its server.
package socketserver.request;
