package socketserver.benchmark.generator;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/// Turns the kernel's negative results into exceptions.
final class Errors {
    private Errors() {}

    static void check(String call, int result) throws IOException {
        if (result < 0) {
            throw new IOException(call + ": " + strerror(-result));
        }
    }

    /// {@return the kernel's words for an error number}
    @SuppressWarnings("restricted")
    private static String strerror(int error) {
        Linker linker = Linker.nativeLinker();
        try {
            MethodHandle strerror =
                    linker.downcallHandle(
                            linker.defaultLookup().findOrThrow("strerror"),
                            FunctionDescriptor.of(ADDRESS, JAVA_INT));
            MemorySegment text = (MemorySegment) strerror.invokeExact(error);
            return text.reinterpret(Long.MAX_VALUE).getString(0);
        } catch (Throwable impossible) {
            throw new AssertionError(impossible);
        }
    }
}
