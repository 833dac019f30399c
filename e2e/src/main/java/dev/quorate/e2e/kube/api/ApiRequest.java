package dev.quorate.e2e.kube.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import dev.quorate.e2e.kube.apply.ManagedFields;
import dev.quorate.e2e.kube.model.Json;
import dev.quorate.e2e.kube.model.Kind;
import dev.quorate.e2e.kube.model.Refusal;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One HTTP request, read as far as every operation needs it. */
public record ApiRequest(
        String method,
        List<String> path,
        Map<String, String> query,
        String accept,
        String contentType,
        String agent,
        String body) {
    private static final String PROTOBUF = "application/vnd.kubernetes.protobuf";

    static ApiRequest read(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        List<String> parts = List.of(path.split("/", -1)).stream()
                .filter(part -> !part.isEmpty())
                .toList();
        String contentType = header(exchange, "Content-Type");
        byte[] body = exchange.getRequestBody().readAllBytes();
        boolean protobuf = contentType.startsWith(PROTOBUF) && body.length > 0;
        return new ApiRequest(
                exchange.getRequestMethod(),
                parts,
                query(exchange.getRequestURI().getRawQuery()),
                header(exchange, "Accept"),
                contentType,
                header(exchange, "User-Agent"),
                protobuf ? Json.text(ProtobufBody.read(body)) : new String(body, StandardCharsets.UTF_8));
    }

    private static String header(HttpExchange exchange, String name) {
        return Optional.ofNullable(exchange.getRequestHeaders().getFirst(name)).orElse("");
    }

    private static Map<String, String> query(String raw) {
        Map<String, String> query = new HashMap<>();
        if (raw == null) return query;
        for (String pair : raw.split("&", -1)) {
            int equals = pair.indexOf('=');
            String name = equals < 0 ? pair : pair.substring(0, equals);
            String value = equals < 0 ? "" : pair.substring(equals + 1);
            query.putIfAbsent(decoded(name), decoded(value));
        }
        return query;
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }

    public String parameter(String name) {
        return query.getOrDefault(name, "");
    }

    public boolean flag(String name) {
        String value = parameter(name);
        return value.equals("true") || value.equals("1");
    }

    public long number(String name, long otherwise) {
        String value = parameter(name);
        if (value.isEmpty()) return otherwise;
        try {
            return Long.parseLong(value);
        } catch (NumberFormatException malformed) {
            throw Refusal.badRequest("invalid %s: \"%s\" is not a number".formatted(name, value));
        }
    }

    public boolean dryRun() {
        return parameter("dryRun").equals("All");
    }

    /** Fields that nobody knows are an error instead of being dropped. */
    public boolean isStrict() {
        return parameter("fieldValidation").equals("Strict");
    }

    public boolean wantsTable() {
        return accept.contains("as=Table");
    }

    public ObjectNode object() {
        return Json.parseObject(body);
    }

    /** The options of a delete: its body, or the query where there is no body. */
    public JsonNode deleteOptions() {
        ObjectNode options = body.isEmpty() ? Json.object() : object();
        String policy = parameter("propagationPolicy");
        if (!policy.isEmpty()) options.put("propagationPolicy", policy);
        if (!parameter("gracePeriodSeconds").isEmpty()) {
            options.put("gracePeriodSeconds", number("gracePeriodSeconds", 0));
        }
        if (dryRun()) options.putArray("dryRun").add("All");
        return options;
    }

    /** In whose name the request writes: the fieldManager it names, else the first word of its user agent. */
    public ManagedFields.Writer writer(Kind kind, String subresource) {
        String manager = parameter("fieldManager");
        if (manager.isEmpty()) manager = agent.split("/", -1)[0];
        String now = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
        return new ManagedFields.Writer(manager, kind.apiVersion(), subresource, now);
    }
}
