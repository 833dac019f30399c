package dev.quorate.e2e.kube.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quorate.e2e.kube.model.Json;
import dev.quorate.e2e.kube.model.Kind;
import dev.quorate.e2e.kube.model.Kinds;
import dev.quorate.e2e.kube.model.Refusal;
import dev.quorate.e2e.kube.model.Selectors;
import java.util.List;
import java.util.Optional;

/** What only pods can: be bound to a node, be evicted, show their log. */
final class PodOperations {
    private static final Refusal.Cause BUDGET =
            new Refusal.Cause("DisruptionBudget", "The disruption budget does not allow it", "");

    private final Objects objects;
    private final Kinds kinds;

    PodOperations(Objects objects, Kinds kinds) {
        this.objects = objects;
        this.kinds = kinds;
    }

    Reply log(ApiRequest request, Target target) {
        ObjectNode pod = objects.get(target);
        String path =
                pod.path("metadata").path("annotations").path(PodLog.ANNOTATION).asText("");
        if (path.isEmpty()) {
            throw Refusal.badRequest("container in pod \"%s\" is waiting to start".formatted(target.name()));
        }
        return PodLog.stream(request, path, () -> objects.find(target).isPresent());
    }

    Reply bind(ApiRequest request, Target target) {
        String node = Json.textAt(request.object(), "target.name");
        Objects.Writing writing = new Objects.Writing(request.writer(target.kind(), ""), request.dryRun(), false);
        Target pod = new Target(target.kind(), target.namespace(), target.name(), "");
        objects.update(pod, writing, live -> {
            String there = Json.textAt(live, "spec.nodeName");
            if (!there.isEmpty()) {
                throw Refusal.conflict(
                        pod.kind(),
                        pod.name(),
                        "pod %s is already assigned to node \"%s\"".formatted(pod.name(), there));
            }
            Json.child(live, "spec").put("nodeName", node);
            return live;
        });
        return Reply.json(201, success());
    }

    Reply evict(ApiRequest request, Target target) {
        ObjectNode eviction = request.object();
        Target pod = new Target(target.kind(), target.namespace(), target.name(), "");
        ObjectNode live = objects.get(pod);
        Kind budgets = kinds.require("policy", "v1", "poddisruptionbudgets");
        for (ObjectNode budget : objects.all(budgets, target.namespace())) {
            if (Selectors.of(Json.at(budget, "spec.selector")).test(live) && ready(live) && !allows(budget, target)) {
                throw new Refusal(
                                429,
                                "TooManyRequests",
                                "Cannot evict pod as it would violate the pod's disruption budget.")
                        .because(List.of(BUDGET));
            }
        }
        objects.delete(pod, eviction.path("deleteOptions"));
        return Reply.json(201, success());
    }

    /** Counted here and now instead of trusting a status that somebody keeps: one fewer ready pod must be enough. */
    private boolean allows(ObjectNode budget, Target target) {
        List<ObjectNode> covered = objects.all(target.kind(), target.namespace()).stream()
                .filter(Selectors.of(Json.at(budget, "spec.selector")))
                .toList();
        long ready = covered.stream().filter(PodOperations::ready).count();
        long expected = expected(covered, target.namespace());
        JsonNode least = Json.at(budget, "spec.minAvailable");
        JsonNode most = Json.at(budget, "spec.maxUnavailable");
        long needed = least.isMissingNode() ? expected - share(most, expected) : share(least, expected);
        return ready - 1 >= needed;
    }

    private long expected(List<ObjectNode> pods, String namespace) {
        Kind sets = kinds.require("apps", "v1", "statefulsets");
        Optional<ObjectNode> owner = pods.stream()
                .flatMap(pod -> Json.at(pod, "metadata.ownerReferences").valueStream())
                .filter(reference -> reference.path("kind").asText().equals("StatefulSet"))
                .findFirst()
                .flatMap(reference -> objects.find(
                        new Target(sets, namespace, reference.path("name").asText(), "")));
        return owner.map(set -> Json.at(set, "spec.replicas").asLong(1)).orElse((long) pods.size());
    }

    private static long share(JsonNode amount, long expected) {
        String text = amount.asText("0");
        if (!text.endsWith("%")) return Long.parseLong(text);
        return Math.ceilDiv(expected * Long.parseLong(text.substring(0, text.length() - 1)), 100);
    }

    private static boolean ready(ObjectNode pod) {
        return Json.at(pod, "status.conditions")
                .valueStream()
                .anyMatch(condition -> condition.path("type").asText().equals("Ready")
                        && condition.path("status").asText().equals("True"));
    }

    private static ObjectNode success() {
        ObjectNode status = Json.object().put("kind", "Status").put("apiVersion", "v1");
        status.putObject("metadata");
        return status.put("status", "Success").put("code", 201);
    }
}
