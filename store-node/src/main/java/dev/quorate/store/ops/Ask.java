package dev.quorate.store.ops;

import io.netty.handler.codec.http.QueryStringDecoder;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One HTTP request, as far as our pages look at it. */
public record Ask(String method, String path, Map<String, List<String>> query, String accept) {
    static Ask of(String method, String uri, String accept) {
        QueryStringDecoder decoder = new QueryStringDecoder(uri);
        return new Ask(method, decoder.path(), decoder.parameters(), accept);
    }

    boolean has(String parameter) {
        return query.containsKey(parameter);
    }

    List<String> all(String parameter) {
        return query.getOrDefault(parameter, List.of());
    }

    Optional<String> first(String parameter) {
        return all(parameter).stream().findFirst();
    }
}
