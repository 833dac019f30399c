package dev.quorate.store.ops;

import dev.quorate.store.Bytes;
import java.util.Map;
import java.util.Optional;

/**
 * One HTTP answer.
 *
 * @param rest what follows the body as it comes; nothing if the body is all
 */
public record Page(int status, String contentType, Map<String, String> headers, Bytes body, Optional<PageStream> rest) {
    private static final String PLAIN = "text/plain; charset=utf-8";
    private static final Map<String, String> NO_SNIFF = Map.of("X-Content-Type-Options", "nosniff");

    public Page(int status, String contentType, Map<String, String> headers, Bytes body) {
        this(status, contentType, headers, body, Optional.empty());
    }

    /** Text that a browser must not take for anything else; all errors look like this. */
    static Page text(int status, String text) {
        return new Page(status, PLAIN, NO_SNIFF, Bytes.utf8(text));
    }

    static Page plain(int status, String text) {
        return new Page(status, PLAIN, Map.of(), Bytes.utf8(text));
    }

    static Page json(String text) {
        return new Page(200, "application/json", Map.of(), Bytes.utf8(text));
    }

    static Page empty() {
        return new Page(200, "", Map.of(), Bytes.EMPTY);
    }

    static Page notFound() {
        return text(404, "404 page not found\n");
    }

    static Page onlyGet() {
        return new Page(
                405,
                PLAIN,
                Map.of("Allow", "GET", "X-Content-Type-Options", "nosniff"),
                Bytes.utf8("Method Not Allowed\n"));
    }
}
