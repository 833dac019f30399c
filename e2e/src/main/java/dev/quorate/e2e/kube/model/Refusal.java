package dev.quorate.e2e.kube.model;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.stream.Collectors;

/** A request that is refused: an HTTP code and the Status object that explains it, in the words of Kubernetes. */
public final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int code;
    private final String reason;
    private final transient ObjectNode details = Json.object();

    public Refusal(int code, String reason, String message) {
        super(message, null, false, false);
        this.code = code;
        this.reason = reason;
    }

    /** One field that is wrong. */
    public record Cause(String reason, String message, String field) {
        @Override
        public String toString() {
            return field + ": " + message;
        }
    }

    public static Refusal badRequest(String message) {
        return new Refusal(400, "BadRequest", message);
    }

    public static Refusal notFound(Kind kind, String name) {
        return new Refusal(404, "NotFound", "%s \"%s\" not found".formatted(kind.resource(), name)).about(kind, name);
    }

    public static Refusal alreadyExists(Kind kind, String name) {
        return new Refusal(409, "AlreadyExists", "%s \"%s\" already exists".formatted(kind.resource(), name))
                .about(kind, name);
    }

    public static Refusal conflict(Kind kind, String name, String why) {
        String message = "Operation cannot be fulfilled on %s \"%s\": %s".formatted(kind.resource(), name, why);
        return new Refusal(409, "Conflict", message).about(kind, name);
    }

    public static Refusal stale(Kind kind, String name) {
        return conflict(
                kind,
                name,
                "the object has been modified; please apply your changes to the latest version and try again");
    }

    public static Refusal gone(String message) {
        return new Refusal(410, "Expired", message);
    }

    public static Refusal invalid(Kind kind, String name, List<Cause> causes) {
        String what = kind.group().isEmpty() ? kind.kind() : kind.kind() + "." + kind.group();
        String list = causes.stream().map(Cause::toString).collect(Collectors.joining(", "));
        String all = causes.size() == 1 ? list : "[" + list + "]";
        Refusal refusal = new Refusal(422, "Invalid", "%s \"%s\" is invalid: %s".formatted(what, name, all));
        refusal.details.put("name", name).put("group", kind.group()).put("kind", kind.kind());
        return refusal.because(causes);
    }

    public Refusal about(Kind kind, String name) {
        details.put("name", name).put("kind", kind.plural());
        if (!kind.group().isEmpty()) details.put("group", kind.group());
        return this;
    }

    public Refusal because(List<Cause> causes) {
        ArrayNode array = details.putArray("causes");
        for (Cause cause : causes) {
            array.addObject()
                    .put("reason", cause.reason())
                    .put("message", cause.message())
                    .put("field", cause.field());
        }
        return this;
    }

    public int code() {
        return code;
    }

    public ObjectNode status() {
        ObjectNode status = Json.object().put("kind", "Status").put("apiVersion", "v1");
        status.putObject("metadata");
        status.put("status", "Failure").put("message", getMessage()).put("reason", reason);
        if (!details.isEmpty()) status.set("details", details);
        return status.put("code", code);
    }
}
