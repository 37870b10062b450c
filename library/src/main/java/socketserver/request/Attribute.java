package socketserver.request;

/// The typed key of a value that a program attaches to a request.
///
/// Two keys are equal only if they are the same object; keep one in a constant:
///
/// {@snippet class="socketserver.SnippetsTest" region="attribute"}
///
/// @param <T> the type of the value
@SuppressWarnings(
        "UnusedTypeParameter") // it types the values of the request that the key stands for
public final class Attribute<T> {
    private final String name;

    private Attribute(String name) {
        this.name = name;
    }

    /// {@return a new key}
    ///
    /// @param name what `toString` shows
    public static <T> Attribute<T> named(String name) {
        return new Attribute<>(name);
    }

    @Override
    public String toString() {
        return name;
    }
}
