package socketserver;

import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/// Objects of a test that its handlers use in other processes as well: there, every call of a
/// method comes here, over a socket, with what it is given and returns.
final class Shared implements InvocationHandler, Serializable {
    private static final long serialVersionUID = 1;
    private static final List<Object> OBJECTS = new CopyOnWriteArrayList<>();
    // Of this process.
    private static final ServerSocket DOOR = open();

    private final long process = ProcessHandle.current().pid();
    private final int port = DOOR.getLocalPort();
    private final int number;

    private Shared(int number) {
        this.number = number;
    }

    /// Lets threads wait until something has happened a number of times.
    interface Latch extends Serializable {
        void countDown();

        boolean await(long time, TimeUnit unit) throws InterruptedException;

        long getCount();
    }

    /// Counts.
    interface Counter extends Serializable {
        int incrementAndGet();

        int decrementAndGet();

        int get();

        void set(int value);
    }

    /// Lets threads wait for each other.
    interface Barrier extends Serializable {
        int await(long time, TimeUnit unit)
                throws InterruptedException, BrokenBarrierException, TimeoutException;
    }

    /// {@return the object, as one that can be serialized}
    static <T> T of(Class<T> type, Object object) {
        int number;
        synchronized (OBJECTS) {
            number = OBJECTS.size();
            OBJECTS.add(object);
        }
        return type.cast(
                Proxy.newProxyInstance(
                        Shared.class.getClassLoader(), new Class<?>[] {type}, new Shared(number)));
    }

    static Latch latch(int count) {
        return of(Latch.class, new CountDownLatch(count));
    }

    static Barrier barrier(int parties) {
        return of(Barrier.class, new CyclicBarrier(parties));
    }

    @SuppressWarnings("unchecked") // what is in a queue is not known while it runs
    static <T> BlockingQueue<T> queue() {
        return of(BlockingQueue.class, new LinkedBlockingQueue<T>());
    }

    static Counter counter() {
        return of(Counter.class, new AtomicInteger());
    }

    @SuppressWarnings("unchecked") // what is in a list is not known while it runs
    static <T> List<T> list() {
        return of(List.class, new CopyOnWriteArrayList<T>());
    }

    /// Opens the door, if it was not open before.
    static void prepare() {
        DOOR.getLocalPort();
    }

    private static ServerSocket open() {
        try {
            ServerSocket door = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
            Thread.ofPlatform().daemon().name("shared").start(() -> answer(door));
            return door;
        } catch (IOException thrown) {
            throw new UncheckedIOException(thrown);
        }
    }

    private static void answer(ServerSocket door) {
        while (true) {
            try {
                Socket caller = door.accept();
                Thread.ofPlatform().daemon().name("shared").start(() -> answer(caller));
            } catch (IOException thrown) {
                throw new UncheckedIOException(thrown);
            }
        }
    }

    /// A call of a method.
    @SuppressWarnings("ArrayRecordComponent") // nobody compares them
    private record Call(int object, Class<?> type, String name, Class<?>[] types, Object[] values)
            implements Serializable {
        /// {@return what comes of it: a value, or what was thrown}
        Object[] make() throws IllegalAccessException {
            try {
                return new Object[] {method().invoke(OBJECTS.get(object), values), null};
            } catch (InvocationTargetException thrown) {
                return new Object[] {null, thrown.getCause()};
            }
        }

        private Method method() {
            Class<?> target = OBJECTS.get(object).getClass();
            try {
                // The interface need not be one of the object's: it may only have such methods.
                Method method =
                        (type.isInstance(OBJECTS.get(object)) ? type : target)
                                .getMethod(name, types);
                method.trySetAccessible();
                return method;
            } catch (NoSuchMethodException thrown) {
                throw new IllegalArgumentException(thrown);
            }
        }
    }

    private static void answer(Socket caller) {
        try (caller;
                var in = new ObjectInputStream(caller.getInputStream());
                var out = new ObjectOutputStream(caller.getOutputStream())) {
            out.writeObject(((Call) in.readObject()).make());
        } catch (IOException | ReflectiveOperationException gone) {
            // The other process was killed, or gets an end instead of an answer.
        }
    }

    @Override
    @SuppressWarnings("ReferenceEquality") // there is one for each object
    public Object invoke(Object proxy, Method method, Object[] values) throws Throwable {
        if (method.getDeclaringClass() == Object.class) {
            return switch (method.getName()) {
                case "equals" -> proxy == values[0];
                case "hashCode" -> number;
                default -> "shared object " + number + " of process " + process;
            };
        }
        Call call =
                new Call(
                        number,
                        method.getDeclaringClass(),
                        method.getName(),
                        method.getParameterTypes(),
                        values);
        Object[] result = process == ProcessHandle.current().pid() ? call.make() : makeThere(call);
        if (result[1] != null) {
            throw (Throwable) result[1];
        }
        return result[0];
    }

    private Object[] makeThere(Call call) throws IOException, ClassNotFoundException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
                var out = new ObjectOutputStream(socket.getOutputStream())) {
            out.writeObject(call);
            out.flush();
            try (var in = new ObjectInputStream(socket.getInputStream())) {
                return (Object[]) in.readObject();
            }
        }
    }
}
