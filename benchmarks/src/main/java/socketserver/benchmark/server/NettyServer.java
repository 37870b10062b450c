package socketserver.benchmark.server;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollDomainDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.uring.IoUringDatagramChannel;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringServerDomainSocketChannel;
import io.netty.channel.uring.IoUringServerSocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;

import org.jspecify.annotations.Nullable;

import socketserver.benchmark.address.Endpoint;
import socketserver.benchmark.address.Family;

import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;

/// Netty, with one event loop.
///
/// @param packetChannel its channel of Unix datagrams, which only one transport has
record NettyServer(
        IoHandlerFactory loop,
        Class<? extends ServerChannel> tcp,
        Class<? extends ServerChannel> unix,
        Class<? extends Channel> udp,
        @Nullable Class<? extends Channel> packetChannel)
        implements EchoServer {
    static NettyServer epoll() {
        return new NettyServer(
                EpollIoHandler.newFactory(),
                EpollServerSocketChannel.class,
                EpollServerDomainSocketChannel.class,
                EpollDatagramChannel.class,
                EpollDomainDatagramChannel.class);
    }

    static NettyServer ioUring() {
        return new NettyServer(
                IoUringIoHandler.newFactory(),
                IoUringServerSocketChannel.class,
                IoUringServerDomainSocketChannel.class,
                IoUringDatagramChannel.class,
                null);
    }

    static NettyServer nio() {
        return new NettyServer(
                NioIoHandler.newFactory(),
                NioServerSocketChannel.class,
                NioServerDomainSocketChannel.class,
                NioDatagramChannel.class,
                null);
    }

    @Override
    public void serve(Endpoint endpoint) throws Exception {
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, loop);
        switch (endpoint.family()) {
            case TCP -> serveStreams(group, tcp, endpoint, null);
            case TLS -> serveStreams(group, tcp, endpoint, tls());
            case UNIX -> serveStreams(group, unix, endpoint, null);
            case UDP -> servePackets(group, udp, endpoint);
            case UNIXGRAM -> {
                if (packetChannel == null) {
                    throw new UnsupportedOperationException("only epoll has Unix datagrams");
                }
                servePackets(group, packetChannel, endpoint);
            }
        }
    }

    private void serveStreams(
            EventLoopGroup group,
            Class<? extends ServerChannel> type,
            Endpoint endpoint,
            @Nullable SslContext tls)
            throws InterruptedException {
        ServerBootstrap bootstrap =
                new ServerBootstrap()
                        .group(group)
                        .channel(type)
                        .option(ChannelOption.SO_BACKLOG, JdkSockets.BACKLOG)
                        .childHandler(
                                new ChannelInitializer<>() {
                                    @Override
                                    protected void initChannel(Channel channel) {
                                        if (tls != null) {
                                            channel.pipeline()
                                                    .addLast(tls.newHandler(channel.alloc()));
                                        }
                                        channel.pipeline().addLast(new NettyStreamEcho());
                                    }
                                });
        if (endpoint.family() != Family.UNIX) {
            bootstrap.childOption(ChannelOption.TCP_NODELAY, true);
        }
        bootstrap.bind(address(endpoint)).sync();
    }

    /// {@return TLS by the JDK, as in all others}
    private static SslContext tls() throws Exception {
        return SslContextBuilder.forServer(Certificate.keys())
                .sslProvider(SslProvider.JDK)
                .protocols("TLSv1.3", "TLSv1.2")
                .build();
    }

    private void servePackets(
            EventLoopGroup group, Class<? extends Channel> type, Endpoint endpoint)
            throws InterruptedException {
        new Bootstrap()
                .group(group)
                .channel(type)
                .handler(new NettyPacketEcho())
                .bind(address(endpoint))
                .sync();
    }

    private SocketAddress address(Endpoint endpoint) {
        if (!endpoint.family().isUnix()) {
            return endpoint.inetAddress();
        }
        return unix == NioServerDomainSocketChannel.class
                ? UnixDomainSocketAddress.of(endpoint.path())
                : new DomainSocketAddress(endpoint.place());
    }
}
