package dev.quorate.store.codec;

import dev.quorate.store.raft.MembershipChange.ChangeKind;
import dev.quorate.store.raft.MembershipChange.Single;
import dev.quorate.store.state.Member;
import dev.quorate.store.state.MemberChange;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Members as etcd writes them into the context of a membership change. */
final class MemberJson {
    private MemberJson() {}

    /** The context of a change of several members, which has no place of its own for the request id. */
    record Several(long requestId, List<MemberChange> changes) {}

    static String write(MemberChange change) {
        return switch (change) {
            case MemberChange.Added added -> "{" + fields(added.member()) + ",\"isPromote\":false}";
            case MemberChange.Promoted promoted -> "{\"id\":" + number(promoted.id()) + ",\"isPromote\":true}";
            case MemberChange.Removed removed -> "";
            case MemberChange.Updated updated ->
                "{\"id\":" + number(updated.id()) + ",\"peerURLs\":" + Json.quote(updated.peerUrls()) + "}";
        };
    }

    /** A member as etcd stores it. */
    static String write(Member member) {
        return "{" + fields(member) + "}";
    }

    static Member member(String text) {
        Map<?, ?> json = object(Json.read(text));
        return new Member(
                json.get("id") instanceof Long id ? id : 0,
                text(json.get("name")),
                texts(json.get("peerURLs")),
                texts(json.get("clientURLs")),
                Boolean.TRUE.equals(json.get("isLearner")));
    }

    static String writeAll(long requestId, List<MemberChange> changes) {
        List<String> all = new ArrayList<>();
        for (MemberChange change : changes) all.add(change instanceof MemberChange.Removed ? "{}" : write(change));
        return "{\"requestID\":" + number(requestId) + ",\"members\":[" + String.join(",", all) + "]}";
    }

    private static String fields(Member member) {
        StringBuilder out = new StringBuilder("\"id\":")
                .append(number(member.id()))
                .append(",\"peerURLs\":")
                .append(Json.quote(member.peerUrls()));
        if (member.learner()) out.append(",\"isLearner\":true");
        if (!member.name().isEmpty()) out.append(",\"name\":").append(Json.quote(member.name()));
        if (!member.clientUrls().isEmpty()) out.append(",\"clientURLs\":").append(Json.quote(member.clientUrls()));
        return out.toString();
    }

    private static String number(long id) {
        return Long.toUnsignedString(id);
    }

    static MemberChange read(ChangeKind kind, long id, String context) {
        return read(kind, id, object(context.isEmpty() ? Map.of() : Json.read(context)));
    }

    private static MemberChange read(ChangeKind kind, long id, Map<?, ?> json) {
        if (kind == ChangeKind.REMOVE) return new MemberChange.Removed(id);
        if (kind == ChangeKind.UPDATE) return new MemberChange.Updated(id, texts(json.get("peerURLs")));
        if (Boolean.TRUE.equals(json.get("isPromote"))) return new MemberChange.Promoted(id);
        return new MemberChange.Added(new Member(
                id,
                text(json.get("name")),
                texts(json.get("peerURLs")),
                texts(json.get("clientURLs")),
                kind == ChangeKind.ADD_LEARNER));
    }

    static Several readAll(List<Single> singles, String context) {
        Map<?, ?> json = object(Json.read(context));
        List<?> members = json.get("members") instanceof List<?> list ? list : List.of();
        List<MemberChange> changes = new ArrayList<>();
        for (int i = 0; i < singles.size(); i++) {
            Single single = singles.get(i);
            changes.add(read(single.kind(), single.id(), i < members.size() ? object(members.get(i)) : Map.of()));
        }
        return new Several(json.get("requestID") instanceof Long id ? id : 0, changes);
    }

    private static Map<?, ?> object(Object json) {
        return json instanceof Map<?, ?> map ? map : Map.of();
    }

    private static String text(@Nullable Object json) {
        return json instanceof String string ? string : "";
    }

    private static List<String> texts(@Nullable Object json) {
        if (!(json instanceof List<?> list)) return List.of();
        return list.stream().map(String::valueOf).toList();
    }
}
