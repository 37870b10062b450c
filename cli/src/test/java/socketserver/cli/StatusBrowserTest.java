package socketserver.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import static socketserver.cli.Programs.needs;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;
import org.openqa.selenium.Dimension;
import org.openqa.selenium.Keys;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;

import java.io.IOException;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;

/// The status page in a browser, as far as the machine has one.
@Timeout(120)
class StatusBrowserTest {
    // Without a slash, so that it is a file's name, too.
    private static final String HOSTILE = "<img src=x onerror=window.harmed=1>";

    private static ChromeDriver browser;

    @BeforeAll
    static void open() {
        Path chromium = needs("chromium");
        Path driver = needs("chromedriver");
        ChromeOptions options = new ChromeOptions();
        options.setBinary(chromium.toFile());
        options.addArguments("--headless=new", "--no-sandbox", "--disable-dev-shm-usage");
        options.addArguments("--window-size=1280,1100");
        options.setCapability("goog:loggingPrefs", Map.of(LogType.BROWSER, "ALL"));
        // Selenium would look for another one, and fetch it.
        System.setProperty(ChromeDriverService.CHROME_DRIVER_EXE_PROPERTY, driver.toString());
        browser = new ChromeDriver(options);
    }

    @AfterAll
    static void close() {
        if (browser != null) {
            browser.quit();
        }
    }

    private static RunningCommand serve(String... more) throws IOException {
        List<String> args =
                new ArrayList<>(List.of("tcp://127.0.0.1:0", "--status", "127.0.0.1:0"));
        args.addAll(List.of(more));
        return RunningCommand.serve(1, args.toArray(String[]::new));
    }

    private static void open(String link) {
        // Another part behind the # alone would load nothing.
        browser.get("about:blank");
        var _ = complaints();
        browser.get(link);
    }

    private static void show(String link) {
        open(link);
        until("the page has its first values", () -> !text("#facts").isEmpty());
    }

    private static void until(String what, Callable<Boolean> condition) {
        await().alias(what).atMost(Duration.ofSeconds(20)).ignoreExceptions().until(condition);
    }

    private static WebElement find(String selector) {
        return browser.findElement(By.cssSelector(selector));
    }

    private static String text(String selector) {
        return find(selector).getText();
    }

    private static List<WebElement> rows() {
        return browser.findElements(By.cssSelector("#rows tr"));
    }

    private static WebElement limit(String name) {
        return find("#limits [name='" + name + "']");
    }

    private static void type(WebElement field, String text) {
        field.clear();
        field.sendKeys(text);
    }

    @Test
    void showsAConnectionAndClosesIt() throws Exception {
        try (var command = serve();
                var client = StatusClient.of(command);
                Socket kept = command.connect();
                Socket closed = command.connect()) {
            closed.getOutputStream().write("hello".getBytes(UTF_8));
            assertThat(closed.getInputStream().readNBytes(5)).hasSize(5);
            show(client.link());
            String name = "127.0.0.1:" + closed.getLocalPort();
            until("both connections are shown", () -> rows().size() == 2);
            assertThat(browser.getCurrentUrl()).doesNotContain("token");
            assertThat(text("#state")).isEqualTo("ready");
            assertThat(text("#rows")).contains(name, "127.0.0.1:" + kept.getLocalPort());

            find("#filter").sendKeys(name);
            until("one is left by the filter", () -> rows().size() == 1);
            assertThat(text("#rows")).contains(name, "reading", "5 B");
            find("#filter").sendKeys(Keys.chord(Keys.CONTROL, "a"), Keys.DELETE);
            until("both are shown again", () -> rows().size() == 2);

            // By keyboard, as everything.
            find("[aria-label='Close " + name + "']").sendKeys(Keys.ENTER);

            assertThat(closed.getInputStream().read()).isEqualTo(-1);
            until("it is gone", () -> rows().size() == 1);
            assertThat(text("#message")).matches("request \\d+ is closed");
            assertThat(browser.switchTo().activeElement()).isEqualTo(find("#rows button"));
            // The row is gone a moment before anybody is told why.
            until("it is counted", () -> text("#closed").contains("closed\n1"));
            kept.getOutputStream().write('x');
            assertThat(kept.getInputStream().read()).isEqualTo('x');
            assertThat(text("#charts")).contains("live 1", "taken", "p50", "p99");
            noComplaints();
        }
    }

    @Test
    void sortsByWhatIsAsked() throws Exception {
        try (var command = serve();
                var client = StatusClient.of(command);
                Socket first = command.connect();
                Socket second = command.connect()) {
            first.getOutputStream().write(new byte[3]);
            second.getOutputStream().write(new byte[7]);
            assertThat(first.getInputStream().readNBytes(3)).hasSize(3);
            assertThat(second.getInputStream().readNBytes(7)).hasSize(7);
            show(client.link());
            until("both connections are shown", () -> rows().size() == 2);
            WebElement in = find("#heads th[data-key=bytesIn] button");

            in.click();
            assertThat(in.findElement(By.xpath("..")).getDomAttribute("aria-sort"))
                    .isEqualTo("descending");
            assertThat(rows().getFirst().getText()).contains("7 B");
            in.click();
            assertThat(rows().getFirst().getText()).contains("3 B");
            noComplaints();
        }
    }

    @Test
    void changesALimitAndShowsWhyNot() throws Exception {
        try (var command = serve("--max-per-client", "5");
                var client = StatusClient.of(command)) {
            show(client.link());
            assertThat(limit("max-connections").getDomProperty("value")).isEqualTo("16384");
            assertThat(limit("max-per-client").getDomProperty("value")).isEqualTo("5");
            assertThat(find("#apply").isEnabled()).isFalse();

            type(limit("max-connections"), "100");
            type(limit("idle-timeout"), "5m");
            find("#apply").click();
            until("it is said", () -> text("#limits-message").startsWith("changed: "));
            assertThat(client.limit("max-connections")).isEqualTo("100");
            assertThat(client.limit("idle-timeout")).isEqualTo("5m");

            type(limit("max-connections"), "0");
            find("#apply").click();
            until("it is said", () -> text("#limits-message").startsWith("Nothing was changed: "));
            assertThat(text("#limits-message")).endsWith("maxConnections (0) must be positive");
            assertThat(text("#limits")).contains("in force: 100");
            assertThat(client.limit("max-connections")).isEqualTo("100");

            find("#reset").click();
            assertThat(limit("max-connections").getDomProperty("value")).isEqualTo("100");
            noComplaints(" 400 ");
        }
    }

    @Test
    void suspendsAndDrains() throws Exception {
        try (var command = serve("--drain", "1h");
                var client = StatusClient.of(command);
                Socket idle = command.connect()) {
            show(client.link());
            find("#suspend").click();
            until("it is suspended", () -> text("#state").equals("suspended"));
            find("#suspend").click();
            until("it is resumed", () -> text("#state").equals("ready"));

            find("#drain").click();
            assertThat(find("#drain-time").getDomProperty("value")).isEqualTo("1h");
            find("#drain-form button[value=cancel]").click();
            assertThat(find("#drain-dialog").isDisplayed()).isFalse();
            assertThat(client.status().get("draining").getAsBoolean()).isFalse();

            find("#drain").click();
            type(find("#drain-time"), "10s");
            find("#drain-form button[value=drain]").click();

            assertThat(idle.getInputStream().read()).isEqualTo(-1);
            assertThat(command.exitCode()).isZero();
            assertThat(command.err()).endsWith("stopped: 1 finished, 0 cut%n".formatted());
            until("the page says so", () -> text("#state").matches("stopped|no answer"));
            assertThat(find("#drain").isEnabled()).isFalse();
        }
    }

    @Test
    void asksForTheTokenAndShowsNothingWithout() throws Exception {
        String token = "<a token of words>".replace(' ', '-');
        try (var command = serve("--status-token", token);
                var client = StatusClient.of(command)) {
            open(client.link());
            until("it asks", () -> find("#login").isDisplayed());
            assertThat(find("#data").isDisplayed()).isFalse();
            assertThat(find("#suspend").isEnabled()).isFalse();

            find("#token").sendKeys("another one-----", Keys.ENTER);
            until("it says why", () -> text("#login-why").startsWith("the token is wrong"));
            find("#token").sendKeys(token, Keys.ENTER);
            until("it shows", () -> find("#data").isDisplayed());
            assertThat(find("#login").isDisplayed()).isFalse();
            browser.navigate().refresh();
            until("it remembers", () -> find("#data").isDisplayed());
            noComplaints(" 403 ");
        }
    }

    @Test
    void onlyShowsWithoutTheTokenThatWasPrinted() throws Exception {
        try (var command = serve();
                var client = StatusClient.of(command);
                Socket _ = command.connect()) {
            show(client.page().toString());
            until("the connection is shown", () -> rows().size() == 1);
            assertThat(find("#login").isDisplayed()).isTrue();
            assertThat(find("#rows button").isEnabled()).isFalse();
            assertThat(limit("max-connections").isEnabled()).isFalse();
            assertThat(find("#drain").isEnabled()).isFalse();
            noComplaints();
        }
    }

    @Test
    void showsAHostileNameAsText(@TempDir Path folder) throws Exception {
        Path server = folder.resolve("echo.sock");
        try (var command = RunningCommand.serve(1, "unix:" + server, "--status", "127.0.0.1:0");
                var client = StatusClient.of(command);
                var hostile = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            hostile.bind(UnixDomainSocketAddress.of(folder.resolve(HOSTILE)));
            hostile.connect(UnixDomainSocketAddress.of(server));
            showsAsText(client, folder + "/" + HOSTILE);
        }
    }

    @Test
    @EnabledOnOs(value = OS.LINUX, disabledReason = "there are no abstract names elsewhere")
    void showsAHostileAbstractNameAsText(@TempDir Path folder) throws Exception {
        Path python = needs("python3");
        Path server = folder.resolve("echo.sock");
        String script =
                """
                import socket, sys
                s = socket.socket(socket.AF_UNIX)
                s.bind('\\0' + sys.argv[2])
                s.connect(sys.argv[1])
                sys.stdin.read()
                """;
        try (var command =
                RunningCommand.serveOn("linux", 1, "unix:" + server, "--status", "127.0.0.1:0")) {
            // Turned around, and in other words of the page.
            String name = "\u202e</td><script>window.harmed=1</script>" + HOSTILE;
            Process hostile =
                    new ProcessBuilder(
                                    List.of(
                                            python.toString(),
                                            "-c",
                                            script,
                                            server.toString(),
                                            name))
                            .start();
            try (var client = StatusClient.of(command)) {
                showsAsText(client, name.replace("\u202e", "\\u{202e}"));
            } finally {
                hostile.destroyForcibly().waitFor();
            }
        }
    }

    private static void showsAsText(StatusClient client, String name) {
        show(client.link());
        until("the connection is shown", () -> rows().size() == 1);
        WebElement cell = find("#rows td.client");
        assertThat(cell.getDomProperty("textContent")).isEqualTo(name);
        assertThat(cell.getDomAttribute("title")).isEqualTo(name);
        assertThat(cell.findElements(By.cssSelector("*"))).isEmpty();
        assertThat(browser.findElements(By.tagName("img"))).isEmpty();
        assertThat(browser.executeScript("return window.harmed")).isNull();
        noComplaints();
    }

    /// Nothing was blocked by the policy, and no script has failed; refused requests the browser
    /// complains of, too.
    private static void noComplaints(String... expected) {
        assertThat(complaints())
                .filteredOn(line -> List.of(expected).stream().noneMatch(line::contains))
                .isEmpty();
    }

    /// {@return what the browser has complained of since this was called last}
    private static List<String> complaints() {
        return browser.manage().logs().get(LogType.BROWSER).getAll().stream()
                .map(LogEntry::getMessage)
                .toList();
    }

    @Test
    @Timeout(200)
    @EnabledIfSystemProperty(
            named = "screenshot",
            matches = "true",
            disabledReason = "the picture in docs/images is written by -Dscreenshot=true alone")
    void takesAPictureForTheDocumentation() throws Exception {
        try (var command =
                        RunningCommand.serve(
                                1, "tcp://127.0.0.1:0", "--status", "127.0.0.1:0", "--exposed");
                var client = StatusClient.of(command);
                var load = new Load(command)) {
            show(client.link());
            browser.manage().window().setSize(new Dimension(1280, 1500));
            await().atMost(Duration.ofSeconds(150))
                    .until(() -> load.lasts(Duration.ofSeconds(122)));
            Path picture = Path.of("../docs/images/status.png");
            Files.createDirectories(picture.getParent());
            Files.write(picture, browser.getScreenshotAs(OutputType.BYTES));
        }
    }

    /// Clients for the picture, some of which stay, while others come and go.
    private static final class Load implements AutoCloseable {
        private final RunningCommand command;
        private final long start = System.nanoTime();
        private volatile boolean ended;

        Load(RunningCommand command) {
            this.command = command;
            for (int i = 0; i < 9; i++) {
                long pause = 20 + 400L * i;
                int size = 10 << i;
                Thread.startVirtualThread(() -> talk(pause, size, Integer.MAX_VALUE));
            }
            for (int i = 0; i < 5; i++) {
                Thread.startVirtualThread(this::comeAndGo);
            }
        }

        boolean lasts(Duration time) {
            return System.nanoTime() - start > time.toNanos();
        }

        private void comeAndGo() {
            while (!ended) {
                double wave = 1 + Math.sin((System.nanoTime() - start) / 8e9);
                pause((long) (60 + 150 * wave));
                ThreadLocalRandom random = ThreadLocalRandom.current();
                talk(random.nextLong(1, 60), random.nextInt(1, 2000), random.nextInt(1, 8));
            }
        }

        private void talk(long pause, int size, int times) {
            try (Socket socket = command.connect()) {
                for (int i = 0; i < times && !ended; i++) {
                    socket.getOutputStream().write(new byte[size]);
                    socket.getInputStream().readNBytes(size);
                    pause(pause);
                }
            } catch (IOException ending) {
                // The command has ended.
            }
        }

        private static void pause(long millis) {
            LockSupport.parkNanos(millis * 1_000_000);
        }

        @Override
        public void close() {
            ended = true;
        }
    }
}
