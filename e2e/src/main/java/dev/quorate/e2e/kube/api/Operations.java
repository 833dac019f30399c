package dev.quorate.e2e.kube.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quorate.e2e.kube.apply.Patches;
import dev.quorate.e2e.kube.apply.ServerSideApply;
import dev.quorate.e2e.kube.apply.Shape;
import dev.quorate.e2e.kube.model.Json;
import dev.quorate.e2e.kube.model.Kind;
import dev.quorate.e2e.kube.model.Refusal;
import dev.quorate.e2e.kube.schema.Admission;
import dev.quorate.e2e.kube.table.Tables;
import java.util.List;
import java.util.function.UnaryOperator;

/** The verbs of the API on objects: what a method means on a target. */
final class Operations {
    private final Admission admission;
    private final Objects objects;
    private final Watches watches;
    private final PodOperations pods;
    private final Cleanup cleanup;

    Operations(Admission admission, Objects objects, Watches watches, PodOperations pods, Cleanup cleanup) {
        this.admission = admission;
        this.objects = objects;
        this.watches = watches;
        this.pods = pods;
        this.cleanup = cleanup;
    }

    Reply answer(ApiRequest request, Target target) {
        if (target.name().isEmpty()) return onCollection(request, target);
        return switch (target.subresource()) {
            case "scale" -> Reply.json(onScale(request, target));
            case "log" -> pods.log(request, target);
            case "binding" -> pods.bind(request, target);
            case "eviction" -> pods.evict(request, target);
            case "finalize" -> Reply.json(objects.get(target));
            default -> onObject(request, target);
        };
    }

    private Reply onCollection(ApiRequest request, Target target) {
        return switch (request.method()) {
            case "GET" ->
                request.flag("watch") ? watches.watch(request, target, form(request, target)) : list(request, target);
            case "POST" -> create(request, target);
            case "DELETE" -> deleteAll(request, target);
            default -> throw notAllowed();
        };
    }

    private Reply onObject(ApiRequest request, Target target) {
        return switch (request.method()) {
            case "GET" -> Reply.json(form(request, target).apply(objects.get(target)));
            case "PUT" -> put(request, target);
            case "PATCH" -> patch(request, target);
            case "DELETE" -> delete(request, target);
            default -> throw notAllowed();
        };
    }

    private static Refusal notAllowed() {
        return new Refusal(405, "MethodNotAllowed", "the server does not allow this method on the requested resource");
    }

    /** The form in which the client wants single objects. */
    private static UnaryOperator<ObjectNode> form(ApiRequest request, Target target) {
        if (request.wantsTable()) {
            boolean whole = request.parameter("includeObject").equals("Object");
            return object -> Tables.table(target.kind(), List.of(object), whole);
        }
        if (request.accept().contains("as=PartialObjectMetadata;")) return Operations::metadataOnly;
        return object -> object;
    }

    private static ObjectNode metadataOnly(ObjectNode object) {
        ObjectNode partial = Json.object().put("kind", "PartialObjectMetadata").put("apiVersion", "meta.k8s.io/v1");
        partial.set("metadata", object.path("metadata"));
        return partial;
    }

    private Reply list(ApiRequest request, Target target) {
        Continuation from = Continuation.of(request.parameter("continue"));
        if (request.parameter("resourceVersionMatch").equals("Exact")) {
            from = new Continuation(from.key(), request.number("resourceVersion", 0));
        }
        Objects.Listing listing = objects.list(target, Filter.of(request, target), request.number("limit", 0), from);
        if (request.wantsTable()) {
            boolean whole = request.parameter("includeObject").equals("Object");
            ObjectNode table = Tables.table(target.kind(), listing.objects(), whole);
            listing.writeMetadata(Json.metadata(table));
            return Reply.json(table);
        }
        ObjectNode list = listing.toList(target.kind());
        if (request.accept().contains("as=PartialObjectMetadataList;")) {
            list.put("kind", "PartialObjectMetadataList").put("apiVersion", "meta.k8s.io/v1");
            list.putArray("items")
                    .addAll(listing.objects().stream()
                            .map(Operations::metadataOnly)
                            .toList());
        }
        return Reply.json(list);
    }

    private Reply create(ApiRequest request, Target target) {
        Objects.Writing writing = new Objects.Writing(request.writer(target.kind(), ""), request.dryRun(), false);
        ObjectNode given = request.object();
        admission.prune(target.kind(), given, request.isStrict());
        ObjectNode created = objects.create(target, given, writing);
        return Reply.json(201, form(request, target).apply(created));
    }

    private Reply put(ApiRequest request, Target target) {
        ObjectNode given = request.object();
        admission.prune(target.kind(), given, request.isStrict());
        return Reply.json(objects.update(target, writing(request, target), live -> given.deepCopy()));
    }

    private static Objects.Writing writing(ApiRequest request, Target target) {
        return new Objects.Writing(
                request.writer(target.kind(), target.subresource()), request.dryRun(), isApply(request));
    }

    private static boolean isApply(ApiRequest request) {
        return request.contentType().startsWith("application/apply-patch");
    }

    private Reply patch(ApiRequest request, Target target) {
        if (isApply(request)) return apply(request, target);
        JsonNode patch = Json.parse(request.body());
        ObjectNode patched = objects.update(target, writing(request, target), live -> {
            ObjectNode next = patched(request, target.kind(), live, patch);
            admission.prune(target.kind(), next, request.isStrict());
            return next;
        });
        return Reply.json(form(request, target).apply(patched));
    }

    private static ObjectNode patched(ApiRequest request, Kind kind, ObjectNode live, JsonNode patch) {
        String type = request.contentType().split(";", -1)[0].strip();
        JsonNode result = switch (type) {
            case "application/json-patch+json" -> Patches.json(live, patch);
            case "application/merge-patch+json" -> Patches.merge(live, patch);
            case "application/strategic-merge-patch+json" -> {
                if (kind.isCustom()) throw unsupported(type);
                yield Patches.strategic(live, patch, Shape.of(kind));
            }
            default -> throw unsupported(type);
        };
        if (result instanceof ObjectNode object) return object;
        throw Refusal.badRequest("the patched object is not an object");
    }

    private static Refusal unsupported(String type) {
        return new Refusal(
                415,
                "UnsupportedMediaType",
                "the body of the request was in an unknown format - accepted media types include: "
                        + "application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml (given: "
                        + type + ")");
    }

    private Reply apply(ApiRequest request, Target target) {
        Kind kind = target.kind();
        if (request.parameter("fieldManager").isEmpty()) {
            throw Refusal.badRequest("PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: "
                    + "Required value: is required for apply patch");
        }
        ObjectNode applied = request.object();
        if (!Json.at(applied, "metadata.managedFields").isMissingNode()) {
            throw Refusal.badRequest("metadata.managedFields must be nil");
        }
        if (kind.namespaced()) Json.metadata(applied).put("namespace", target.namespace());
        Json.metadata(applied).put("name", target.name());
        if (target.subresource().equals("status")) applied.remove("spec");
        else if (kind.has("status")) applied.remove("status");
        admission.prune(kind, applied, request.isStrict());
        UnaryOperator<ObjectNode> change = live -> ServerSideApply.apply(
                live, applied, Shape.of(kind), request.writer(kind, target.subresource()), request.flag("force"));
        while (true) {
            if (objects.find(target).isPresent()) {
                return Reply.json(
                        form(request, target).apply(objects.update(target, writing(request, target), change)));
            }
            if (!target.subresource().isEmpty()) throw Refusal.notFound(kind, target.name());
            try {
                ObjectNode created = objects.create(target, change.apply(Json.object()), writing(request, target));
                return Reply.json(201, form(request, target).apply(created));
            } catch (Refusal raced) {
                // Somebody else created it in between: apply to what is there now.
                if (raced.code() != 409) throw raced;
            }
        }
    }

    private Reply delete(ApiRequest request, Target target) {
        Objects.Deleted deleted =
                cleanup.before(target).orElseGet(() -> objects.delete(target, request.deleteOptions()));
        if (!deleted.gone()) return Reply.json(deleted.object());
        ObjectNode status = Json.object().put("kind", "Status").put("apiVersion", "v1");
        status.putObject("metadata");
        ObjectNode details = status.put("status", "Success")
                .putObject("details")
                .put("name", target.name())
                .put("kind", target.kind().plural())
                .put("uid", Json.textAt(deleted.object(), "metadata.uid"));
        if (!target.kind().group().isEmpty()) details.put("group", target.kind().group());
        return Reply.json(status);
    }

    private Reply deleteAll(ApiRequest request, Target target) {
        Objects.Listing listing = objects.list(target, Filter.of(request, target), 0, Continuation.of(""));
        for (ObjectNode object : listing.objects()) {
            Target one = new Target(
                    target.kind(), Json.textAt(object, "metadata.namespace"), Json.textAt(object, "metadata.name"), "");
            try {
                objects.delete(one, request.deleteOptions());
            } catch (Refusal refusal) {
                if (refusal.code() != 404) throw refusal;
            }
        }
        return Reply.json(listing.toList(target.kind()));
    }

    private ObjectNode onScale(ApiRequest request, Target target) {
        ObjectNode live = objects.get(target);
        if (request.method().equals("GET")) return Scale.of(target.kind(), live);
        JsonNode body = Json.parse(request.body());
        UnaryOperator<ObjectNode> change = object -> {
            ObjectNode scale = Scale.of(target.kind(), object);
            ObjectNode wanted = request.method().equals("PUT")
                    ? (ObjectNode) body.deepCopy()
                    : patched(request, target.kind(), scale, body);
            return Scale.write(target.kind(), object, wanted);
        };
        return Scale.of(target.kind(), objects.update(target, writing(request, target), change));
    }
}
