package socketserver.benchmark.report;

import socketserver.benchmark.race.Workload;

/// What the report says about its tables.
final class Texts {
    static final String OPEN_LOOP =
            "Echoes of 64 bytes, 64 connections, at a fixed rate: 70 % of what the server itself"
                    + " reached in c64, after some seconds of it that do not count. Latencies count"
                    + " from when a request was due, so that no stall is left out. CPU is the"
                    + " server's part of its core.";
    static final String CALLS = "System calls of the server for one request of c64.";
    static final String IDLE =
            "What one of many connections costs that wait after one echo each. Servers that hold a"
                + " buffer for each use one of 512 bytes. RSS of a JVM has in it what lay around in"
                + " its heap; live heap is what a collection leaves, and outside the heap is the"
                + " growth of a JVM whose heap was all there from the start. The kernel's part is"
                + " half of what all its slabs grew by, because the clients are on the same"
                + " machine.";
    static final String START =
            "Milliseconds from the start of the process to the first byte that came back."
                    + " `socketserver-command` is the command line with its launcher and cache.";

    private Texts() {}

    static String of(Workload workload) {
        return switch (workload) {
            case C64 -> "Echoes of 64 bytes over 64 TCP connections, one under way on each.";
            case C1000 -> "Echoes of 64 bytes over 1,000 TCP connections.";
            case C10K -> "Echoes of 64 bytes over 10,000 TCP connections.";
            case K16 -> "Echoes of 16 KiB over 64 TCP connections.";
            case CCR -> "Connect, one echo of 64 bytes, close; 16 at the same time.";
            case TLS16K -> "Echoes of 16 KiB over 16 connections of TLS 1.3.";
            case TLSCCR ->
                    "Connect, a whole handshake of TLS 1.3 (P-256), one echo of 64 bytes, close; 16"
                            + " at the same time.";
            case UNIX64 -> "Echoes of 64 bytes over 64 Unix stream connections.";
            case UDP64 -> "UDP packets of 64 bytes from 64 client sockets.";
            case UNIXDG64 -> "Unix datagrams of 64 bytes from 64 client sockets.";
        };
    }

    static String brief(Workload workload) {
        return switch (workload) {
            case C64 -> "64 B, 64 TCP connections";
            case C1000 -> "64 B, 1,000 TCP connections";
            case C10K -> "64 B, 10,000 TCP connections";
            case K16 -> "16 KiB, 64 TCP connections";
            case CCR -> "a TCP connection for each request";
            case TLS16K -> "16 KiB, 16 TLS connections";
            case TLSCCR -> "TLS handshakes, 16 at once";
            case UNIX64 -> "64 B, 64 Unix stream connections";
            case UDP64 -> "64 B, 64 UDP clients";
            case UNIXDG64 -> "64 B, 64 Unix datagram clients";
        };
    }
}
