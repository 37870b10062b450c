package socketserver.request;

import java.io.Serializable;

/// Makes a handler object for each request: usually a constructor, `Echo::new`.
///
/// Python's `RequestHandlerClass`, whose constructor handles the request; here the object is made
/// first and is given its request afterwards, so that its fields are set when its methods run.
///
/// A handler class with a second constructor makes `Echo::new` ambiguous between this type and
/// [RequestHandler]; write `() -> new Echo()` then.
///
/// @param <R> what the handlers handle
@FunctionalInterface
public interface HandlerFactory<R extends Request> extends Serializable {
    /// {@return a new handler, for one request}
    ///
    /// @throws Exception anything: the server reports it by its `handleError` and ends the request
    BaseRequestHandler<? super R> create() throws Exception;

    /// {@return this factory as a handler, which makes an object for each request and runs it}
    default RequestHandler<R> toHandler() {
        return request -> create().run(request);
    }
}
