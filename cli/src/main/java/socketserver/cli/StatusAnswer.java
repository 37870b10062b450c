package socketserver.cli;

import com.google.gson.JsonObject;

import java.util.Map;

/// An answer of the status page.
///
/// @param code the status code of HTTP
/// @param type the type of what follows
/// @param headers those that only some answers have
/// @param then what is done once it was sent
record StatusAnswer(
        int code, String type, String body, Map<String, String> headers, Runnable then) {
    private static final String TEXT = "text/plain; charset=utf-8";
    private static final String JSON = "application/json";

    private StatusAnswer(int code, String type, String body) {
        this(code, type, body, Map.of(), () -> {});
    }

    static StatusAnswer of(String type, String body) {
        return new StatusAnswer(200, type, body);
    }

    static StatusAnswer text(int code, String text) {
        return new StatusAnswer(code, TEXT, text + "\n");
    }

    static StatusAnswer json(JsonObject object) {
        return json(200, object);
    }

    private static StatusAnswer json(int code, JsonObject object) {
        return new StatusAnswer(code, JSON, object.toString());
    }

    /// {@return the answer to a change, which says what was done}
    static StatusAnswer done(String what) {
        JsonObject object = new JsonObject();
        object.addProperty("done", what);
        return json(object);
    }

    /// {@return the answer to who does not get what he asks for, which says why}
    static StatusAnswer refusal(StatusRefusal refusal) {
        JsonObject object = new JsonObject();
        object.addProperty("error", refusal.getMessage());
        return json(refusal.code(), object);
    }

    StatusAnswer with(String header, String value) {
        return new StatusAnswer(code, type, body, Map.of(header, value), then);
    }

    StatusAnswer then(Runnable then) {
        return new StatusAnswer(code, type, body, headers, then);
    }
}
