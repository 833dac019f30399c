package dev.quorate.store.codec;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The little JSON that descriptions of members need, in the log and beside it: objects, lists, texts, whole numbers and booleans. */
public final class Json {
    private final String text;
    private int at;

    private Json(String text) {
        this.text = text;
    }

    /** A Map, List, String, Long or Boolean; empty text for null. */
    public static Object read(String text) {
        Json json = new Json(text);
        Object value = json.value();
        json.space();
        if (json.at != text.length()) throw json.broken();
        return value;
    }

    public static String quote(String text) {
        StringBuilder out = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') out.append('\\').append(c);
            else if (c < 0x20) out.append(String.format("\\u%04x", (int) c));
            else out.append(c);
        }
        return out.append('"').toString();
    }

    public static String quote(List<String> texts) {
        return "[" + String.join(",", texts.stream().map(Json::quote).toList()) + "]";
    }

    private Object value() {
        space();
        char c = peek();
        if (c == '{') return object();
        if (c == '[') return list();
        if (c == '"') return string();
        int from = at;
        while (at < text.length() && ",]} \n\r\t".indexOf(text.charAt(at)) < 0) at++;
        String word = text.substring(from, at);
        return switch (word) {
            case "true" -> true;
            case "false" -> false;
            case "null" -> "";
            default -> {
                if (!word.matches("-?\\d{1,20}")) throw broken();
                yield word.startsWith("-") ? Long.parseLong(word) : Long.parseUnsignedLong(word);
            }
        };
    }

    private Map<String, Object> object() {
        Map<String, Object> fields = new TreeMap<>();
        expect('{');
        while (!next('}')) {
            if (!fields.isEmpty()) expect(',');
            space();
            String name = string();
            expect(':');
            fields.put(name, value());
        }
        return fields;
    }

    private List<Object> list() {
        List<Object> items = new ArrayList<>();
        expect('[');
        while (!next(']')) {
            if (!items.isEmpty()) expect(',');
            items.add(value());
        }
        return items;
    }

    private String string() {
        expect('"');
        StringBuilder out = new StringBuilder();
        while (true) {
            char c = peek();
            at++;
            if (c == '"') return out.toString();
            if (c != '\\') {
                out.append(c);
                continue;
            }
            char escaped = peek();
            at++;
            switch (escaped) {
                case 'n' -> out.append('\n');
                case 't' -> out.append('\t');
                case 'r' -> out.append('\r');
                case 'b' -> out.append('\b');
                case 'f' -> out.append('\f');
                case 'u' -> {
                    if (at + 4 > text.length()) throw broken();
                    out.append((char) Integer.parseInt(text.substring(at, at + 4), 16));
                    at += 4;
                }
                default -> out.append(escaped);
            }
        }
    }

    private boolean next(char wanted) {
        space();
        if (peek() != wanted) return false;
        at++;
        return true;
    }

    private void expect(char wanted) {
        space();
        if (peek() != wanted) throw broken();
        at++;
    }

    private char peek() {
        if (at >= text.length()) throw broken();
        return text.charAt(at);
    }

    private void space() {
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) at++;
    }

    private IllegalArgumentException broken() {
        return new IllegalArgumentException("not JSON at " + at + ": " + text);
    }
}
