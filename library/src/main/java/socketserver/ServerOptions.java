package socketserver;

import org.jspecify.annotations.Nullable;

import socketserver.tls.TlsSettings;

import java.util.Objects;
import java.util.function.UnaryOperator;

/// The settings of a server, immutable, in groups.
///
/// {@snippet class="socketserver.SnippetsTest" region="options"}
///
/// Limits, deadlines and proxies may change while the server serves
/// ([BaseServer#options(ServerOptions)]).
public final class ServerOptions {
    /// What holds unless a program says otherwise.
    public static final ServerOptions DEFAULT =
            new ServerOptions(
                    Limits.DEFAULT,
                    Deadlines.DEFAULT,
                    SocketSettings.DEFAULT,
                    ProxySettings.DEFAULT,
                    null,
                    true,
                    true);

    private final Limits limits;
    private final Deadlines deadlines;
    private final SocketSettings socket;
    private final ProxySettings proxies;
    private final @Nullable TlsSettings tls;
    private final boolean bindAndActivate;
    private final boolean blockOnClose;

    private ServerOptions(
            Limits limits,
            Deadlines deadlines,
            SocketSettings socket,
            ProxySettings proxies,
            @Nullable TlsSettings tls,
            boolean bindAndActivate,
            boolean blockOnClose) {
        this.limits = Objects.requireNonNull(limits, "limits");
        this.deadlines = Objects.requireNonNull(deadlines, "deadlines");
        this.socket = Objects.requireNonNull(socket, "socket");
        this.proxies = Objects.requireNonNull(proxies, "proxies");
        this.tls = tls;
        this.bindAndActivate = bindAndActivate;
        this.blockOnClose = blockOnClose;
    }

    /// {@return how much the server takes at the same time}
    public Limits limits() {
        return limits;
    }

    /// {@return how long the server waits, and for what}
    public Deadlines deadlines() {
        return deadlines;
    }

    /// {@return how the server's socket is made}
    public SocketSettings socket() {
        return socket;
    }

    /// {@return whose connections begin with a header that says for whom they are}
    public ProxySettings proxies() {
        return proxies;
    }

    /// {@return the certificates of the server and what else belongs to TLS, or null if its
    /// connections are in the clear}
    public @Nullable TlsSettings tls() {
        return tls;
    }

    /// {@return whether the constructor binds the socket; Python's `bind_and_activate`}
    public boolean bindAndActivate() {
        return bindAndActivate;
    }

    /// {@return whether [BaseServer#close()] waits for handlers and then ends their requests;
    /// Python's `block_on_close`}
    public boolean blockOnClose() {
        return blockOnClose;
    }

    /// {@return these options with the limits changed}
    public ServerOptions withLimits(UnaryOperator<Limits> change) {
        return new ServerOptions(
                change.apply(limits),
                deadlines,
                socket,
                proxies,
                tls,
                bindAndActivate,
                blockOnClose);
    }

    /// {@return these options with the deadlines changed}
    public ServerOptions withDeadlines(UnaryOperator<Deadlines> change) {
        return new ServerOptions(
                limits,
                change.apply(deadlines),
                socket,
                proxies,
                tls,
                bindAndActivate,
                blockOnClose);
    }

    /// {@return these options with what a server on the open Internet should have:
    /// [Deadlines#EXPOSED] and [Limits#EXPOSED], but for the waits of the server itself}
    public ServerOptions exposed() {
        return withLimits(_ -> Limits.EXPOSED)
                .withDeadlines(
                        set -> Deadlines.EXPOSED.withRequest(set.request()).withClose(set.close()));
    }

    /// {@return these options with the socket's settings changed}
    public ServerOptions withSocket(UnaryOperator<SocketSettings> change) {
        return new ServerOptions(
                limits,
                deadlines,
                change.apply(socket),
                proxies,
                tls,
                bindAndActivate,
                blockOnClose);
    }

    /// {@return these options with the settings of proxies changed}
    public ServerOptions withProxies(UnaryOperator<ProxySettings> change) {
        return new ServerOptions(
                limits,
                deadlines,
                socket,
                change.apply(proxies),
                tls,
                bindAndActivate,
                blockOnClose);
    }

    /// {@return these options with TLS on connections, or null without: datagram servers refuse it}
    public ServerOptions withTls(@Nullable TlsSettings tls) {
        return new ServerOptions(
                limits, deadlines, socket, proxies, tls, bindAndActivate, blockOnClose);
    }

    /// {@return these options with that word on binding; if false, the program calls
    /// [BaseServer#serverBind()] and [BaseServer#serverActivate()]}
    public ServerOptions withBindAndActivate(boolean bindAndActivate) {
        return new ServerOptions(
                limits, deadlines, socket, proxies, tls, bindAndActivate, blockOnClose);
    }

    /// {@return these options with that word on waiting}
    public ServerOptions withBlockOnClose(boolean blockOnClose) {
        return new ServerOptions(
                limits, deadlines, socket, proxies, tls, bindAndActivate, blockOnClose);
    }
}
