// An echo server in C, the least that a server can cost: echo tcp|unix|udp|unixgram PLACE
//
// One level-triggered epoll loop for streams, recvfrom for datagrams.
#define _GNU_SOURCE
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { BACKLOG = 4096, EVENTS = 512, ACCEPTS = 64 };

static char buffer[128 * 1024];

static int failed(const char *call) {
    perror(call);
    return 1;
}

static socklen_t address_of(const char *place, int is_unix, struct sockaddr_storage *address) {
    if (is_unix) {
        struct sockaddr_un *path = (void *)address;
        path->sun_family = AF_UNIX;
        strncpy(path->sun_path, place, sizeof path->sun_path - 1);
        return sizeof *path;
    }
    struct sockaddr_in *inet = (void *)address;
    inet->sin_family = AF_INET;
    inet->sin_port = htons(atoi(place));
    inet->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return sizeof *inet;
}

static void serve_packets(int socket) {
    for (;;) {
        struct sockaddr_storage client;
        socklen_t length = sizeof client;
        ssize_t count = recvfrom(socket, buffer, sizeof buffer, 0, (void *)&client, &length);
        if (count >= 0) sendto(socket, buffer, count, 0, (void *)&client, length);
    }
}

static void take(int listener, int epoll, int no_delay) {
    int one = 1;
    for (int i = 0; i < ACCEPTS; i++) {
        int client = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (client < 0) return;
        if (no_delay) setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        struct epoll_event interest = {.events = EPOLLIN, .data.fd = client};
        epoll_ctl(epoll, EPOLL_CTL_ADD, client, &interest);
    }
}

static void echo(int client) {
    ssize_t count = recv(client, buffer, sizeof buffer, 0);
    if (count <= 0) {
        if (count == 0 || errno != EAGAIN) close(client);
        return;
    }
    for (ssize_t sent = 0; sent < count;) {
        ssize_t more = send(client, buffer + sent, count - sent, MSG_NOSIGNAL);
        if (more >= 0) sent += more;
        else if (errno != EAGAIN) return;
    }
}

static void serve_streams(int listener, int no_delay) {
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event events[EVENTS], interest = {.events = EPOLLIN, .data.fd = listener};
    epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &interest);
    for (;;) {
        int count = epoll_wait(epoll, events, EVENTS, -1);
        for (int i = 0; i < count; i++) {
            if (events[i].data.fd == listener) take(listener, epoll, no_delay);
            else echo(events[i].data.fd);
        }
    }
}

int main(int count, char **words) {
    if (count != 3) {
        fprintf(stderr, "echo needs a family and a place: echo tcp|unix|udp|unixgram PLACE\n");
        return 2;
    }
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);

    int is_unix = words[1][1] == 'n', packets = words[1][1] == 'd' || !strcmp(words[1], "unixgram");
    struct sockaddr_storage address = {0};
    socklen_t length = address_of(words[2], is_unix, &address);
    int type = packets ? SOCK_DGRAM : SOCK_STREAM | SOCK_NONBLOCK, one = 1;
    int listener = socket(is_unix ? AF_UNIX : AF_INET, type | SOCK_CLOEXEC, 0);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(listener, (void *)&address, length)) return failed("bind");
    if (packets) serve_packets(listener);
    if (listen(listener, BACKLOG)) return failed("listen");
    serve_streams(listener, !is_unix);
}
