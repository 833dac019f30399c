package dev.quorate.e2e.controllers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quorate.e2e.objects.Change;
import dev.quorate.e2e.objects.World;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodConditionBuilder;
import io.fabric8.kubernetes.api.model.apps.ControllerRevision;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSetBuilder;
import io.fabric8.kubernetes.api.model.apps.StatefulSetStatus;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What the controller does with a set and some pods, as a list of words. */
final class StatefulSetsTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    private StatefulSet set = set(3, "Parallel", "OnDelete");
    private List<Pod> pods = new ArrayList<>();
    private final List<ControllerRevision> revisions = new ArrayList<>();
    private final List<PersistentVolumeClaim> claims = new ArrayList<>();

    @Test
    void parallelCreatesAllAtOnceWithClaimsAndARevision() {
        assertThat(acts())
                .containsExactly(
                        "create ControllerRevision",
                        "create data-a-0",
                        "create a-0",
                        "create data-a-1",
                        "create a-1",
                        "create data-a-2",
                        "create a-2");
    }

    @Test
    void orderedReadyCreatesOneAndWaitsForIt() {
        set = set(3, "OrderedReady", "OnDelete");
        settle();
        assertThat(acts()).containsExactly("create data-a-0", "create a-0");
        pods.add(member(0));
        assertThat(acts()).isEmpty();
        pods.set(0, ready(member(0)));
        assertThat(acts()).containsExactly("create data-a-1", "create a-1");
    }

    @Test
    void aPodIsFullyIdentified() {
        Pod pod = Members.pod(set, 7, "a-hash");
        assertThat(pod.getMetadata().getLabels())
                .containsEntry("statefulset.kubernetes.io/pod-name", "a-7")
                .containsEntry("apps.kubernetes.io/pod-index", "7")
                .containsEntry("controller-revision-hash", "a-hash")
                .containsEntry("app", "a");
        assertThat(pod.getSpec().getHostname()).isEqualTo("a-7");
        assertThat(pod.getSpec().getSubdomain()).isEqualTo("a-peers");
        assertThat(pod.getSpec()
                        .getVolumes()
                        .getFirst()
                        .getPersistentVolumeClaim()
                        .getClaimName())
                .isEqualTo("data-a-7");
    }

    @Test
    void whatIsBeyondReplicasGoesHighestFirst() {
        settle();
        full(5);
        assertThat(acts()).containsExactly("delete a-4", "delete a-3");
        set = set(3, "OrderedReady", "OnDelete");
        settle();
        full(5);
        assertThat(acts()).containsExactly("delete a-4");
    }

    @Test
    void aFailedPodIsDeletedAndATerminatingOneAwaited() {
        settle();
        full(3);
        pods.set(
                1,
                new PodBuilder(member(1))
                        .editOrNewStatus()
                        .withPhase("Failed")
                        .endStatus()
                        .build());
        assertThat(acts()).containsExactly("delete a-1");
        pods.set(
                1,
                new PodBuilder(member(1))
                        .editMetadata()
                        .withDeletionTimestamp(NOW.toString())
                        .endMetadata()
                        .build());
        assertThat(acts()).isEmpty();
    }

    @Test
    void onDeleteNeverReplacesAndDoesNotMoveTheCurrentRevision() {
        settle();
        full(3);
        String before = status().getCurrentRevision();
        changeTemplate("2");
        settle();
        assertThat(acts()).isEmpty();
        assertThat(status().getUpdateRevision()).isNotEqualTo(before);
        assertThat(status().getCurrentRevision()).isEqualTo(before);
        assertThat(status().getUpdatedReplicas()).isNull();
        assertThat(status().getCurrentReplicas()).isEqualTo(3);
        // A pod that was deleted by hand comes back from the new template.
        pods.remove(2);
        pods.add(ready(member(2)));
        assertThat(status().getUpdatedReplicas()).isEqualTo(1);
        pods.clear();
        full(3);
        assertThat(status().getUpdatedReplicas()).isEqualTo(3);
        assertThat(status().getCurrentRevision()).isEqualTo(before);
    }

    @Test
    void rollingUpdateReplacesFromTheTopOneByOne() {
        set = set(3, "Parallel", "RollingUpdate");
        settle();
        full(3);
        changeTemplate("2");
        settle();
        assertThat(acts()).containsExactly("delete a-2");
        pods.set(2, member(2));
        assertThat(acts()).isEmpty();
        pods.set(2, ready(member(2)));
        assertThat(acts()).containsExactly("delete a-1");
        pods.clear();
        full(3);
        assertThat(status().getCurrentRevision()).isEqualTo(status().getUpdateRevision());
    }

    @Test
    void theOldTemplateHasItsOldRevision() {
        settle();
        String first = status().getUpdateRevision();
        changeTemplate("2");
        settle();
        changeTemplate("1");
        assertThat(acts()).contains("replace " + first);
        assertThat(status().getUpdateRevision()).isEqualTo(first);
    }

    @Test
    void anOrphanIsAdoptedAndAStrangerIsNot() {
        settle();
        full(3);
        pods.set(0, owned(pods.get(0), null));
        assertThat(acts()).containsExactly("replace a-0");
        pods.set(0, owned(pods.get(0), "another"));
        assertThat(acts()).doesNotContain("replace a-0");
    }

    @Test
    void countsReady() {
        settle();
        full(3);
        pods.set(1, member(1));
        assertThat(status().getReplicas()).isEqualTo(3);
        assertThat(status().getReadyReplicas()).isEqualTo(2);
        assertThat(status().getAvailableReplicas()).isEqualTo(2);
        assertThat(status().getObservedGeneration()).isEqualTo(4);
    }

    @Test
    void theRetentionPolicyStandsInTheOwnersOfTheClaims() {
        set = new StatefulSetBuilder(set)
                .editSpec()
                .withNewPersistentVolumeClaimRetentionPolicy("Retain", "Delete")
                .withReplicas(1)
                .endSpec()
                .build();
        settle();
        full(2);
        claims.addAll(Members.claims(set, 0));
        claims.addAll(Members.claims(set, 1));
        assertThat(acts()).containsExactly("delete a-1", "replace data-a-1");
    }

    private List<Change> changes() {
        World world = new World(
                List.of(),
                pods,
                List.of(set),
                revisions,
                claims,
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of());
        return StatefulSets.next(world, NOW);
    }

    private List<String> acts() {
        return changes().stream()
                .map(change -> switch (change) {
                    case Change.Create(ControllerRevision revision) -> "create " + revision.getKind();
                    case Change.Create(HasMetadata object) ->
                        "create " + object.getMetadata().getName();
                    case Change.Replace(HasMetadata object) ->
                        "replace " + object.getMetadata().getName();
                    case Change.Delete(HasMetadata object) ->
                        "delete " + object.getMetadata().getName();
                    case Change.ReplaceStatus ignored -> "";
                    case Change.Tell ignored -> "";
                    case Change.Bind(Pod pod, String node) ->
                        "bind " + pod.getMetadata().getName() + " " + node;
                })
                .filter(act -> !act.isEmpty())
                .toList();
    }

    private StatefulSetStatus status() {
        return changes().stream()
                .filter(Change.ReplaceStatus.class::isInstance)
                .map(change -> ((StatefulSet) ((Change.ReplaceStatus) change).object()).getStatus())
                .findFirst()
                .orElseGet(set::getStatus);
    }

    /** Performs the creation of the revision and writes the status, as the next rounds would find it. */
    private void settle() {
        for (Change change : changes())
            if (change instanceof Change.Create(ControllerRevision revision)) revisions.add(revision);
        set = new StatefulSetBuilder(set).withStatus(status()).build();
    }

    private void full(int count) {
        IntStream.range(0, count).forEach(ordinal -> pods.add(ready(member(ordinal))));
    }

    private Pod member(int ordinal) {
        return new PodBuilder(Members.pod(set, ordinal, status().getUpdateRevision()))
                .editMetadata()
                .withUid("uid-" + ordinal)
                .endMetadata()
                .build();
    }

    private static Pod ready(Pod pod) {
        return new PodBuilder(pod)
                .withNewStatus()
                .withPhase("Running")
                .withConditions(new PodConditionBuilder()
                        .withType("Ready")
                        .withStatus("True")
                        .withLastTransitionTime(NOW.toString())
                        .build())
                .endStatus()
                .build();
    }

    private static Pod owned(Pod pod, @Nullable String uid) {
        PodBuilder builder = new PodBuilder(pod)
                .editMetadata()
                .withOwnerReferences(List.of())
                .endMetadata();
        if (uid == null) return builder.build();
        return builder.editMetadata()
                .addNewOwnerReference()
                .withUid(uid)
                .withController(true)
                .endOwnerReference()
                .endMetadata()
                .build();
    }

    private void changeTemplate(String version) {
        set = new StatefulSetBuilder(set)
                .editSpec()
                .editTemplate()
                .editMetadata()
                .addToAnnotations("version", version)
                .endMetadata()
                .endTemplate()
                .endSpec()
                .build();
    }

    private static StatefulSet set(int replicas, String management, String strategy) {
        return new StatefulSetBuilder()
                .withNewMetadata()
                .withName("a")
                .withNamespace("d")
                .withUid("set")
                .withGeneration(4L)
                .endMetadata()
                .withNewSpec()
                .withReplicas(replicas)
                .withServiceName("a-peers")
                .withPodManagementPolicy(management)
                .withNewUpdateStrategy()
                .withType(strategy)
                .endUpdateStrategy()
                .withNewSelector()
                .addToMatchLabels("app", "a")
                .endSelector()
                .withNewTemplate()
                .withNewMetadata()
                .addToLabels("app", "a")
                .addToAnnotations("version", "1")
                .endMetadata()
                .withNewSpec()
                .endSpec()
                .endTemplate()
                .addNewVolumeClaimTemplate()
                .withNewMetadata()
                .withName("data")
                .endMetadata()
                .endVolumeClaimTemplate()
                .endSpec()
                .build();
    }
}
