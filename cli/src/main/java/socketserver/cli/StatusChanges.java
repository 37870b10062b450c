package socketserver.cli;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;

import socketserver.LiveRequest;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/// What can be changed by the status page.
final class StatusChanges {
    /// The paths that are asked for a change.
    static final Set<String> PATHS = Set.of("/close", "/limits", "/suspend", "/resume", "/drain");

    private final StatusSource source;
    private final CompletableFuture<Duration> drain = new CompletableFuture<>();

    StatusChanges(StatusSource source) {
        this.source = source;
    }

    /// {@return what is completed by the wish for a drain, with the time for it}
    CompletableFuture<Duration> drain() {
        return drain;
    }

    /// Makes a change.
    ///
    /// @param path one of [#PATHS]
    /// @throws StatusRefusal if it cannot be; nothing is changed then
    StatusAnswer make(String path, JsonObject body) throws StatusRefusal {
        try {
            return switch (path) {
                case "/close" -> close(body);
                case "/limits" -> limits(body);
                case "/suspend" -> suspend();
                case "/resume" -> resume();
                default -> drain(body);
            };
        } catch (WrongArgumentException | IllegalArgumentException wrong) {
            throw new StatusRefusal(400, String.valueOf(wrong.getMessage()));
        } catch (IllegalStateException impossible) {
            throw new StatusRefusal(409, String.valueOf(impossible.getMessage()));
        }
    }

    private StatusAnswer close(JsonObject body) throws StatusRefusal {
        String id = text(body, "id");
        for (StatusSource.One one : source.all()) {
            for (LiveRequest request : one.live()) {
                if (Long.toString(request.request().id()).equals(id)) {
                    request.close();
                    return StatusAnswer.done("request %s is closed".formatted(id));
                }
            }
        }
        throw new StatusRefusal(404, "request (%s) is not live any more".formatted(id));
    }

    private StatusAnswer limits(JsonObject body) throws StatusRefusal, WrongArgumentException {
        Map<String, String> texts = new LinkedHashMap<>();
        for (String name : body.keySet()) {
            texts.put(name, text(body, name));
        }
        if (texts.isEmpty()) {
            throw new StatusRefusal(400, "no limit was given: send those that change by name");
        }
        source.change(StatusLimits.to(texts));
        return StatusAnswer.done("changed: " + String.join(", ", texts.keySet()));
    }

    private StatusAnswer suspend() {
        source.suspend();
        return StatusAnswer.done("suspended: new clients wait");
    }

    private StatusAnswer resume() {
        source.resume();
        return StatusAnswer.done("resumed");
    }

    private StatusAnswer drain(JsonObject body) throws StatusRefusal, WrongArgumentException {
        Duration time = DurationText.parse("time", text(body, "time"));
        if (source.isDraining() || drain.isDone()) {
            throw new StatusRefusal(409, "the servers drain already: a signal cuts");
        }
        // The answer has to be out before the command ends.
        return StatusAnswer.done("draining, at most " + DurationText.exact(time))
                .then(() -> drain.complete(time));
    }

    private static String text(JsonObject body, String name) throws StatusRefusal {
        JsonElement value = body.get(name);
        if (value == null || !value.isJsonPrimitive()) {
            throw new StatusRefusal(400, "%s must be a text or a number".formatted(name));
        }
        return value.getAsString();
    }
}
