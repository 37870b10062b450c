package socketserver.benchmark.soak;

/// What was seen of a server at the end of an interval.
///
/// Descriptors, threads and resident memory are those of its process and of its children.
///
/// @param seconds since the beginning
/// @param connections how many ended in the interval as they should
/// @param failures how many did not
/// @param p50Micros from when a connection was due to the last byte of its answer
/// @param heapBytes what a collection left
public record Reading(
        double seconds,
        long connections,
        long failures,
        double p50Micros,
        double p99Micros,
        long heapBytes,
        long residentBytes,
        long descriptors,
        long threads) {
    /// What must not grow.
    public enum Quantity {
        /// The bytes that a collection leaves.
        HEAP("heap after a collection, MiB"),
        /// The resident memory.
        RESIDENT("resident memory, MiB"),
        /// The open descriptors.
        DESCRIPTORS("descriptors"),
        /// The threads that live.
        THREADS("threads"),
        /// The time that all but one of a hundred connections take at most.
        P99("p99, ms");

        private static final double MIB = 1024 * 1024;

        private final String text;

        Quantity(String text) {
            this.text = text;
        }

        /// {@return what a reading says of it}
        public double of(Reading reading) {
            return switch (this) {
                case HEAP -> reading.heapBytes / MIB;
                case RESIDENT -> reading.residentBytes / MIB;
                case DESCRIPTORS -> reading.descriptors;
                case THREADS -> reading.threads;
                case P99 -> reading.p99Micros / 1000;
            };
        }

        @Override
        public String toString() {
            return text;
        }
    }
}
