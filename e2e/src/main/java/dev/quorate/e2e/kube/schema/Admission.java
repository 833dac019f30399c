package dev.quorate.e2e.kube.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quorate.e2e.kube.model.Json;
import dev.quorate.e2e.kube.model.Kind;
import dev.quorate.e2e.kube.model.Refusal;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What an object goes through before it is stored: pruning, defaults, validation. */
public final class Admission {
    private static final Pattern NAME =
            Pattern.compile("[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*");
    private static final int LONGEST_NAME = 253;

    /** What is so wrong with a structure that rules, which rely on it, cannot run. */
    private static final Set<String> BLOCKING = Set.of(
            "FieldValueRequired",
            "FieldValueNotSupported",
            "FieldValueTooLong",
            "FieldValueTooMany",
            "FieldValueTypeInvalid");

    private static final Refusal.Cause NOT_CHECKED = new Refusal.Cause(
            "FieldValueInvalid",
            "Invalid value: null: some validation rules were not checked because the object was invalid; "
                    + "correct the existing errors to complete validation",
            "<nil>");

    private final CelRules rules = new CelRules();

    /** Takes away the fields that the schema does not know; refuses them when the client asked to be strict. */
    public void prune(Kind kind, ObjectNode object, boolean strict) {
        if (!kind.isCustom()) return;
        List<String> unknown = Structure.pruneRoot(kind.schema(), object);
        if (!strict || unknown.isEmpty()) return;
        String fields =
                unknown.stream().map(field -> "unknown field \"" + field + "\"").collect(Collectors.joining(", "));
        throw Refusal.badRequest("%1$s in version \"%2$s\" cannot be handled as a %1$s: strict decoding error: %3$s"
                .formatted(kind.kind(), kind.version(), fields));
    }

    public void admitNew(Kind kind, ObjectNode object) {
        complete(kind, object);
        List<Refusal.Cause> causes = new ArrayList<>(name(kind, object));
        if (kind.isCustom()) causes.addAll(validate(kind, object, MissingNode.getInstance()));
        else causes.addAll(BuiltInRules.problems(kind, object));
        causes.addAll(definition(kind, object));
        refuse(kind, object, causes);
    }

    public void admitChange(Kind kind, ObjectNode before, ObjectNode object, String subresource) {
        complete(kind, object);
        List<Refusal.Cause> causes = new ArrayList<>();
        if (kind.isCustom()) {
            causes.addAll(validate(kind, object, before));
        } else if (subresource.isEmpty()) {
            causes.addAll(BuiltInRules.change(kind, before, object));
            causes.addAll(definition(kind, object));
        }
        refuse(kind, object, causes);
    }

    private static void complete(Kind kind, ObjectNode object) {
        object.put("apiVersion", kind.apiVersion()).put("kind", kind.kind());
        if (kind.isCustom()) {
            Structure.pruneRoot(kind.schema(), object);
            Structure.fillDefaults(kind.schema(), object);
        } else {
            BuiltInRules.fillDefaults(kind, object);
        }
    }

    private List<Refusal.Cause> validate(Kind kind, ObjectNode object, JsonNode before) {
        List<Refusal.Cause> causes = Structure.validate(kind.schema(), object);
        boolean blocked = causes.stream().anyMatch(cause -> BLOCKING.contains(cause.reason()));
        causes.addAll(blocked ? List.of(NOT_CHECKED) : rules.check(kind.schema(), object, before));
        return causes;
    }

    /** A CustomResourceDefinition must be one that can be served. */
    private List<Refusal.Cause> definition(Kind kind, ObjectNode object) {
        if (!kind.is("CustomResourceDefinition")) return List.of();
        List<Refusal.Cause> causes = new ArrayList<>();
        String names = Json.textAt(object, "spec.names.plural") + "." + Json.textAt(object, "spec.group");
        if (!names.equals(Json.textAt(object, "metadata.name"))) {
            String message = "Invalid value: \"%s\": must be spec.names.plural+\".\"+spec.group"
                    .formatted(Json.textAt(object, "metadata.name"));
            causes.add(new Refusal.Cause("FieldValueInvalid", message, "metadata.name"));
        }
        JsonNode versions = Json.at(object, "spec.versions");
        for (int i = 0; i < versions.size(); i++) {
            JsonNode schema = Json.at(versions.get(i), "schema.openAPIV3Schema");
            causes.addAll(rules.compile(schema, "spec.versions[" + i + "].schema.openAPIV3Schema"));
        }
        return causes;
    }

    private static List<Refusal.Cause> name(Kind kind, ObjectNode object) {
        String name = Json.textAt(object, "metadata.name");
        boolean free = kind.group().startsWith("rbac.");
        if (free || (NAME.matcher(name).matches() && name.length() <= LONGEST_NAME)) return List.of();
        String message = "Invalid value: \"" + name + "\": a lowercase RFC 1123 subdomain must consist of lower case "
                + "alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character "
                + "(e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?"
                + "(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
        return List.of(new Refusal.Cause("FieldValueInvalid", message, "metadata.name"));
    }

    private static void refuse(Kind kind, ObjectNode object, List<Refusal.Cause> causes) {
        if (causes.isEmpty()) return;
        throw Refusal.invalid(kind, Json.textAt(object, "metadata.name"), causes);
    }
}
