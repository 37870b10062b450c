package socketserver.benchmark.report;

import org.jspecify.annotations.Nullable;

import java.util.Locale;

/// How numbers are written.
final class Figure {
    private Figure() {}

    /// {@return with as many digits behind the point, or a dash for what is not a number}
    static String of(double number, int digits) {
        return Double.isFinite(number)
                ? String.format(Locale.ROOT, "%,." + digits + "f", number)
                : "-";
    }

    /// {@return bytes as KiB}
    static String kib(@Nullable Double bytes) {
        return bytes == null ? "-" : of(bytes / 1024, 1);
    }
}
