package socketserver;

import socketserver.request.Request;
import socketserver.request.RequestHandler;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/// What is around the handlers of a server, the outermost first.
final class Interceptors<R extends Request> {
    private final List<Interceptor<R>> all = new CopyOnWriteArrayList<>();

    void add(Interceptor<R> interceptor) {
        all.add(interceptor);
    }

    void addAll(List<Interceptor<R>> interceptors) {
        all.addAll(interceptors);
    }

    /// {@return the interceptors of this moment}
    List<Interceptor<R>> all() {
        return List.copyOf(all);
    }

    /// Handles a request by that handler, with all of them around it.
    void handle(R request, RequestHandler<? super R> handler) throws Exception {
        if (all.isEmpty()) {
            handler.handle(request);
        } else {
            handle(request, handler, all(), 0);
        }
    }

    private static <R extends Request> void handle(
            R request, RequestHandler<? super R> handler, List<Interceptor<R>> around, int index)
            throws Exception {
        if (index == around.size()) {
            handler.handle(request);
        } else {
            around.get(index).intercept(request, same -> handle(same, handler, around, index + 1));
        }
    }
}
