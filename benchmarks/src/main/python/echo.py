"""CPython's own servers as echoes: echo.py sync|threading|forking tcp|unix|udp|unixgram PLACE"""

import os
import resource
import socket
import socketserver
import sys

SERVERS = {
    ("sync", "tcp"): "TCPServer",
    ("sync", "unix"): "UnixStreamServer",
    ("sync", "udp"): "UDPServer",
    ("sync", "unixgram"): "UnixDatagramServer",
    ("threading", "tcp"): "ThreadingTCPServer",
    ("threading", "unix"): "ThreadingUnixStreamServer",
    ("threading", "udp"): "ThreadingUDPServer",
    ("threading", "unixgram"): "ThreadingUnixDatagramServer",
    ("forking", "tcp"): "ForkingTCPServer",
}


class Stream(socketserver.BaseRequestHandler):
    def setup(self):
        if self.request.family == socket.AF_INET:
            self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def handle(self):
        try:
            while data := self.request.recv(65536):
                self.request.sendall(data)
        except OSError:
            pass  # clients end by resets


class Packet(socketserver.BaseRequestHandler):
    def handle(self):
        data, server = self.request
        server.sendto(data, self.client_address)


def main():
    model, family, place = sys.argv[1:]
    files = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))
    server = getattr(socketserver, SERVERS[model, family])
    server.allow_reuse_address = True
    server.request_queue_size = 4096
    server.daemon_threads = True
    server.max_children = 2000
    packets = family in ("udp", "unixgram")
    address = place if family.startswith("unix") else ("127.0.0.1", int(place))
    if family.startswith("unix") and os.path.exists(place):
        os.unlink(place)
    server(address, Packet if packets else Stream).serve_forever()


main()
