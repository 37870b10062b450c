package socketserver.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import static socketserver.cli.RunningCommand.freePort;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;

import io.kubernetes.client.openapi.JSON;
import io.kubernetes.client.openapi.models.V1Deployment;
import io.kubernetes.client.openapi.models.V1PodDisruptionBudget;
import io.kubernetes.client.openapi.models.V1Service;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

import java.io.IOException;
import java.io.Reader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The manifest of `deploy/kubernetes`, and the command as it starts it.
@Timeout(60)
class KubernetesTest {
    private static final Path MANIFEST = Path.of("../deploy/kubernetes/socketserver.yaml");
    private static final String TOKEN = "0123456789abcdef";
    // What a handler that was cut gets, and the JVM for its end.
    private static final Duration RESERVE = Duration.ofSeconds(5);

    private static final Map<String, Class<?>> KINDS =
            Map.of(
                    "Deployment",
                    V1Deployment.class,
                    "Service",
                    V1Service.class,
                    "PodDisruptionBudget",
                    V1PodDisruptionBudget.class);

    private final Map<String, JsonObject> objects = new HashMap<>();
    private final Map<String, Integer> ports = new HashMap<>();
    private JsonObject pod;
    private JsonObject container;
    private List<String> arguments;

    @BeforeEach
    void read() throws IOException {
        Yaml yaml = new Yaml(new SafeConstructor(new LoaderOptions()));
        try (Reader reader = Files.newBufferedReader(MANIFEST)) {
            for (Object object : yaml.loadAll(reader)) {
                JsonObject json = new Gson().toJsonTree(object).getAsJsonObject();
                objects.put(json.get("kind").getAsString(), json);
            }
        }
        pod = at(objects.get("Deployment"), "spec", "template", "spec").getAsJsonObject();
        container = pod.getAsJsonArray("containers").get(0).getAsJsonObject();
        arguments = texts(container.get("args"));
        for (JsonElement port : container.getAsJsonArray("ports")) {
            ports.put(at(port, "name").getAsString(), at(port, "containerPort").getAsInt());
        }
    }

    private static JsonElement at(JsonElement object, String... names) {
        JsonElement found = object;
        for (String name : names) {
            assertThat(found.getAsJsonObject().keySet()).contains(name);
            found = found.getAsJsonObject().get(name);
        }
        return found;
    }

    private static List<String> texts(JsonElement array) {
        return array.getAsJsonArray().asList().stream().map(JsonElement::getAsString).toList();
    }

    private Duration option(String name) throws WrongArgumentException {
        return DurationText.parse(name, arguments.get(arguments.indexOf(name) + 1));
    }

    @Test
    void aPodMayTakeAsLongAsItsEndDoes() throws WrongArgumentException {
        List<String> preStop = texts(at(container, "lifecycle", "preStop", "exec", "command"));
        assertThat(preStop).first().isEqualTo("sleep");
        Duration end =
                Duration.ofSeconds(Long.parseLong(preStop.get(1)))
                        .plus(option("--drain"))
                        .plus(RESERVE);

        assertThat(option("--unready")).isPositive().isLessThan(option("--drain"));
        assertThat(Duration.ofSeconds(at(pod, "terminationGracePeriodSeconds").getAsLong()))
                .isGreaterThanOrEqualTo(end);
    }

    @Test
    void aPodThatIsNotReadyIsSeenWhileItTakesClients() throws WrongArgumentException {
        JsonElement probe = container.get("readinessProbe");
        Duration noticed =
                Duration.ofSeconds(at(probe, "periodSeconds").getAsLong())
                        .multipliedBy(at(probe, "failureThreshold").getAsLong());

        assertThat(noticed).isLessThan(option("--unready"));
    }

    @Test
    void allMeanTheSamePods() {
        JsonObject deployment = objects.get("Deployment");
        JsonElement labels = at(deployment, "spec", "template", "metadata", "labels");

        assertThat(at(deployment, "spec", "selector", "matchLabels")).isEqualTo(labels);
        assertThat(at(objects.get("Service"), "spec", "selector")).isEqualTo(labels);
        assertThat(at(objects.get("PodDisruptionBudget"), "spec", "selector", "matchLabels"))
                .isEqualTo(labels);
        assertThat(at(objects.get("PodDisruptionBudget"), "spec", "maxUnavailable").getAsInt())
                .isLessThan(at(deployment, "spec", "replicas").getAsInt());
        for (JsonElement port : at(objects.get("Service"), "spec", "ports").getAsJsonArray()) {
            assertThat(ports).containsKey(at(port, "targetPort").getAsString());
        }
    }

    @Test
    void thePodMayDoLittle() {
        assertThat(at(pod, "securityContext", "runAsNonRoot").getAsBoolean()).isTrue();
        assertThat(at(pod, "securityContext", "runAsUser").getAsInt()).isPositive();
        JsonElement context = container.get("securityContext");
        assertThat(at(context, "readOnlyRootFilesystem").getAsBoolean()).isTrue();
        assertThat(at(context, "allowPrivilegeEscalation").getAsBoolean()).isFalse();
        assertThat(texts(at(context, "capabilities", "drop"))).containsExactly("ALL");
        assertThat(at(container, "resources", "limits").getAsJsonObject().keySet())
                .contains("memory");
        List<String> volumes =
                pod.getAsJsonArray("volumes").asList().stream()
                        .map(volume -> at(volume, "name").getAsString())
                        .toList();
        for (JsonElement mount : container.getAsJsonArray("volumeMounts")) {
            assertThat(volumes).contains(at(mount, "name").getAsString());
        }
    }

    @Test
    void theCommandAnswersTheProbesUntilItsEnd() throws Exception {
        Map<String, Integer> here = new HashMap<>();
        for (String port : ports.keySet()) {
            here.put(port, freePort());
        }
        try (var command = RunningCommand.serve(1, commandLine(here));
                var client = new Socket(InetAddress.getLoopbackAddress(), here.get("clients"))) {
            client.setSoTimeout(20_000);
            for (String probe : List.of("startupProbe", "readinessProbe", "livenessProbe")) {
                await().untilAsserted(() -> assertThat(ask(probe, here)).contains(" 200 "));
            }
            assertThat(echo(client)).isEqualTo("hello");
            command.terminate();

            await().untilAsserted(() -> assertThat(ask("readinessProbe", here)).contains(" 503 "));
            assertThat(ask("livenessProbe", here)).contains(" 200 ");
            // Those whom a load balancer still sends are served.
            try (var late = new Socket(InetAddress.getLoopbackAddress(), here.get("clients"))) {
                late.setSoTimeout(20_000);
                assertThat(echo(late)).isEqualTo("hello");
            }
            assertThat(echo(client)).isEqualTo("hello");
            // It waits between two messages: the drain ends it.
            assertThat(client.getInputStream().read()).isNegative();
            assertThat(command.exitCode()).isZero();
        }
    }

    /// {@return the arguments, with what Kubernetes puts in, and ports that are free here}
    private String[] commandLine(Map<String, Integer> here) {
        Map<String, String> values = new HashMap<>();
        container
                .getAsJsonArray("env")
                .forEach(each -> values.put("$(" + at(each, "name").getAsString() + ")", TOKEN));
        ports.forEach((name, port) -> values.put(":" + port, ":" + here.get(name)));
        List<String> line = new ArrayList<>();
        for (String argument : arguments) {
            String put = argument;
            for (var value : values.entrySet()) {
                put = put.replace(value.getKey(), value.getValue());
            }
            line.add(put);
        }
        assertThat(line.removeFirst()).isEqualTo("serve");
        return line.toArray(String[]::new);
    }

    /// {@return the first line of what a probe gets, by an address that the command does not know}
    private String ask(String probe, Map<String, Integer> here) throws IOException {
        JsonElement get = at(container, probe, "httpGet");
        int port = here.get(at(get, "port").getAsString());
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream()
                    .write(
                            "GET %s HTTP/1.1\r\nHost: 192.0.2.1:%d\r\nConnection: close\r\n\r\n"
                                    .formatted(at(get, "path").getAsString(), port)
                                    .getBytes(UTF_8));
            return new String(socket.getInputStream().readAllBytes(), UTF_8)
                    .lines()
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static String echo(Socket client) throws IOException {
        client.getOutputStream().write("hello".getBytes(UTF_8));
        return new String(client.getInputStream().readNBytes("hello".length()), UTF_8);
    }

    /// By the types of Kubernetes' own client, which know no field but those of its interface.
    @Test
    void kubernetesKnowsWhatItSays() {
        assertThat(objects.keySet()).isEqualTo(KINDS.keySet());
        KINDS.keySet().forEach(this::check);
    }

    private void check(String kind) {
        JSON.deserialize(objects.get(kind).toString(), KINDS.get(kind));
    }

    @Test
    void kubernetesDoesNotKnowWhatIsMisspelt() {
        container.addProperty("readynessProbe", "");

        assertThatThrownBy(() -> check("Deployment")).hasMessageContaining("readynessProbe");
    }
}
