package dev.quorate.store.api.gateway;

import java.util.ArrayList;
import java.util.List;

/** JSON objects one after the other, with nothing or white space between them: how a client says several things at once. */
final class JsonBodies {
    private JsonBodies() {}

    /** A rest that is no whole object comes last, for the parser to refuse. */
    static List<String> split(String text) {
        List<String> objects = new ArrayList<>();
        int begin = 0;
        int depth = 0;
        boolean quoted = false;
        for (int i = 0; i < text.length(); i++) {
            switch (text.charAt(i)) {
                case '"' -> quoted = !quoted;
                case '\\' -> i += quoted ? 1 : 0;
                case '{' -> depth += quoted ? 0 : 1;
                case '}' -> {
                    if (quoted || --depth != 0) break;
                    objects.add(text.substring(begin, i + 1));
                    begin = i + 1;
                }
                default -> {}
            }
        }
        String rest = text.substring(Math.min(begin, text.length()));
        if (!rest.isBlank()) objects.add(rest);
        return objects;
    }
}
