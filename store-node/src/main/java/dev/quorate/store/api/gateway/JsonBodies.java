package dev.quorate.store.api.gateway;

import java.util.Optional;

/** JSON objects one after the other, with nothing or white space between them: how a client says several things at once. */
final class JsonBodies {
    private final String text;
    private int at;

    JsonBodies(String text) {
        this.text = text;
    }

    /** The next one; what is no whole object comes last, for the parser to refuse. */
    Optional<String> next() {
        int begin = at;
        int depth = 0;
        boolean quoted = false;
        while (at < text.length()) {
            char c = text.charAt(at++);
            if (quoted) {
                if (c == '\\') at++;
                quoted = c != '"';
            } else if (c == '"') quoted = true;
            else if (c == '{') depth++;
            else if (c == '}' && --depth == 0) return Optional.of(text.substring(begin, at));
        }
        at = text.length();
        String rest = text.substring(Math.min(begin, at));
        return rest.isBlank() ? Optional.empty() : Optional.of(rest);
    }
}
