package socketserver.concurrency;

import org.jspecify.annotations.Nullable;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.NotSerializableException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.ObjectStreamClass;
import java.io.OutputStream;
import java.lang.invoke.SerializedLambda;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/// Objects on their way to another process, by Java's serialization.
final class Travel {
    private Travel() {}

    /// An object and all that it refers to, as bytes.
    ///
    /// @param loaders which have loaded the classes of the objects
    @SuppressWarnings("ArrayRecordComponent") // nobody compares them
    record Packed(byte[] bytes, Set<ClassLoader> loaders) {
        /// {@return the bytes of a class that the child does not find, none if it is not here
        /// either}
        byte[] classFile(String name) throws IOException {
            String file = name.replace('.', '/') + ".class";
            for (ClassLoader loader : loaders) {
                try (InputStream in = loader.getResourceAsStream(file)) {
                    if (in != null) {
                        return in.readAllBytes();
                    }
                }
            }
            return new byte[0];
        }
    }

    /// {@return the object, packed}
    ///
    /// @throws NotSerializableException if something cannot travel; says how it is reached
    static Packed pack(Object object) throws IOException {
        try {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream(1024);
            try (Packing out = new Packing(bytes)) {
                out.writeObject(object);
                out.flush();
                return new Packed(bytes.toByteArray(), out.loaders);
            }
        } catch (NotSerializableException thrown) {
            throw explained(object, thrown);
        }
    }

    /// {@return the object that those bytes are}
    ///
    /// @param classes where its classes come from
    /// @throws ClassNotFoundException if one of them is not there
    static Object unpack(byte[] bytes, ClassLoader classes)
            throws IOException, ClassNotFoundException {
        try (ObjectInputStream in = new Unpacking(new ByteArrayInputStream(bytes), classes)) {
            return in.readObject();
        }
    }

    private static NotSerializableException explained(
            Object object, NotSerializableException thrown) throws IOException {
        Trail trail = new Trail();
        try {
            trail.writeObject(object);
        } catch (NotSerializableException again) {
            NotSerializableException explained = new NotSerializableException(trail.toOffender());
            explained.initCause(thrown);
            return explained;
        }
        return thrown;
    }

    /// Notes where the classes come from.
    private static final class Packing extends ObjectOutputStream {
        private final Set<ClassLoader> loaders = new LinkedHashSet<>();

        Packing(OutputStream out) throws IOException {
            super(out);
        }

        @Override
        protected void annotateClass(Class<?> type) {
            ClassLoader loader = type.getClassLoader();
            if (loader != null) {
                loaders.add(loader);
            }
        }
    }

    /// Finds the classes of the objects that arrive.
    private static final class Unpacking extends ObjectInputStream {
        private final ClassLoader classes;

        Unpacking(InputStream in, ClassLoader classes) throws IOException {
            super(in);
            this.classes = classes;
        }

        @Override
        protected Class<?> resolveClass(ObjectStreamClass description)
                throws IOException, ClassNotFoundException {
            try {
                return Class.forName(description.getName(), false, classes);
            } catch (ClassNotFoundException notThere) {
                // Primitive types.
                return super.resolveClass(description);
            }
        }

        @Override
        protected Class<?> resolveProxyClass(String[] interfaces) throws ClassNotFoundException {
            Class<?>[] types = new Class<?>[interfaces.length];
            ClassLoader loader = classes;
            for (int i = 0; i < types.length; i++) {
                types[i] = Class.forName(interfaces[i], false, classes);
                if (!Modifier.isPublic(types[i].getModifiers())) {
                    loader = types[i].getClassLoader();
                }
            }
            return Proxy.newProxyInstance(loader, types, (_, _, _) -> null).getClass();
        }
    }

    /// Remembers which objects were met on the way to the one that could not be written.
    @SuppressWarnings("ReferenceEquality") // the same object is what is looked for
    private static final class Trail extends ObjectOutputStream {
        private final List<Object> met = new ArrayList<>();
        private boolean failed;

        Trail() throws IOException {
            super(OutputStream.nullOutputStream());
            enableReplaceObject(true);
        }

        @Override
        protected @Nullable Object replaceObject(@Nullable Object object) {
            // What has failed is itself written into the stream.
            failed |= object instanceof NotSerializableException;
            if (object != null && !failed) {
                met.add(object);
            }
            return object;
        }

        /// {@return how the last object is reached from the first}
        String toOffender() {
            Object at = met.getLast();
            String path = at.getClass().getName() + " is not java.io.Serializable";
            for (int i = met.size() - 2; i >= 0; i--) {
                if (i > 0 && met.get(i - 1) instanceof SerializedLambda) {
                    // The array of what it has captured.
                    continue;
                }
                String step = step(met.get(i), at);
                if (step != null) {
                    path = step + " -> " + path;
                    at = met.get(i);
                }
            }
            return path;
        }

        /// {@return how one object refers to another, or null if it does not, as far as can be
        /// seen}
        private static @Nullable String step(Object from, Object to) {
            return switch (from) {
                case SerializedLambda lambda -> captured(lambda, to);
                case Object[] array -> holds(List.of(array), to) ? "element of an array" : null;
                case Collection<?> all -> holds(all, to) ? "element of " + name(from) : null;
                case Map<?, ?> map ->
                        holds(map.keySet(), to) || holds(map.values(), to)
                                ? "entry of " + name(from)
                                : null;
                default -> field(from, to);
            };
        }

        private static boolean holds(Collection<?> all, Object element) {
            return all.stream().anyMatch(each -> each == element);
        }

        private static @Nullable String captured(SerializedLambda lambda, Object to) {
            for (int i = 0; i < lambda.getCapturedArgCount(); i++) {
                if (lambda.getCapturedArg(i) == to) {
                    return "lambda of %s, captured value %d"
                            .formatted(lambda.getCapturingClass().replace('/', '.'), i + 1);
                }
            }
            return null;
        }

        private static @Nullable String field(Object from, Object to) {
            for (Class<?> type = from.getClass(); type != null; type = type.getSuperclass()) {
                for (Field field : type.getDeclaredFields()) {
                    boolean travels =
                            (field.getModifiers() & (Modifier.STATIC | Modifier.TRANSIENT)) == 0;
                    if (travels && !field.getType().isPrimitive() && value(field, from) == to) {
                        return name(from) + "." + field.getName();
                    }
                }
            }
            return null;
        }

        private static @Nullable Object value(Field field, Object of) {
            try {
                return field.trySetAccessible() ? field.get(of) : null;
            } catch (IllegalAccessException hidden) {
                return null;
            }
        }

        private static String name(Object of) {
            return Objects.requireNonNullElse(
                    of.getClass().getCanonicalName(), of.getClass().getName());
        }
    }
}
