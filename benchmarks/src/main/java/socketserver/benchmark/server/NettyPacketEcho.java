package socketserver.benchmark.server;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.unix.DomainDatagramPacket;

/// Sends packets back to where they came from.
final class NettyPacketEcho extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        Object answer =
                message instanceof DatagramPacket packet
                        ? new DatagramPacket(packet.content(), packet.sender())
                        : answer((DomainDatagramPacket) message);
        var _ = context.write(answer, context.voidPromise());
    }

    private static DomainDatagramPacket answer(DomainDatagramPacket packet) {
        return new DomainDatagramPacket(packet.content(), packet.sender());
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        context.flush();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        // A client has gone before its answer: at the end of every window some do.
    }
}
