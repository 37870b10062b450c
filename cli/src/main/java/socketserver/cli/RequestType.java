package socketserver.cli;

import org.jspecify.annotations.Nullable;

import socketserver.request.BaseRequestHandler;
import socketserver.request.Request;
import socketserver.request.RequestHandler;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// What a handler class handles, as its declaration says: `StreamRequest` if it is a
/// `BaseRequestHandler<StreamRequest>`, directly or by a superclass.
final class RequestType {
    private RequestType() {}

    /// {@return the class of requests that the handler class takes; [Request], which is any, if its
    /// declaration does not say}
    static Class<?> of(Class<?> handler) {
        Class<?> ancestor =
                BaseRequestHandler.class.isAssignableFrom(handler)
                        ? BaseRequestHandler.class
                        : RequestHandler.class;
        return argument(handler, ancestor) instanceof Class<?> found ? found : Request.class;
    }

    /// {@return what the type has put in the place of the ancestor's parameter, or null if it is
    /// not below that ancestor}
    private static @Nullable Type argument(Class<?> type, Class<?> ancestor) {
        if (type == ancestor) {
            return type.getTypeParameters()[0];
        }
        for (Type above : above(type)) {
            Class<?> raw =
                    (Class<?>)
                            (above instanceof ParameterizedType generic
                                    ? generic.getRawType()
                                    : above);
            Type found = argument(raw, ancestor);
            if (found instanceof TypeVariable<?> variable
                    && above instanceof ParameterizedType generic) {
                int index = Arrays.asList(raw.getTypeParameters()).indexOf(variable);
                return generic.getActualTypeArguments()[index];
            }
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    private static List<Type> above(Class<?> type) {
        List<Type> above = new ArrayList<>(Arrays.asList(type.getGenericInterfaces()));
        if (type.getGenericSuperclass() != null) {
            above.add(type.getGenericSuperclass());
        }
        return above;
    }
}
