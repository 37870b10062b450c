package socketserver.cli;

import org.jspecify.annotations.Nullable;

import socketserver.request.BaseRequestHandler;
import socketserver.request.HandlerFactory;
import socketserver.request.Request;
import socketserver.request.RequestHandler;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Modifier;

/// A handler class that a user has written: a subclass of [BaseRequestHandler], of which each
/// request gets an object of its own, or an implementation of [RequestHandler], of which one object
/// serves all.
///
/// @param handler what serves the requests
/// @param requests the class of what it can handle, see [RequestType]
record UserHandler(RequestHandler<Request> handler, Class<?> requests) {
    /// {@return whether it is a class of one of the two kinds}
    static boolean isHandler(Class<?> type) {
        return !Modifier.isAbstract(type.getModifiers())
                && (BaseRequestHandler.class.isAssignableFrom(type)
                        || RequestHandler.class.isAssignableFrom(type));
    }

    /// {@return the handler of that class}
    ///
    /// @throws WrongArgumentException if it is no handler class or cannot be made
    @SuppressWarnings("unchecked") // whether it can handle a request is asked of requests()
    static UserHandler of(Class<?> type) throws WrongArgumentException {
        if (!isHandler(type)) {
            throw new WrongArgumentException(
                    "class ("
                            + type.getName()
                            + ") must extend BaseRequestHandler, StreamRequestHandler or"
                            + " DatagramRequestHandler, or implement RequestHandler");
        }
        Constructor<?> constructor = constructor(type);
        Class<?> requests = RequestType.of(type);
        if (BaseRequestHandler.class.isAssignableFrom(type)) {
            return new UserHandler(new Making(type, constructor).toHandler(), requests);
        }
        try {
            return new UserHandler((RequestHandler<Request>) create(constructor), requests);
        } catch (Exception thrown) {
            throw new WrongArgumentException(
                    "class (" + type.getName() + ") cannot be made: " + thrown);
        }
    }

    /// Makes the objects, in other processes too.
    private static final class Making implements HandlerFactory<Request> {
        private static final long serialVersionUID = 1;
        private final Class<?> type;
        private transient @Nullable Constructor<?> constructor;

        Making(Class<?> type, Constructor<?> constructor) {
            this.type = type;
            this.constructor = constructor;
        }

        @Override
        @SuppressWarnings("unchecked") // see UserHandler.of
        public BaseRequestHandler<Request> create() throws Exception {
            Constructor<?> known = constructor;
            if (known == null) {
                known = constructor(type);
                constructor = known;
            }
            return (BaseRequestHandler<Request>) UserHandler.create(known);
        }
    }

    private static Constructor<?> constructor(Class<?> type) throws WrongArgumentException {
        try {
            Constructor<?> constructor = type.getDeclaredConstructor();
            constructor.setAccessible(true);
            return constructor;
        } catch (NoSuchMethodException none) {
            throw new WrongArgumentException(
                    "class ("
                            + type.getName()
                            + ") must have a constructor without parameters, and be static or of"
                            + " its own");
        }
    }

    private static Object create(Constructor<?> constructor) throws Exception {
        try {
            return constructor.newInstance();
        } catch (InvocationTargetException thrown) {
            if (thrown.getCause() instanceof Exception cause) {
                throw cause;
            }
            throw thrown;
        }
    }
}
