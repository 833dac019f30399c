package dev.quorate.e2e.kube.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cel.bundle.Cel;
import dev.cel.bundle.CelFactory;
import dev.cel.common.CelOptions;
import dev.cel.common.CelValidationException;
import dev.cel.common.types.SimpleType;
import dev.cel.extensions.CelExtensions;
import dev.cel.parser.CelStandardMacro;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import dev.quorate.e2e.kube.model.Json;
import dev.quorate.e2e.kube.model.Refusal.Cause;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/** The x-kubernetes-validations of custom resources: CEL rules about a value, and about how it may change. */
final class CelRules {
    private static final Pattern OLD_SELF = Pattern.compile("\\boldSelf\\b");

    private final Cel cel = environment();
    private final Map<String, CelRuntime.Program> programs = new ConcurrentHashMap<>();

    private static Cel environment() {
        CelOptions options =
                CelOptions.current().enableHeterogeneousNumericComparisons(true).build();
        return CelFactory.standardCelBuilder()
                .setOptions(options)
                .setStandardMacros(CelStandardMacro.STANDARD_MACROS)
                .addVar("self", SimpleType.DYN)
                .addVar("oldSelf", SimpleType.DYN)
                .addFunctionDeclarations(Quantity.declarations())
                .addFunctionBindings(Quantity.bindings())
                .addCompilerLibraries(CelExtensions.strings(), CelExtensions.optional())
                .addRuntimeLibraries(CelExtensions.strings(), CelExtensions.optional())
                .build();
    }

    /** A value, the value before it (missing if there is none or none that corresponds), and where it stands. */
    private record Place(JsonNode schema, JsonNode value, JsonNode before, String path) {
        Place field(String name) {
            return new Place(
                    CelValues.below(schema, name), value.path(name), before.path(name), Structure.below(path, name));
        }
    }

    /** What the rules say against an object; {@code before} is missing for a new one. */
    List<Cause> check(JsonNode schema, ObjectNode object, JsonNode before) {
        List<Cause> causes = new ArrayList<>();
        check(new Place(schema, object, before, ""), causes);
        return causes;
    }

    private void check(Place place, List<Cause> causes) {
        for (JsonNode rule : place.schema().path("x-kubernetes-validations")) {
            apply(rule, place).ifPresent(causes::add);
        }
        if (place.value().isObject()) {
            place.value().fieldNames().forEachRemaining(name -> {
                if (!place.field(name).schema().isMissingNode()) check(place.field(name), causes);
            });
        }
        for (int i = 0; place.value().isArray() && i < place.value().size(); i++) {
            JsonNode element = place.value().get(i);
            JsonNode before = counterpart(place, element);
            check(new Place(place.schema().path("items"), element, before, place.path() + "[" + i + "]"), causes);
        }
    }

    /** Only the elements of map lists can be told to be the same as before. */
    private static JsonNode counterpart(Place place, JsonNode element) {
        JsonNode keys = place.schema().path("x-kubernetes-list-map-keys");
        for (JsonNode old : place.before()) {
            boolean same =
                    keys.valueStream().allMatch(key -> Json.same(old.path(key.asText()), element.path(key.asText())));
            if (!keys.isEmpty() && same) return old;
        }
        return MissingNode.getInstance();
    }

    private Optional<Cause> apply(JsonNode rule, Place place) {
        String text = rule.path("rule").asText();
        boolean transition = OLD_SELF.matcher(text).find();
        boolean optionalOld = rule.path("optionalOldSelf").asBoolean();
        if (transition && place.before().isMissingNode() && !optionalOld) return Optional.empty();
        Map<String, Object> variables = new HashMap<>();
        variables.put("self", CelValues.of(place.schema(), place.value()));
        Optional<Object> old = place.before().isMissingNode()
                ? Optional.empty()
                : Optional.of(CelValues.of(place.schema(), place.before()));
        if (optionalOld) variables.put("oldSelf", old);
        else old.ifPresent(value -> variables.put("oldSelf", value));
        try {
            if (Boolean.TRUE.equals(program(text).eval(variables))) return Optional.empty();
            return Optional.of(cause(rule, place, message(rule, variables)));
        } catch (CelEvaluationException | CelValidationException failed) {
            return Optional.of(cause(rule, place, "rule evaluation error: " + failed.getMessage()));
        }
    }

    private String message(JsonNode rule, Map<String, Object> variables) {
        String expression = rule.path("messageExpression").asText("");
        String message =
                rule.path("message").asText("failed rule: " + rule.path("rule").asText());
        if (expression.isEmpty()) return message;
        try {
            return program(expression).eval(variables) instanceof String text ? text : message;
        } catch (CelEvaluationException | CelValidationException failed) {
            return message;
        }
    }

    private static Cause cause(JsonNode rule, Place place, String message) {
        String reason = rule.path("reason").asText("FieldValueInvalid");
        // Containers are left out of messages, as they would drown them.
        String value = place.value().isContainerNode() ? "" : Json.text(place.value()) + ": ";
        String text = switch (reason) {
            case "FieldValueForbidden" -> "Forbidden: " + message;
            case "FieldValueRequired" -> "Required value: " + message;
            case "FieldValueDuplicate" -> "Duplicate value: " + Json.text(place.value());
            default -> "Invalid value: " + value + message;
        };
        return new Cause(
                reason,
                text,
                Structure.where(place.path() + rule.path("fieldPath").asText("")));
    }

    private CelRuntime.Program program(String expression) throws CelValidationException, CelEvaluationException {
        CelRuntime.Program known = programs.get(expression);
        if (known != null) return known;
        CelRuntime.Program compiled = cel.createProgram(cel.compile(expression).getAst());
        programs.put(expression, compiled);
        return compiled;
    }

    /** The rules of a schema that are not CEL. */
    List<Cause> compile(JsonNode schema, String path) {
        List<Cause> causes = new ArrayList<>();
        int index = 0;
        for (JsonNode rule : schema.path("x-kubernetes-validations")) {
            String place = path + ".x-kubernetes-validations[" + index++ + "].rule";
            try {
                program(rule.path("rule").asText());
            } catch (CelEvaluationException | CelValidationException wrong) {
                String message = "Invalid value: %s: compilation failed: %s"
                        .formatted(Json.text(rule.path("rule")), wrong.getMessage());
                causes.add(new Cause("FieldValueInvalid", message, place));
            }
        }
        schema.path("properties")
                .properties()
                .forEach(field ->
                        causes.addAll(compile(field.getValue(), path + ".properties[" + field.getKey() + "]")));
        for (String inside : List.of("items", "additionalProperties")) {
            if (schema.path(inside).isObject()) causes.addAll(compile(schema.path(inside), path + "." + inside));
        }
        return causes;
    }
}
