package socketserver.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import static socketserver.cli.Programs.needs;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.awaitility.core.ConditionTimeoutException;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// systemd as the first process of namespaces of its own, with the units of `deploy/systemd` and no
/// others, for the command as it was just built.
///
/// What it writes is in memory, and gone with it; the settings of the system (`/proc/sys`), some of
/// which it would change, it cannot write. It takes root, because it takes control groups.
final class Systemd implements AutoCloseable {
    private static final Path PROGRAM = Path.of("/lib/systemd/systemd");
    private static final String BOOTING = "booting";
    private static final String NAME = "socketserver.service";

    private static final String BOOT =
            """
            mount -t proc proc /proc
            mount --bind /proc/sys /proc/sys
            mount -o remount,bind,ro /proc/sys
            mount -t cgroup2 cgroup2 /sys/fs/cgroup
            mount -t tmpfs tmpfs /run
            mkdir /run/installed /run/jdk /run/generators
            cp -R "$1" /run/units
            mount --bind "$2" /run/installed
            mount --bind "$3" /run/jdk
            mount -t tmpfs tmpfs /var
            mount -t tmpfs tmpfs /tmp
            echo %s
            export container=unshare SYSTEMD_UNIT_PATH=/run/units SYSTEMD_GENERATOR_PATH=/run/generators
            exec %s --system --unit=sockets.target
            """
                    .formatted(BOOTING, PROGRAM);

    private final Path group;
    private final Process process;

    /// Boots, and waits until it listens on that port of the loopback interface.
    ///
    /// The test is skipped if there is no systemd, or it may not be started like that.
    Systemd(Path folder, int port) throws Exception {
        needs("unshare");
        needs("nsenter");
        needs("systemctl");
        assumeTrue(Files.isExecutable(PROGRAM), "systemd is not installed");
        assumeTrue(
                Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0),
                "systemd as the first process takes root");
        Path units = Files.createDirectory(folder.resolve("units"));
        writeUnits(units, port);
        group = groups().resolve("socketserver-test-" + ProcessHandle.current().pid());
        Files.createDirectory(group);
        List<String> command = new ArrayList<>();
        command.addAll(List.of("sh", "-ec", "echo $$ > $0/cgroup.procs; exec \"$@\""));
        command.add(group.toString());
        command.addAll(List.of("unshare", "--mount", "--pid", "--fork", "--kill-child"));
        command.addAll(List.of("--uts", "--ipc", "--cgroup", "sh", "-ec", BOOT, "sh"));
        command.addAll(List.of(units.toString(), Path.of("..").toRealPath().toString()));
        command.add(System.getProperty("java.home"));
        process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try {
            awaitBoot();
        } catch (Exception | Error failed) {
            close();
            throw failed;
        }
    }

    private static void writeUnits(Path folder, int port) throws IOException {
        // What units depend on by default.
        for (String name : List.of("sysinit", "basic", "shutdown")) {
            Files.writeString(folder.resolve(name + ".target"), "[Unit]\n");
        }
        Files.writeString(
                folder.resolve("sockets.target"), "[Unit]\nRequires=socketserver.socket\n");
        Path deploy = Path.of("../deploy/systemd");
        String service = Files.readString(deploy.resolve(NAME));
        assertThat(service).contains("/opt/socketserver/");
        Files.writeString(
                folder.resolve(NAME),
                service.replace("/opt/socketserver/", "/run/installed/")
                        + """

                        [Service]
                        WatchdogSec=5
                        Environment=JAVA_HOME=/run/jdk
                        StandardOutput=append:/run/said
                        StandardError=append:/run/said
                        """);
        Files.writeString(
                folder.resolve("socketserver.socket"),
                Files.readString(deploy.resolve("socketserver.socket"))
                        + """

                        [Socket]
                        ListenStream=
                        ListenStream=127.0.0.1:%d
                        """
                                .formatted(port));
    }

    private static Path groups() throws IOException {
        try (Stream<String> mounts = Files.lines(Path.of("/proc/self/mounts"))) {
            var unified =
                    mounts.map(line -> line.split(" "))
                            .filter(fields -> fields[2].equals("cgroup2"))
                            .map(fields -> Path.of(fields[1]))
                            .filter(Files::isWritable)
                            .findFirst();
            assumeTrue(unified.isPresent(), "there are no control groups of version 2");
            return unified.orElseThrow();
        }
    }

    private void awaitBoot() throws IOException, InterruptedException {
        BufferedReader out = process.inputReader(UTF_8);
        List<String> said = new ArrayList<>();
        do {
            String line = out.readLine();
            assumeTrue(line != null, "systemd may not be started here: " + said);
            said.add(line);
        } while (!said.getLast().equals(BOOTING));
        try {
            await().atMost(Duration.ofSeconds(20)).until(() -> ask("is-active", "sockets.target"));
        } catch (ConditionTimeoutException late) {
            assumeTrue(ask("list-units"), "systemd does not work here");
            throw late;
        }
    }

    private boolean ask(String... words) throws IOException, InterruptedException {
        return systemctl(words).waitFor() == 0;
    }

    private Process systemctl(String... words) throws IOException {
        return inside("systemctl", words);
    }

    private Process inside(String program, String... words) throws IOException {
        ProcessHandle first = process.children().findFirst().orElseThrow();
        List<String> command = new ArrayList<>();
        command.addAll(List.of("nsenter", "--target=" + first.pid(), "--mount", "--pid"));
        command.add(program);
        command.addAll(List.of(words));
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    /// Has systemd do something with the service, and waits until it says that it is done.
    void control(String... words) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(List.of(words));
        all.add(NAME);
        Process control = systemctl(all.toArray(String[]::new));
        String answer = text(control);
        assertThat(control.waitFor()).as("%s: %s %s", all, answer, said()).isZero();
    }

    /// {@return what systemd knows of the service}
    String property(String name) throws IOException {
        return systemctl("show", "--value", "--property=" + name, NAME)
                .inputReader(UTF_8)
                .readLine();
    }

    /// {@return what the service has written}
    String said() throws IOException {
        return text(inside("cat", "/run/said"));
    }

    private static String text(Process process) throws IOException {
        return new String(process.getInputStream().readAllBytes(), UTF_8);
    }

    @Override
    public void close() {
        // All that runs in its namespace is killed with it.
        process.destroyForcibly();
        await().atMost(Duration.ofSeconds(20))
                .ignoreExceptionsInstanceOf(IOException.class)
                .until(this::removesGroups);
    }

    private boolean removesGroups() throws IOException {
        try (Stream<Path> all = Files.walk(group)) {
            for (Path each : all.filter(Files::isDirectory).toList().reversed()) {
                Files.delete(each);
            }
        }
        return true;
    }
}
