package socketserver.concurrency;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.List;

/// How a forking model's children are started and used.
record ChildSettings(
        int maxChildren,
        int requestsPerChild,
        @Nullable Duration requestTimeout,
        List<String> javaOptions,
        List<String> systemProperties) {
    static final ChildSettings DEFAULT =
            new ChildSettings(ForkingModel.DEFAULT_MAX_CHILDREN, 1, null, List.of(), List.of());

    ChildSettings {
        positive("maxChildren", maxChildren);
        positive("requestsPerChild", requestsPerChild);
        if (requestTimeout != null && !requestTimeout.isPositive()) {
            throw new IllegalArgumentException(
                    "requestTimeout (%s) must be positive; null is for ever"
                            .formatted(requestTimeout));
        }
    }

    private static void positive(String what, int value) {
        if (value <= 0) {
            throw new IllegalArgumentException("%s (%d) must be positive".formatted(what, value));
        }
    }

    ChildSettings withMaxChildren(int maxChildren) {
        return new ChildSettings(
                maxChildren, requestsPerChild, requestTimeout, javaOptions, systemProperties);
    }

    ChildSettings withRequestsPerChild(int requestsPerChild) {
        return new ChildSettings(
                maxChildren, requestsPerChild, requestTimeout, javaOptions, systemProperties);
    }

    ChildSettings withRequestTimeout(@Nullable Duration requestTimeout) {
        return new ChildSettings(
                maxChildren, requestsPerChild, requestTimeout, javaOptions, systemProperties);
    }

    ChildSettings withJavaOptions(List<String> javaOptions) {
        return new ChildSettings(
                maxChildren, requestsPerChild, requestTimeout, javaOptions, systemProperties);
    }

    ChildSettings withSystemProperties(List<String> systemProperties) {
        return new ChildSettings(
                maxChildren, requestsPerChild, requestTimeout, javaOptions, systemProperties);
    }
}
