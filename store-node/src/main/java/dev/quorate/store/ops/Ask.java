package dev.quorate.store.ops;

import dev.quorate.store.Bytes;
import io.netty.buffer.ByteBufUtil;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One HTTP request, as far as our pages look at it. */
public record Ask(
        String method, String path, Map<String, List<String>> query, String accept, String authorization, Bytes body) {
    static Ask of(FullHttpRequest request) {
        QueryStringDecoder decoder = new QueryStringDecoder(request.uri());
        return new Ask(
                request.method().name(),
                decoder.path(),
                decoder.parameters(),
                request.headers().get(HttpHeaderNames.ACCEPT, ""),
                request.headers().get(HttpHeaderNames.AUTHORIZATION, ""),
                Bytes.wrap(ByteBufUtil.getBytes(request.content())));
    }

    /** What could not be read. */
    static Ask nothing() {
        return new Ask("", "", Map.of(), "", "", Bytes.EMPTY);
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
