/// Checks that every Java source is in the style of google-java-format (AOSP); with the argument
/// `apply`, rewrites those that are not. Maven runs it, from the project's directory.
void main(String[] args) throws IOException {
    var apply = args.length > 0 && args[0].equals("apply");
    var command = new ArrayList<>(List.of("--aosp"));
    command.addAll(apply ? List.of("--replace") : List.of("--dry-run", "--set-exit-if-changed"));
    command.add(".mvn/Format.java");
    try (var entries = Files.list(Path.of(""))) {
        for (var source : entries.map(entry -> entry.resolve("src")).toList()) {
            if (Files.isDirectory(source)) {
                try (var files = Files.walk(source)) {
                    files.map(Path::toString)
                            .filter(file -> file.endsWith(".java"))
                            .forEach(command::add);
                }
            }
        }
    }
    var formatter = ToolProvider.findFirst("google-java-format").orElseThrow();
    var status = formatter.run(System.out, System.err, command.toArray(String[]::new));
    if (status != 0 && !apply) {
        System.err.println("not in the project's format, see above: run ./format");
    }
    System.exit(status);
}
