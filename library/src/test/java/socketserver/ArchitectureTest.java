package socketserver;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.module.ModuleDescriptor;
import java.lang.reflect.Constructor;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.Member;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.lang.reflect.WildcardType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The packages know each other one way only, and what is exported names nothing that is hidden.
class ArchitectureTest {
    private static final Path CLASSES = Path.of("target", "classes");

    private static final Pattern EDGE =
            Pattern.compile("\\s+(socketserver[\\w.]*)\\s+-> (socketserver[\\w.]*)\\s.*");

    /// Which packages each may use.
    private static final Map<String, Set<String>> ALLOWED =
            Map.of(
                    "socketserver.request", Set.of(),
                    "socketserver.posix", Set.of(),
                    "socketserver.tls", Set.of(),
                    "socketserver.framing", Set.of("socketserver.request"),
                    "socketserver.transport", Set.of("socketserver.request", "socketserver.posix"),
                    "socketserver.concurrency",
                            Set.of(
                                    "socketserver.request",
                                    "socketserver.framing",
                                    "socketserver.posix",
                                    "socketserver.transport"),
                    "socketserver",
                            Set.of(
                                    "socketserver.request",
                                    "socketserver.framing",
                                    "socketserver.posix",
                                    "socketserver.tls",
                                    "socketserver.transport",
                                    "socketserver.concurrency"));

    /// {@return what the packages use, as jdeps finds it in the classes}
    private static Map<String, Set<String>> edges() {
        var out = new StringWriter();
        ToolProvider jdeps = ToolProvider.findFirst("jdeps").orElseThrow();
        int status =
                jdeps.run(
                        new PrintWriter(out),
                        new PrintWriter(out),
                        "-verbose:package",
                        "--ignore-missing-deps",
                        CLASSES.toString());
        assertThat(status).as(out.toString()).isZero();
        Map<String, Set<String>> edges = new TreeMap<>();
        out.toString()
                .lines()
                .map(EDGE::matcher)
                .filter(java.util.regex.Matcher::matches)
                .forEach(
                        edge ->
                                edges.computeIfAbsent(edge.group(1), _ -> new TreeSet<>())
                                        .add(edge.group(2)));
        return edges;
    }

    @Test
    void packagesUseEachOtherOneWayOnly() {
        Map<String, Set<String>> edges = edges();
        assertThat(edges).containsKey("socketserver");
        edges.forEach(
                (from, to) ->
                        assertThat(ALLOWED)
                                .as("package %s is new: say here what it may use", from)
                                .containsKey(from));
        edges.forEach(
                (from, to) -> assertThat(ALLOWED.get(from)).as("used by %s", from).containsAll(to));
    }

    @Test
    void exportsNeitherTransportNorPosix() throws Exception {
        assertThat(exports()).doesNotContain("socketserver.transport", "socketserver.posix");
        assertThat(exports())
                .contains("socketserver", "socketserver.request", "socketserver.concurrency");
    }

    /// {@return the packages that the module exports to everybody}
    private static Set<String> exports() throws Exception {
        try (var descriptor = Files.newInputStream(CLASSES.resolve("module-info.class"))) {
            return ModuleDescriptor.read(descriptor).exports().stream()
                    .filter(export -> !export.isQualified())
                    .map(ModuleDescriptor.Exports::source)
                    .collect(Collectors.toSet());
        }
    }

    /// {@return the types that a program can name: public, also inside others, in what is exported}
    static Set<Class<?>> exportedTypes() throws Exception {
        Set<Class<?>> types = new HashSet<>();
        for (String name : exports()) {
            Path folder = CLASSES.resolve(name.replace('.', '/'));
            try (Stream<Path> files = Files.list(folder)) {
                for (Path file : files.toList()) {
                    String simple = file.getFileName().toString();
                    if (simple.endsWith(".class") && !simple.equals("package-info.class")) {
                        String binary = simple.substring(0, simple.length() - 6);
                        Class<?> type =
                                Class.forName(
                                        name + "." + binary,
                                        false,
                                        ArchitectureTest.class.getClassLoader());
                        if (isExported(type)) {
                            types.add(type);
                        }
                    }
                }
            }
        }
        return types;
    }

    private static boolean isExported(Class<?> type) {
        for (Class<?> outer = type; outer != null; outer = outer.getEnclosingClass()) {
            if (!isVisible(outer.getModifiers()) || outer.isAnonymousClass()) {
                return false;
            }
        }
        return true;
    }

    private static boolean isVisible(int modifiers) {
        return Modifier.isPublic(modifiers) || Modifier.isProtected(modifiers);
    }

    @Test
    void whatIsExportedNamesOnlyWhatIsExported() throws Exception {
        Set<Class<?>> exported = exportedTypes();
        assertThat(exported).contains(TcpServer.class).doesNotContain(ServingLoop.class);
        Set<String> hidden = new TreeSet<>();
        for (Class<?> type : exported) {
            for (Type named : namedBy(type)) {
                for (Class<?> part : parts(named, new HashSet<>())) {
                    if (part.getName().startsWith("socketserver") && !exported.contains(part)) {
                        hidden.add(type.getName() + " names " + part.getName());
                    }
                }
            }
        }
        assertThat(hidden).isEmpty();
    }

    /// {@return all types in the signatures of a type and of its members that programs see}
    private static List<Type> namedBy(Class<?> type) {
        Stream<Type> parents =
                Stream.concat(
                        Stream.ofNullable(type.getGenericSuperclass()),
                        Arrays.stream(type.getGenericInterfaces()));
        Stream<Type> fields =
                Arrays.stream(type.getDeclaredFields())
                        .filter(ArchitectureTest::isSeen)
                        .map(field -> field.getGenericType());
        Stream<Type> methods =
                Arrays.stream(type.getDeclaredMethods())
                        .filter(ArchitectureTest::isSeen)
                        .flatMap(ArchitectureTest::signature);
        Stream<Type> constructors =
                Arrays.stream(type.getDeclaredConstructors())
                        .filter(ArchitectureTest::isSeen)
                        .flatMap(ArchitectureTest::signature);
        Stream<Type> variables = Arrays.stream(type.getTypeParameters());
        return Stream.of(parents, fields, methods, constructors, variables)
                .flatMap(all -> all)
                .toList();
    }

    private static boolean isSeen(Member member) {
        return isVisible(member.getModifiers()) && !member.isSynthetic();
    }

    private static Stream<Type> signature(Method method) {
        return Stream.of(
                        Stream.of(method.getGenericReturnType()),
                        Arrays.stream(method.getGenericParameterTypes()),
                        Arrays.stream(method.getGenericExceptionTypes()),
                        Arrays.<Type>stream(method.getTypeParameters()))
                .flatMap(all -> all);
    }

    private static Stream<Type> signature(Constructor<?> constructor) {
        return Stream.concat(
                Arrays.stream(constructor.getGenericParameterTypes()),
                Arrays.stream(constructor.getGenericExceptionTypes()));
    }

    /// {@return the classes that a type is made of, with its arguments and bounds}
    private static Set<Class<?>> parts(Type type, Set<Type> seen) {
        if (!seen.add(type)) {
            return Set.of();
        }
        return switch (type) {
            case Class<?> plain when plain.isArray() -> parts(plain.getComponentType(), seen);
            case Class<?> plain -> Set.of(plain);
            case ParameterizedType generic ->
                    parts(
                            Stream.concat(
                                    Stream.of(generic.getRawType()),
                                    Arrays.stream(generic.getActualTypeArguments())),
                            seen);
            case GenericArrayType array -> parts(array.getGenericComponentType(), seen);
            case TypeVariable<?> variable -> parts(Arrays.stream(variable.getBounds()), seen);
            case WildcardType wildcard ->
                    parts(
                            Stream.concat(
                                    Arrays.stream(wildcard.getUpperBounds()),
                                    Arrays.stream(wildcard.getLowerBounds())),
                            seen);
            default -> throw new IllegalArgumentException("unknown kind of type: " + type);
        };
    }

    private static Set<Class<?>> parts(Stream<? extends Type> types, Set<Type> seen) {
        return types.flatMap(part -> parts(part, seen).stream()).collect(Collectors.toSet());
    }
}
