package dev.quorate.store.codec;

import dev.quorate.store.state.Fact;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Cluster-wide settings as etcd stores them in JSON. */
final class SettingsJson {
    private SettingsJson() {}

    static String write(Fact.Downgrade downgrade) {
        return "{\"target-version\":" + Json.quote(downgrade.targetVersion()) + ",\"enabled\":" + downgrade.enabled()
                + "}";
    }

    static Fact.Downgrade downgrade(String text) {
        Map<?, ?> json = object(text);
        String target = json.get("target-version") instanceof String version ? version : "";
        return new Fact.Downgrade(Boolean.TRUE.equals(json.get("enabled")), target);
    }

    static String write(Fact.RaftMembership membership) {
        StringBuilder out = new StringBuilder("{\"voters\":").append(numbers(membership.voters()));
        if (!membership.learners().isEmpty()) {
            out.append(",\"learners\":").append(numbers(membership.learners()));
        }
        if (!membership.outgoing().isEmpty()) {
            out.append(",\"voters_outgoing\":").append(numbers(membership.outgoing()));
        }
        if (!membership.learnersNext().isEmpty()) {
            out.append(",\"learners_next\":").append(numbers(membership.learnersNext()));
        }
        return out.append(",\"auto_leave\":")
                .append(membership.autoLeave())
                .append('}')
                .toString();
    }

    static Fact.RaftMembership membership(String text) {
        Map<?, ?> json = object(text);
        return new Fact.RaftMembership(
                ids(json.get("voters")),
                ids(json.get("voters_outgoing")),
                ids(json.get("learners")),
                ids(json.get("learners_next")),
                Boolean.TRUE.equals(json.get("auto_leave")));
    }

    private static Map<?, ?> object(String text) {
        return Json.read(text) instanceof Map<?, ?> map ? map : Map.of();
    }

    private static String numbers(List<Long> ids) {
        return "[" + String.join(",", ids.stream().map(Long::toUnsignedString).toList()) + "]";
    }

    private static List<Long> ids(@Nullable Object json) {
        if (!(json instanceof List<?> list)) return List.of();
        return list.stream().map(id -> id instanceof Long number ? number : 0L).toList();
    }
}
