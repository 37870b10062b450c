package socketserver.benchmark.report;

import socketserver.benchmark.race.Machine;

/// Where and with what it was measured, as a table in Markdown.
final class MachineTable {
    private MachineTable() {}

    /// {@return the table}
    ///
    /// @param peers whether the versions of the peers are in it
    static String of(Machine machine, boolean peers) {
        StringBuilder text = new StringBuilder("| | |\n|---|---|\n");
        add(text, "date", machine.date());
        add(text, "commit", machine.commit());
        add(text, "processor", machine.processor() + ", " + machine.cores() + " cores");
        add(text, "memory", machine.memory());
        add(text, "Linux", machine.kernel());
        add(text, "Java", machine.java());
        if (peers) {
            machine.versions().forEach((name, version) -> add(text, name, version));
        }
        return text.toString();
    }

    private static void add(StringBuilder text, String name, String value) {
        text.append("| %s | %s |\n".formatted(name, value));
    }
}
