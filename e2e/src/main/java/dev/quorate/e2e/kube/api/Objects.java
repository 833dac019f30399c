package dev.quorate.e2e.kube.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quorate.e2e.kube.apply.ManagedFields;
import dev.quorate.e2e.kube.apply.Shape;
import dev.quorate.e2e.kube.model.Json;
import dev.quorate.e2e.kube.model.Kind;
import dev.quorate.e2e.kube.model.Kinds;
import dev.quorate.e2e.kube.model.Refusal;
import dev.quorate.e2e.kube.schema.Admission;
import dev.quorate.e2e.kube.storage.Store;
import dev.quorate.e2e.kube.storage.Store.Stored;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.UnaryOperator;

/** The objects: read and written with the checks that every write goes through, whoever asks for it. */
final class Objects {
    private static final int ATTEMPTS = 20;
    private static final String SUFFIX_LETTERS = "bcdfghjklmnpqrstvwxz2456789";

    private final Store store;
    private final Kinds kinds;
    private final Clock clock;
    private final Admission admission;

    Objects(Store store, Kinds kinds, Admission admission, Clock clock) {
        this.store = store;
        this.kinds = kinds;
        this.clock = clock;
        this.admission = admission;
    }

    /** An object as the API shows it, with its resourceVersion. */
    static ObjectNode served(Kind kind, String value, long revision) {
        ObjectNode object = EventForms.served(kind, Json.parseObject(value));
        object.put("apiVersion", kind.apiVersion()).put("kind", kind.kind());
        Json.metadata(object).put("resourceVersion", Long.toString(revision));
        return object;
    }

    Optional<ObjectNode> find(Target target) {
        return store.get(target.key()).map(stored -> served(target.kind(), stored.value(), stored.revision()));
    }

    ObjectNode get(Target target) {
        return find(target).orElseThrow(() -> Refusal.notFound(target.kind(), target.name()));
    }

    List<ObjectNode> all(Kind kind, String namespace) {
        try {
            return store.list(kind.prefix(namespace), "", 0, 0).objects().stream()
                    .map(stored -> served(kind, stored.value(), stored.revision()))
                    .toList();
        } catch (Store.Compacted impossible) {
            throw new IllegalStateException("the present cannot be compacted", impossible);
        }
    }

    /** How to write: in whose name, only on trial, and whether the change itself has said who owns what (an apply). */
    record Writing(ManagedFields.Writer writer, boolean dryRun, boolean applies) {}

    ObjectNode create(Target target, ObjectNode given, Writing writing) {
        Kind kind = target.kind();
        ObjectNode object = identified(target, given);
        String name = Json.textAt(object, "metadata.name");
        requireNamespace(target, name);
        Lifecycle.born(kind, object, UUID.randomUUID().toString(), clock.instant());
        admission.admitNew(kind, object);
        if (!writing.applies()) {
            Json.metadata(object).remove("managedFields");
            ManagedFields.of(object).track(Json.object(), object, Shape.of(kind), writing.writer());
        }
        if (writing.dryRun()) return object;
        return write(target.named(name), object, 0)
                .map(revision -> served(kind, Json.text(object), revision))
                .orElseThrow(() -> Refusal.alreadyExists(kind, name));
    }

    /** The object with its name and namespace filled in and checked against the path. */
    private static ObjectNode identified(Target target, ObjectNode given) {
        Kind kind = target.kind();
        requireKind(kind, given);
        ObjectNode object = given.deepCopy();
        ObjectNode metadata = Json.metadata(object);
        String prefix = metadata.path("generateName").asText("");
        if (metadata.path("name").asText("").isEmpty() && !prefix.isEmpty()) metadata.put("name", prefix + suffix());
        String name = metadata.path("name").asText("");
        if (name.isEmpty()) {
            throw Refusal.invalid(
                    kind,
                    "",
                    List.of(new Refusal.Cause(
                            "FieldValueRequired",
                            "Required value: name or generateName is required",
                            "metadata.name")));
        }
        if (!kind.namespaced()) {
            metadata.remove("namespace");
            return object;
        }
        String namespace = metadata.path("namespace").asText(target.namespace());
        if (!namespace.equals(target.namespace())) {
            throw Refusal.badRequest(
                    "the namespace of the provided object does not match the namespace sent on the request");
        }
        metadata.put("namespace", namespace);
        return object;
    }

    private static void requireKind(Kind kind, ObjectNode given) {
        String givenKind = given.path("kind").asText("");
        String givenVersion = given.path("apiVersion").asText("");
        if (givenKind.isEmpty() && givenVersion.isEmpty()) return;
        if (!givenKind.equals(kind.kind()) || !givenVersion.equals(kind.apiVersion())) {
            throw Refusal.badRequest("%s in version \"%s\" cannot be handled as a %s in version \"%s\""
                    .formatted(givenKind, givenVersion, kind.kind(), kind.apiVersion()));
        }
    }

    private void requireNamespace(Target target, String name) {
        if (!target.kind().namespaced()) return;
        Kind namespaces = kinds.require("", "v1", "namespaces");
        ObjectNode namespace = get(new Target(namespaces, "", target.namespace(), ""));
        if (namespace.path("metadata").has("deletionTimestamp")) {
            String resource = target.kind().resource();
            throw new Refusal(
                            403,
                            "Forbidden",
                            "%s \"%s\" is forbidden: unable to create new content in namespace %s because it is being terminated"
                                    .formatted(resource, name, target.namespace()))
                    .about(target.kind(), name);
        }
    }

    /**
     * Reads, changes and writes an object until nobody was faster. A change that names a resourceVersion is only tried on
     * exactly that version.
     */
    ObjectNode update(Target target, Writing writing, UnaryOperator<ObjectNode> change) {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            ObjectNode live = get(target);
            ObjectNode next = change.apply(live.deepCopy());
            requireSame(target, live, next);
            Optional<ObjectNode> written = tryUpdate(target, live, next, writing);
            if (written.isPresent()) return written.get();
        }
        throw Refusal.stale(target.kind(), target.name());
    }

    private static void requireSame(Target target, ObjectNode live, ObjectNode next) {
        requireKind(target.kind(), next);
        String wanted = Json.textAt(next, "metadata.resourceVersion");
        if (!wanted.isEmpty() && !wanted.equals("0") && !wanted.equals(Json.textAt(live, "metadata.resourceVersion"))) {
            throw Refusal.stale(target.kind(), target.name());
        }
        String uid = Json.textAt(next, "metadata.uid");
        String liveUid = Json.textAt(live, "metadata.uid");
        if (!uid.isEmpty() && !uid.equals(liveUid)) {
            throw Refusal.conflict(
                    target.kind(),
                    target.name(),
                    "Precondition failed: UID in precondition: %s, UID in object meta: %s".formatted(uid, liveUid));
        }
        String name = Json.textAt(next, "metadata.name");
        if (!name.isEmpty() && !name.equals(target.name())) {
            throw Refusal.badRequest("the name of the object (%s) does not match the name on the URL (%s)"
                    .formatted(name, target.name()));
        }
    }

    private Optional<ObjectNode> tryUpdate(Target target, ObjectNode live, ObjectNode next, Writing writing) {
        Kind kind = target.kind();
        Json.metadata(next).put("name", target.name());
        Lifecycle.changed(kind, live, next, target.subresource());
        admission.admitChange(kind, live, next, target.subresource());
        Lifecycle.counted(kind, live, next);
        if (!writing.applies()) {
            // Clients may rewrite who owns what: an empty list forgets it all, an absent one keeps what is there.
            boolean given = Json.at(next, "metadata.managedFields").isArray();
            ManagedFields owners = ManagedFields.of(given ? next : live);
            owners.track(live, next, Shape.of(kind), writing.writer());
        }
        String version = Json.textAt(live, "metadata.resourceVersion");
        Json.metadata(next).put("resourceVersion", version);
        if (Json.same(live, next)) return Optional.of(live);
        if (writing.dryRun()) return Optional.of(next);
        long expected = Long.parseLong(version);
        if (Lifecycle.isOver(next)) return remove(target, expected).map(revision -> next);
        return write(target, next, expected).map(revision -> served(kind, Json.text(next), revision));
    }

    /** The object after the delete: as it was when it is gone, or marked. */
    record Deleted(ObjectNode object, boolean gone) {}

    Deleted delete(Target target, JsonNode options) {
        boolean dryRun = !options.path("dryRun").isEmpty();
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            ObjectNode live = get(target);
            requirePreconditions(target, live, options.path("preconditions"));
            long expected = Json.at(live, "metadata.resourceVersion").asLong();
            switch (Lifecycle.deleted(target.kind(), live, options, clock.instant())) {
                case Lifecycle.End.Gone gone -> {
                    if (dryRun || remove(target, expected).isPresent()) return new Deleted(live, true);
                }
                case Lifecycle.End.Marked marked -> {
                    if (dryRun || Json.same(live, marked.object())) return new Deleted(marked.object(), false);
                    Optional<Long> written = write(target, marked.object(), expected);
                    if (written.isPresent()) {
                        Json.metadata(marked.object()).put("resourceVersion", Long.toString(written.get()));
                        return new Deleted(marked.object(), false);
                    }
                }
            }
        }
        throw Refusal.stale(target.kind(), target.name());
    }

    private static void requirePreconditions(Target target, ObjectNode live, JsonNode preconditions) {
        for (String field : List.of("uid", "resourceVersion")) {
            String wanted = preconditions.path(field).asText("");
            String there = Json.textAt(live, "metadata." + field);
            if (wanted.isEmpty() || wanted.equals(there)) continue;
            String label = field.equals("uid") ? "UID" : "ResourceVersion";
            throw Refusal.conflict(
                    target.kind(),
                    target.name(),
                    "Precondition failed: %1$s in precondition: %2$s, %1$s in object meta: %3$s"
                            .formatted(label, wanted, there));
        }
    }

    private Optional<Long> write(Target target, ObjectNode object, long expected) {
        ObjectNode stored = EventForms.stored(target.kind(), object.deepCopy());
        Json.metadata(stored).remove("resourceVersion");
        OptionalLong revision = store.put(target.key(), Json.text(stored), expected);
        refreshKinds(target);
        return revision.isPresent() ? Optional.of(revision.getAsLong()) : Optional.empty();
    }

    private Optional<Long> remove(Target target, long expected) {
        OptionalLong revision = store.delete(target.key(), expected);
        refreshKinds(target);
        return revision.isPresent() ? Optional.of(revision.getAsLong()) : Optional.empty();
    }

    private void refreshKinds(Target target) {
        if (target.kind().is("CustomResourceDefinition")) kinds.serve(all(Kinds.definitions(), ""));
    }

    /** A list as the store has it at one revision, with the token for the rest when there is more. */
    record Listing(List<ObjectNode> objects, long revision, String continuation, long remaining) {
        ObjectNode toList(Kind kind) {
            ObjectNode list = Json.object().put("apiVersion", kind.apiVersion()).put("kind", kind.kind() + "List");
            writeMetadata(list.putObject("metadata"));
            ArrayNode items = list.putArray("items");
            objects.forEach(items::add);
            return list;
        }

        void writeMetadata(ObjectNode metadata) {
            metadata.put("resourceVersion", Long.toString(revision));
            if (!continuation.isEmpty()) {
                metadata.put("continue", continuation).put("remainingItemCount", remaining);
            }
        }
    }

    Listing list(Target target, Filter filter, long limit, Continuation from) {
        Kind kind = target.kind();
        List<ObjectNode> matching = new ArrayList<>();
        String after = from.key();
        long revision = from.revision();
        try {
            while (true) {
                Store.Page page = store.list(kind.prefix(target.namespace()), after, limit, revision);
                revision = page.revision();
                for (Stored stored : page.objects()) {
                    after = stored.key();
                    ObjectNode object = served(kind, stored.value(), stored.revision());
                    if (filter.test(object)) matching.add(object);
                    if (limit > 0 && matching.size() == limit) break;
                }
                boolean full = limit > 0 && matching.size() == limit;
                if (full && (page.more() || !page.objects().getLast().key().equals(after))) {
                    return new Listing(matching, revision, new Continuation(after, revision).token(), page.remaining());
                }
                if (full || !page.more()) return new Listing(matching, revision, "", 0);
            }
        } catch (Store.Compacted compacted) {
            throw Refusal.gone("The provided continue parameter is too old to display a consistent list result.");
        }
    }

    private static String suffix() {
        StringBuilder suffix = new StringBuilder();
        for (int i = 0; i < 5; i++) {
            suffix.append(SUFFIX_LETTERS.charAt(ThreadLocalRandom.current().nextInt(SUFFIX_LETTERS.length())));
        }
        return suffix.toString();
    }
}
