package dev.quorate.e2e.kube.api;

import com.fasterxml.jackson.databind.JsonNode;
import dev.quorate.e2e.kube.model.Json;
import java.io.IOException;
import java.io.OutputStream;

/** The answer to a request: a whole body, or a stream that goes on. */
sealed interface Reply {
    record Body(int code, String contentType, String text) implements Reply {}

    record Stream(String contentType, Writing writing) implements Reply {}

    /** Writes a stream until it ends or the client has gone, which shows as an IOException. */
    interface Writing {
        void to(OutputStream out) throws IOException, InterruptedException;
    }

    static Reply json(JsonNode tree) {
        return json(200, tree);
    }

    static Reply json(int code, JsonNode tree) {
        return new Body(code, "application/json", Json.text(tree));
    }

    static Reply text(String text) {
        return new Body(200, "text/plain", text);
    }
}
