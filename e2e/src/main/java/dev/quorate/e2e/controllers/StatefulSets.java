package dev.quorate.e2e.controllers;

import dev.quorate.e2e.objects.Change;
import dev.quorate.e2e.objects.Pods;
import dev.quorate.e2e.objects.Selectors;
import dev.quorate.e2e.objects.World;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSetBuilder;
import io.fabric8.kubernetes.api.model.apps.StatefulSetStatus;
import io.fabric8.kubernetes.api.model.apps.StatefulSetStatusBuilder;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the pods 0 … replicas-1 of each StatefulSet.
 *
 * <pre>
 *   missing              create its claims, then the pod, always from today's template
 *   Failed, Succeeded    delete; it is missing then
 *   beyond replicas      delete, the highest first
 *   old template         OnDelete: nothing. RollingUpdate: delete the highest, when all above it are ready
 *   OrderedReady         only the first thing that is wrong, from the lowest up. Parallel: all at once
 * </pre>
 */
final class StatefulSets {
    private final StatefulSet set;
    private final World world;
    private final Instant now;
    private final Revisions revisions;
    private final NavigableMap<Integer, Pod> pods = new TreeMap<>();

    private StatefulSets(StatefulSet set, World world, Instant now) {
        this.set = set;
        this.world = world;
        this.now = now;
        this.revisions = Revisions.of(set, world.revisions());
        for (Pod pod : world.pods()) {
            OptionalInt ordinal = Members.ordinal(set, pod.getMetadata().getName());
            if (ordinal.isPresent() && Pods.sameNamespace(set, pod) && (isOwn(pod) || isAdoptable(pod)))
                pods.put(ordinal.getAsInt(), pod);
        }
    }

    static List<Change> next(World world, Instant now) {
        return world.sets().stream()
                .filter(set -> !Pods.isTerminating(set))
                .flatMap(set -> new StatefulSets(set, world, now).changes().stream())
                .toList();
    }

    private List<Change> changes() {
        List<Change> changes = new ArrayList<>(revisions.changes());
        pods.values().stream().filter(this::isAdoptable).forEach(orphan -> changes.add(adopt(orphan)));
        List<Change> scaling = new ArrayList<>(fill());
        if (isParallel() || scaling.isEmpty()) scaling.addAll(shrink());
        if (scaling.isEmpty()) scaling.addAll(roll());
        changes.addAll(scaling);
        changes.addAll(claimOwners());
        StatefulSetStatus status = status();
        if (!status.equals(set.getStatus())) {
            changes.add(new Change.ReplaceStatus(
                    new StatefulSetBuilder(set).withStatus(status).build()));
        }
        return changes;
    }

    private List<Change> fill() {
        List<Change> changes = new ArrayList<>();
        for (int ordinal = 0; ordinal < replicas(); ordinal++) {
            Pod pod = pods.get(ordinal);
            if (pod == null) {
                changes.addAll(create(ordinal));
            } else if (Pods.isOver(pod) && !Pods.isTerminating(pod)) {
                changes.add(new Change.Delete(pod));
            }
            boolean settled = pod != null && Pods.isReady(pod) && !Pods.isTerminating(pod);
            if (!isParallel() && !settled) return changes;
        }
        return changes;
    }

    private List<Change> create(int ordinal) {
        List<Change> changes = new ArrayList<>();
        for (PersistentVolumeClaim claim : Members.claims(set, ordinal)) {
            Optional<PersistentVolumeClaim> present = claim(claim.getMetadata().getName());
            // The pod of a claim that is being deleted would never start: wait for the new claim.
            if (present.isPresent() && Pods.isTerminating(present.get())) return List.of();
            if (present.isEmpty()) changes.add(new Change.Create(claim));
        }
        Pod pod = Members.pod(set, ordinal, revisions.update());
        changes.add(new Change.Create(pod));
        changes.add(new Change.Tell(
                set,
                false,
                "SuccessfulCreate",
                "create Pod " + pod.getMetadata().getName() + " in StatefulSet "
                        + set.getMetadata().getName() + " successful"));
        return changes;
    }

    private List<Change> shrink() {
        List<Change> changes = new ArrayList<>();
        for (Pod pod : pods.tailMap(replicas(), true).descendingMap().values()) {
            if (!Pods.isTerminating(pod)) changes.addAll(delete(pod));
            if (!isParallel()) break;
        }
        return changes;
    }

    private List<Change> roll() {
        if (set.getSpec().getUpdateStrategy() == null
                || !"RollingUpdate".equals(set.getSpec().getUpdateStrategy().getType())) return List.of();
        for (Pod pod : pods.headMap(replicas(), false).descendingMap().values()) {
            if (Pods.isTerminating(pod)) return List.of();
            if (!revisions.update().equals(revision(pod))) return delete(pod);
            if (!Pods.isReady(pod)) return List.of();
        }
        return List.of();
    }

    private List<Change> delete(Pod pod) {
        return List.of(
                new Change.Delete(pod),
                new Change.Tell(
                        set,
                        false,
                        "SuccessfulDelete",
                        "delete Pod " + pod.getMetadata().getName() + " in StatefulSet "
                                + set.getMetadata().getName() + " successful"));
    }

    /** The retention policy: who takes a claim along when it goes is written into the claim's owner references. */
    private List<Change> claimOwners() {
        List<Change> changes = new ArrayList<>();
        for (int ordinal : pods.keySet()) {
            for (PersistentVolumeClaim template : Members.claims(set, ordinal)) {
                claim(template.getMetadata().getName()).ifPresent(claim -> {
                    List<OwnerReference> owners = owners(ordinal);
                    if (!Pods.isTerminating(claim)
                            && !owners.equals(claim.getMetadata().getOwnerReferences())) {
                        changes.add(new Change.Replace(new PersistentVolumeClaimBuilder(claim)
                                .editMetadata()
                                .withOwnerReferences(owners)
                                .endMetadata()
                                .build()));
                    }
                });
            }
        }
        return changes;
    }

    private List<OwnerReference> owners(int ordinal) {
        var policy = set.getSpec().getPersistentVolumeClaimRetentionPolicy();
        Pod pod = pods.get(ordinal);
        if (policy == null || pod == null) return List.of();
        if (ordinal >= replicas() && "Delete".equals(policy.getWhenScaled())) {
            return List.of(new OwnerReferenceBuilder()
                    .withApiVersion("v1")
                    .withKind("Pod")
                    .withName(pod.getMetadata().getName())
                    .withUid(pod.getMetadata().getUid())
                    .build());
        }
        return "Delete".equals(policy.getWhenDeleted())
                ? List.of(new OwnerReferenceBuilder(Members.owner(set))
                        .withController(null)
                        .withBlockOwnerDeletion(null)
                        .build())
                : List.of();
    }

    private StatefulSetStatus status() {
        int updated = countOf(revisions.update());
        boolean rolledOut = revisions.changes().isEmpty()
                && updated == replicas()
                && pods.size() == replicas()
                && pods.values().stream().allMatch(Pods::isReady)
                && set.getSpec().getUpdateStrategy() != null
                && "RollingUpdate".equals(set.getSpec().getUpdateStrategy().getType());
        String current = rolledOut ? revisions.update() : revisions.current();
        return new StatefulSetStatusBuilder()
                .withObservedGeneration(set.getMetadata().getGeneration())
                .withReplicas(pods.size())
                .withReadyReplicas(orAbsent(Math.toIntExact(
                        pods.values().stream().filter(Pods::isReady).count())))
                .withAvailableReplicas(Math.toIntExact(
                        pods.values().stream().filter(this::isAvailable).count()))
                .withCurrentReplicas(orAbsent(countOf(current)))
                .withUpdatedReplicas(orAbsent(updated))
                .withCurrentRevision(current)
                .withUpdateRevision(revisions.update())
                .withCollisionCount(0)
                .build();
    }

    /** API servers leave these three counts out when they are 0; a status with a 0 would never look written. */
    private static @Nullable Integer orAbsent(int count) {
        return count == 0 ? null : count;
    }

    private int countOf(String revision) {
        return Math.toIntExact(pods.values().stream()
                .filter(pod -> !Pods.isTerminating(pod) && revision.equals(revision(pod)))
                .count());
    }

    private boolean isAvailable(Pod pod) {
        int seconds = Objects.requireNonNullElse(set.getSpec().getMinReadySeconds(), 0);
        return Pods.isReady(pod)
                && Pods.condition(pod, "Ready")
                        .filter(ready -> seconds == 0
                                || !Instant.parse(ready.getLastTransitionTime())
                                        .plusSeconds(seconds)
                                        .isAfter(now))
                        .isPresent();
    }

    private boolean isOwn(Pod pod) {
        return Pods.controller(pod)
                .filter(owner -> owner.getUid().equals(set.getMetadata().getUid()))
                .isPresent();
    }

    private boolean isAdoptable(Pod pod) {
        return Pods.controller(pod).isEmpty()
                && !Pods.isTerminating(pod)
                && Selectors.matches(
                        set.getSpec().getSelector(), pod.getMetadata().getLabels());
    }

    private Change adopt(Pod orphan) {
        return new Change.Replace(new PodBuilder(orphan)
                .editMetadata()
                .addToOwnerReferences(Members.owner(set))
                .endMetadata()
                .build());
    }

    private Optional<PersistentVolumeClaim> claim(String name) {
        return world.claims().stream()
                .filter(claim -> Pods.sameNamespace(set, claim)
                        && claim.getMetadata().getName().equals(name))
                .findFirst();
    }

    private static String revision(Pod pod) {
        return String.valueOf(pod.getMetadata().getLabels().get(Members.REVISION_LABEL));
    }

    private int replicas() {
        return Objects.requireNonNullElse(set.getSpec().getReplicas(), 1);
    }

    private boolean isParallel() {
        return "Parallel".equals(set.getSpec().getPodManagementPolicy());
    }
}
