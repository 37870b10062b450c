/// How bytes are cut into frames, and handlers that are given one frame at a time.
package socketserver.framing;
