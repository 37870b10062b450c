import module java.base;

/// Writes the classes of a jar anew, with the version of this Java and stack maps.
///
/// The JVM does not take classes older than Java 6 into its AOT cache, and picocli's are of Java 5:
/// the command would load and verify 150 of them at each start, a third of the time that it takes.
void main(String[] args) throws IOException {
    var jar = Path.of(args[0]);
    var modern = Path.of(args[0] + ".modern");
    try (var from = new ZipFile(jar.toFile());
            var to = new ZipOutputStream(Files.newOutputStream(modern))) {
        for (var entry : Collections.list(from.entries())) {
            var bytes = from.getInputStream(entry).readAllBytes();
            var copy = new ZipEntry(entry.getName());
            copy.setTimeLocal(entry.getTimeLocal());
            to.putNextEntry(copy);
            to.write(entry.getName().endsWith(".class") ? modern(bytes, from) : bytes);
            to.closeEntry();
        }
    }
    Files.move(modern, jar, StandardCopyOption.REPLACE_EXISTING);
}

byte[] modern(byte[] bytes, ZipFile jar) {
    var hierarchy =
            ClassHierarchyResolver.ofResourceParsing(type -> classFile(type, jar))
                    .orElse(ClassHierarchyResolver.defaultResolver());
    var writer =
            ClassFile.of(
                    ClassFile.StackMapsOption.GENERATE_STACK_MAPS,
                    ClassFile.ClassHierarchyResolverOption.of(hierarchy));
    var model = writer.parse(bytes);
    if (model.majorVersion() >= ClassFile.JAVA_7_VERSION) {
        return bytes;
    }
    ClassTransform version =
            (builder, element) -> {
                if (element instanceof ClassFileVersion) {
                    builder.withVersion(ClassFile.latestMajorVersion(), 0);
                } else {
                    builder.with(element);
                }
            };
    // A body that is copied as it is would get no stack maps.
    var bodies =
            ClassTransform.transformingMethodBodies((builder, element) -> builder.with(element));
    return writer.transformClass(model, version.andThen(bodies));
}

InputStream classFile(ClassDesc type, ZipFile jar) {
    var name = type.descriptorString();
    var entry = jar.getEntry(name.substring(1, name.length() - 1) + ".class");
    try {
        return entry == null ? null : jar.getInputStream(entry);
    } catch (IOException failed) {
        throw new UncheckedIOException(failed);
    }
}
