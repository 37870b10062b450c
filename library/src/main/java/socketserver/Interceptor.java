package socketserver;

import socketserver.request.Request;
import socketserver.request.RequestHandler;

import java.io.Serializable;

/// Does something around the handler of each request: logs it, asks for a password, measures it.
///
/// {@snippet class="socketserver.SnippetsTest" region="interceptor"}
///
/// It is called by the thread that handles, under every model, in a child process where one
/// handles; it may wait where a handler may. It calls `next` once to let the request be handled, or
/// not at all, and the request ends. What it throws counts as thrown by the handler.
///
/// Around a [frame handler][socketserver.framing.FrameHandler] that a selector's loop calls it is
/// there only for the call of `opened`: what is to be done at the end, a [ServerListener] does.
///
/// @param <R> what its handlers handle
@FunctionalInterface
public interface Interceptor<R extends Request> extends Serializable {
    /// Does something before or after a request is handled.
    ///
    /// @param next what handles it: the next interceptor, and at last the handler
    /// @throws Exception anything, as a handler may
    void intercept(R request, RequestHandler<R> next) throws Exception;
}
