package dev.quorate.e2e.kube.api;

import dev.quorate.e2e.kube.model.Refusal;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** Where the next page of a list starts: behind a key, at a revision (0 = now). */
record Continuation(String key, long revision) {
    static Continuation of(String token) {
        if (token.isEmpty()) return new Continuation("", 0);
        try {
            String text = new String(Base64.getUrlDecoder().decode(token), StandardCharsets.UTF_8);
            int space = text.indexOf(' ');
            return new Continuation(text.substring(space + 1), Long.parseLong(text.substring(0, space)));
        } catch (IllegalArgumentException | IndexOutOfBoundsException malformed) {
            throw Refusal.badRequest("continue key is not valid: " + token);
        }
    }

    String token() {
        byte[] text = (revision + " " + key).getBytes(StandardCharsets.UTF_8);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text);
    }
}
