package dev.quorate.e2e.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.quorate.crds.v1alpha1.MemberStatus;
import dev.quorate.crds.v1alpha1.StoreClusterStatus;
import dev.quorate.e2e.cluster.Await;
import dev.quorate.e2e.cluster.Installation;
import dev.quorate.e2e.cluster.StoreClusterHandle;
import dev.quorate.e2e.cluster.Testbed;
import dev.quorate.e2e.cluster.WriteStream;
import dev.quorate.e2e.objects.Pods;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinitionBuilder;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaPropsBuilder;
import io.fabric8.kubernetes.api.model.events.v1.Event;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/**
 * What a user does with a StoreCluster and what must come of it. Runs on LocalKube, or on the API server of
 * {@code QUORATE_E2E_KUBECONFIG}; each scenario has a namespace of its own.
 */
final class StoreClusterScenarios {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final String SENTENCE = "replicas must be odd: 1, 3, 5 or 7.";
    private static final String CRD = "storeclusters.quorate.dev";
    private static final String DEDICATED = "quorate.dev/dedicated";

    private static Testbed bed;

    private String namespace = "";
    private StoreClusterHandle cluster;

    @BeforeAll
    static void start() throws IOException {
        Installation installation = Installation.find();
        Path folder = installation.top().resolve("e2e/target/scenarios");
        String kubeconfig = System.getenv("QUORATE_E2E_KUBECONFIG");
        bed = kubeconfig == null
                ? Testbed.local(installation, folder)
                : Testbed.at(Path.of(kubeconfig), installation, folder);
        bed.startOperator();
    }

    @AfterAll
    static void stop() {
        bed.close();
    }

    @BeforeEach
    void ownNamespace(TestInfo test) {
        String method = test.getTestMethod().orElseThrow().getName();
        namespace = "s-" + Integer.toHexString(method.hashCode()) + "-" + Long.toString(System.nanoTime(), 36);
        bed.client()
                .resource(new NamespaceBuilder()
                        .withNewMetadata()
                        .withName(namespace)
                        .endMetadata()
                        .build())
                .create();
        cluster = bed.cluster(namespace, "c");
    }

    @AfterEach
    void clean() {
        cluster.delete();
        Await.until(
                "the pods to go with their cluster",
                PATIENCE,
                () -> cluster.pods().isEmpty(),
                cluster::describe);
    }

    @Test
    void threeMembersForm() {
        cluster.apply(manifest(3, ""));
        cluster.awaitReady(3, PATIENCE);
        StoreClusterStatus status = cluster.get().orElseThrow().getStatus();
        assertThat(status.clusterId()).isNotBlank();
        assertThat(status.members()).extracting(MemberStatus::name).containsExactly("c-0", "c-1", "c-2");
        assertThat(status.members()).extracting(MemberStatus::role).containsOnlyOnce("Leader");
        assertThat(status.leader()).isEqualTo(cluster.leader().getMetadata().getName());
        assertThat(statuses("Ready", "Available", "QuorumHealthy", "PlacementSatisfied"))
                .containsOnly("True");
        assertThat(statuses("Progressing")).containsOnly("False");
        assertThat(reasons()).contains("ClusterBootstrapped", "MemberAdded", "MemberPromoted");
        assertThat(cluster.pods())
                .extracting(pod -> pod.getSpec().getNodeName())
                .doesNotHaveDuplicates();
    }

    @Test
    void writesGoOnWhenTheLeaderIsKilledAndNothingIsLost() {
        formed(3);
        WriteStream writes = WriteStream.start(bed.store(), cluster::endpoints);
        try (writes) {
            awaitWrites(writes, 200);
            cluster.killProcess(cluster.leader());
            awaitWrites(writes, writes.acknowledged() + 200);
            cluster.awaitReady(3, PATIENCE);
            bed.client().resource(cluster.leader()).delete();
            awaitWrites(writes, writes.acknowledged() + 200);
        }
        assertThat(writes.longestPause()).isLessThan(Duration.ofSeconds(10));
        cluster.awaitReady(3, PATIENCE);
        for (InetSocketAddress member : cluster.endpoints())
            assertThat(writes.lost(member)).as("lost on " + member).isZero();
    }

    @Test
    void scalesFromThreeToFiveAndBack() {
        formed(3);
        bed.store().put(cluster.endpoints().getFirst(), "kept", "1");
        cluster.scale(5);
        cluster.awaitReady(5, PATIENCE);
        assertThat(cluster.pods()).hasSize(5);
        cluster.scale(3);
        cluster.awaitReady(3, PATIENCE);
        Await.until("the pods beyond 3 to go", PATIENCE, () -> cluster.pods().size() == 3, cluster::describe);
        assertThat(bed.store().read(cluster.endpoints().getLast(), "kept")).containsEntry("kept", "1");
    }

    @Test
    void fourMembersAreRefusedWhicheverWayTheyAreAskedFor() {
        cluster.apply(manifest(3, ""));
        List<Runnable> ways = List.of(
                () -> cluster.scale(4),
                () -> cluster.apply(manifest(4, "")),
                () -> cluster.patch("{\"spec\": {\"replicas\": 4}}"));
        for (Runnable way : ways)
            assertThat(StoreClusterHandle.refusal(way))
                    .hasValueSatisfying(why -> assertThat(why).contains(SENTENCE));
        assertThat(cluster.get().orElseThrow().getSpec().replicas()).isEqualTo(3);
    }

    @Test
    void aDeletedPodComesBackAsTheSameMember() {
        formed(3);
        Pod victim = cluster.pods().get(1);
        Optional<String> member = memberId(victim);
        bed.client().resource(victim).delete();
        Await.until(
                "another pod in its place",
                PATIENCE,
                () -> cluster.pods().stream()
                        .anyMatch(pod -> pod.getMetadata().getName().equals("c-1")
                                && !pod.getMetadata()
                                        .getUid()
                                        .equals(victim.getMetadata().getUid())
                                && Pods.isReady(pod)),
                cluster::describe);
        cluster.awaitReady(3, PATIENCE);
        assertThat(memberId(victim)).isPresent().isEqualTo(member);
    }

    @Test
    void aMemberThatLostItsVolumeIsReplacedByANewOne() {
        formed(3);
        bed.store().put(cluster.endpoints().getFirst(), "kept", "1");
        Pod victim = cluster.pods().get(1);
        Optional<String> lost = memberId(victim);
        bed.client()
                .persistentVolumeClaims()
                .inNamespace(namespace)
                .withName("data-c-1")
                .delete();
        bed.client().resource(victim).delete();
        Await.until(
                "a new member in its place",
                PATIENCE,
                () -> cluster.isReady(3) && !memberId(victim).equals(lost),
                cluster::describe);
        assertThat(memberId(victim)).isPresent();
        assertThat(reasons()).contains("MemberReplacementStarted", "MemberPromoted");
        for (InetSocketAddress member : cluster.endpoints())
            assertThat(bed.store().read(member, "kept")).containsEntry("kept", "1");
    }

    @Test
    void whatTheApiServerRefusesIsToldAndTriedAgainWhenTheUserHasChangedIt() {
        assumeTrue(StoreClusterHandle.refusal(this::podThatMakesNoSense).isPresent(), "this API server checks no pods");
        cluster.apply(manifest(1, "placement: {tolerations: [{key: a, operator: Perhaps}]}"));
        Await.until(
                "the refusal in the status",
                PATIENCE,
                () -> cluster.condition("Progressing")
                        .filter(progress -> progress.getStatus().equals("False")
                                && progress.getMessage().contains("cannot create the StatefulSet with 1 pods: ")
                                && progress.getMessage().contains("tolerations[0].operator"))
                        .isPresent(),
                cluster::describe);
        Await.until("an event", PATIENCE, () -> reasons().contains("ActionRefused"), () -> "only " + reasons());
        assertThat(reasons()).containsOnlyOnce("ActionRefused");
        cluster.patch("{\"spec\": {\"placement\": {\"tolerations\": []}}}");
        cluster.awaitReady(1, PATIENCE);
    }

    private void podThatMakesNoSense() {
        Pod pod = new PodBuilder()
                .withNewMetadata()
                .withName("probe")
                .withNamespace(namespace)
                .endMetadata()
                .withNewSpec()
                .addNewContainer()
                .withName("c")
                .withImage("i")
                .endContainer()
                .addNewToleration()
                .withKey("a")
                .withOperator("Perhaps")
                .endToleration()
                .endSpec()
                .build();
        bed.client().resource(pod).dryRun().create();
    }

    @Test
    void anOperatorThatIsKilledAtAnyPointConverges() throws InterruptedException {
        long seed = Long.getLong("seed", System.nanoTime());
        System.out.println("reproduce: -Dseed=" + seed);
        SplittableRandom random = new SplittableRandom(seed);
        cluster.apply(manifest(3, ""));
        killOperatorUntilReady(3, random);
        String clusterId = cluster.get().orElseThrow().getStatus().clusterId();
        cluster.scale(5);
        killOperatorUntilReady(5, random);
        assertThat(cluster.get().orElseThrow().getStatus().clusterId()).isEqualTo(clusterId);
        assertThat(cluster.get().orElseThrow().getStatus().members()).hasSize(5);
    }

    @Test
    void dedicatedNodesAreAskedForInCommandsAndUsedWhenTheyAreThere() {
        String value = namespace + ".c";
        cluster.apply(manifest(3, "placement: {dedicated: {enabled: true, value: " + value + "}}"));
        Await.until(
                "PlacementSatisfied=False with the commands",
                PATIENCE,
                () -> cluster.condition("PlacementSatisfied")
                        .filter(placement -> placement.getStatus().equals("False")
                                && placement.getMessage().contains("kubectl label node")
                                && placement.getMessage().contains("kubectl taint node"))
                        .isPresent(),
                cluster::describe);
        List<String> dedicated = List.of("node-1", "node-3", "node-5");
        try {
            for (String node : dedicated) {
                bed.client()
                        .nodes()
                        .withName(node)
                        .edit(plain -> new NodeBuilder(plain)
                                .editMetadata()
                                .addToLabels(DEDICATED, value)
                                .endMetadata()
                                .editSpec()
                                .addNewTaint("NoSchedule", DEDICATED, null, value)
                                .endSpec()
                                .build());
            }
            cluster.awaitReady(3, PATIENCE);
            assertThat(cluster.pods())
                    .extracting(pod -> pod.getSpec().getNodeName())
                    .containsExactlyInAnyOrderElementsOf(dedicated);
            assertThat(statuses("PlacementSatisfied")).containsOnly("True");
        } finally {
            for (String node : dedicated) {
                bed.client()
                        .nodes()
                        .withName(node)
                        .edit(used -> new NodeBuilder(used)
                                .editMetadata()
                                .removeFromLabels(DEDICATED)
                                .endMetadata()
                                .editSpec()
                                .removeMatchingFromTaints(
                                        taint -> taint.getKey().equals(DEDICATED))
                                .endSpec()
                                .build());
            }
        }
    }

    @Test
    void aFieldOfANewerVersionDoesNotStopTheOperator() {
        bed.client()
                .apiextensions()
                .v1()
                .customResourceDefinitions()
                .withName(CRD)
                .edit(crd -> new CustomResourceDefinitionBuilder(crd)
                        .editSpec()
                        .editVersion(0)
                        .editSchema()
                        .withOpenAPIV3Schema(withFutureField(crd.getSpec()
                                .getVersions()
                                .getFirst()
                                .getSchema()
                                .getOpenAPIV3Schema()))
                        .endSchema()
                        .endVersion()
                        .endSpec()
                        .build());
        Await.until(
                "a resource with a field of the future",
                PATIENCE,
                () -> {
                    cluster.apply(manifest(3, "future: {field: [1, 2]}"));
                    return bed.client()
                            .genericKubernetesResources("quorate.dev/v1alpha1", "StoreCluster")
                            .inNamespace(namespace)
                            .withName("c")
                            .get()
                            .getAdditionalProperties()
                            .toString()
                            .contains("future");
                },
                () -> "the field is dropped");
        cluster.awaitReady(3, PATIENCE);
        assertThat(bed.operator())
                .hasValueSatisfying(operator -> assertThat(operator.isAlive()).isTrue());
    }

    private static JSONSchemaProps withFutureField(JSONSchemaProps schema) {
        JSONSchemaProps spec = Objects.requireNonNull(schema.getProperties().get("spec"));
        JSONSchemaProps anything = new JSONSchemaPropsBuilder()
                .withType("object")
                .withXKubernetesPreserveUnknownFields(true)
                .build();
        return new JSONSchemaPropsBuilder(schema)
                .addToProperties(
                        "spec",
                        new JSONSchemaPropsBuilder(spec)
                                .addToProperties("future", anything)
                                .build())
                .build();
    }

    private void killOperatorUntilReady(int members, SplittableRandom random) throws InterruptedException {
        for (int kill = 0; kill < 5 && !cluster.isReady(members); kill++) {
            TimeUnit.MILLISECONDS.sleep(random.nextLong(500, 5_000));
            bed.killOperator();
            bed.startOperator();
        }
        cluster.awaitReady(members, PATIENCE);
    }

    private void formed(int members) {
        cluster.apply(manifest(members, ""));
        cluster.awaitReady(members, PATIENCE);
    }

    private static void awaitWrites(WriteStream writes, int count) {
        Await.until(
                count + " acknowledged writes",
                PATIENCE,
                () -> writes.acknowledged() >= count,
                () -> writes.acknowledged() + " acknowledged");
    }

    private List<String> statuses(String... types) {
        return List.of(types).stream()
                .map(type -> cluster.condition(type).map(Condition::getStatus).orElse(type + " is missing"))
                .toList();
    }

    private List<String> reasons() {
        return cluster.events().stream().map(Event::getReason).toList();
    }

    private Optional<String> memberId(Pod pod) {
        return cluster.get().orElseThrow().getStatus().members().stream()
                .filter(member -> member.name().equals(pod.getMetadata().getName()))
                .map(MemberStatus::memberId)
                .findFirst();
    }

    private static String manifest(int replicas, String more) {
        return """
                apiVersion: quorate.dev/v1alpha1
                kind: StoreCluster
                metadata: {name: c}
                spec:
                  replicas: %d
                  storage: {size: 1Gi}
                  resources: {limits: {cpu: "1", memory: 1Gi}}
                  %s
                """.formatted(replicas, more);
    }
}
