package dev.quorate.e2e.controllers;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.LabelSelectorBuilder;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.NodeSelectorRequirement;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** One row per question of the scheduler: a pod, nodes, and where it goes or the sentence why not. */
final class PlacementTest {
    private static final LabelSelector MEMBERS =
            new LabelSelectorBuilder().addToMatchLabels("app", "a").build();

    private final List<Node> nodes = new ArrayList<>(List.of(node("n1", "a"), node("n2", "b"), node("n3", "c")));
    private final List<Pod> pods = new ArrayList<>();

    @Test
    void theEmptiestNodeIsTakenThenTheFirstByName() {
        pods.add(on("n1", pod("x")));
        assertThat(place(pod("p"))).isEqualTo("n2");
    }

    @Test
    void aCordonedNodeIsLeftOut() {
        nodes.set(
                1,
                new NodeBuilder(nodes.get(1))
                        .editSpec()
                        .withUnschedulable(true)
                        .endSpec()
                        .build());
        pods.add(on("n1", pod("x")));
        assertThat(place(pod("p"))).isEqualTo("n3");
    }

    @Test
    void aTaintKeepsOutWhoDoesNotTolerateIt() {
        for (int i = 0; i < 3; i++) nodes.set(i, tainted(nodes.get(i), "quorate.dev/dedicated", "data.prod"));
        assertThat(place(pod("p")))
                .isEqualTo(
                        "0/3 nodes are available: 3 node(s) had untolerated taint {quorate.dev/dedicated: data.prod}.");
        assertThat(place(tolerating(pod("p"), "Equal", "data.prod"))).isEqualTo("n1");
        assertThat(place(tolerating(pod("p"), "Equal", "other"))).startsWith("0/3");
        assertThat(place(tolerating(pod("p"), "Exists", null))).isEqualTo("n1");
    }

    @Test
    void aNodeSelectorAndARequiredAffinityMustHold() {
        Pod selecting = new PodBuilder(pod("p"))
                .editSpec()
                .withNodeSelector(Map.of("zone", "c"))
                .endSpec()
                .build();
        assertThat(place(selecting)).isEqualTo("n3");
        assertThat(place(requiring(pod("p"), "zone", "b"))).isEqualTo("n2");
        assertThat(place(requiring(pod("p"), "zone", "z")))
                .isEqualTo("0/3 nodes are available: 3 node(s) didn't match Pod's node affinity/selector.");
    }

    @Test
    void antiAffinityKeepsMembersApartAndWorksBothWays() {
        pods.add(on("n1", apart(pod("a-0"))));
        assertThat(place(apart(pod("a-1")))).isEqualTo("n2");
        // The new pod has no rule of its own, but the one that runs has.
        assertThat(place(pod("a-1"))).isEqualTo("n2");
        pods.add(on("n2", apart(pod("a-1"))));
        pods.add(on("n3", apart(pod("a-2"))));
        assertThat(place(apart(pod("a-3"))))
                .isEqualTo("0/3 nodes are available: 3 node(s) didn't match pod anti-affinity rules.");
    }

    @Test
    void spreadKeepsZonesEven() {
        nodes.add(node("n4", "a"));
        pods.add(on("n1", pod("a-0")));
        pods.add(on("n2", pod("a-1")));
        // n4 is the emptier node, but its zone has a member already.
        assertThat(place(spread(pod("a-2")))).isEqualTo("n3");
        nodes.removeIf(node -> node.getMetadata().getName().equals("n3"));
        assertThat(place(spread(pod("a-2")))).isEqualTo("n4");
    }

    @Test
    void requestsMustFitIntoWhatIsLeft() {
        pods.add(on("n1", requesting(pod("x"), "3")));
        pods.add(on("n2", requesting(pod("y"), "3500m")));
        pods.add(on("n3", requesting(pod("z"), "4")));
        assertThat(place(requesting(pod("p"), "1"))).isEqualTo("n1");
        assertThat(place(requesting(pod("p"), "1100m"))).isEqualTo("0/3 nodes are available: 3 Insufficient cpu.");
    }

    @Test
    void aFinishedPodTakesNoRoom() {
        Pod done = new PodBuilder(on("n1", apart(requesting(pod("a-0"), "4"))))
                .withNewStatus()
                .withPhase("Succeeded")
                .endStatus()
                .build();
        pods.add(done);
        assertThat(place(apart(requesting(pod("a-1"), "4")))).isEqualTo("n1");
    }

    @Test
    void everyNodeIsCountedOnceInTheSentence() {
        nodes.set(0, tainted(nodes.get(0), "k", "v"));
        pods.add(on("n2", apart(pod("a-0"))));
        pods.add(on("n3", apart(pod("a-1"))));
        assertThat(place(apart(pod("a-2"))))
                .isEqualTo("0/3 nodes are available: 1 node(s) had untolerated taint {k: v},"
                        + " 2 node(s) didn't match pod anti-affinity rules.");
    }

    private String place(Pod pod) {
        return switch (Placement.of(pod, nodes, pods)) {
            case Placement.On(String node) -> node;
            case Placement.Nowhere(String why) -> why;
        };
    }

    private static Node node(String name, String zone) {
        return new NodeBuilder()
                .withNewMetadata()
                .withName(name)
                .withLabels(Map.of("host", name, "zone", zone))
                .endMetadata()
                .withNewSpec()
                .endSpec()
                .withNewStatus()
                .withAllocatable(Map.of("cpu", new Quantity("4")))
                .endStatus()
                .build();
    }

    private static Node tainted(Node node, String key, String value) {
        return new NodeBuilder(node)
                .editSpec()
                .addNewTaint("NoSchedule", key, null, value)
                .endSpec()
                .build();
    }

    private static Pod pod(String name) {
        return new PodBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace("d")
                .withLabels(Map.of("app", "a"))
                .endMetadata()
                .withNewSpec()
                .addNewContainer()
                .withName("c")
                .endContainer()
                .endSpec()
                .build();
    }

    private static Pod on(String node, Pod pod) {
        return new PodBuilder(pod).editSpec().withNodeName(node).endSpec().build();
    }

    private static Pod tolerating(Pod pod, String operator, @Nullable String value) {
        return new PodBuilder(pod)
                .editSpec()
                .addNewToleration("NoSchedule", "quorate.dev/dedicated", operator, null, value)
                .endSpec()
                .build();
    }

    private static Pod requiring(Pod pod, String key, String value) {
        return new PodBuilder(pod)
                .editSpec()
                .withNewAffinity()
                .withNewNodeAffinity()
                .withNewRequiredDuringSchedulingIgnoredDuringExecution()
                .addNewNodeSelectorTerm()
                .addToMatchExpressions(new NodeSelectorRequirement(key, "In", List.of(value)))
                .endNodeSelectorTerm()
                .endRequiredDuringSchedulingIgnoredDuringExecution()
                .endNodeAffinity()
                .endAffinity()
                .endSpec()
                .build();
    }

    private static Pod apart(Pod pod) {
        return new PodBuilder(pod)
                .editSpec()
                .withNewAffinity()
                .withNewPodAntiAffinity()
                .addNewRequiredDuringSchedulingIgnoredDuringExecution()
                .withTopologyKey("host")
                .withLabelSelector(MEMBERS)
                .endRequiredDuringSchedulingIgnoredDuringExecution()
                .endPodAntiAffinity()
                .endAffinity()
                .endSpec()
                .build();
    }

    private static Pod spread(Pod pod) {
        return new PodBuilder(pod)
                .editSpec()
                .addNewTopologySpreadConstraint()
                .withMaxSkew(1)
                .withTopologyKey("zone")
                .withWhenUnsatisfiable("DoNotSchedule")
                .withLabelSelector(MEMBERS)
                .endTopologySpreadConstraint()
                .endSpec()
                .build();
    }

    private static Pod requesting(Pod pod, String cpu) {
        return new PodBuilder(pod)
                .editSpec()
                .editContainer(0)
                .withNewResources()
                .addToRequests("cpu", new Quantity(cpu))
                .endResources()
                .endContainer()
                .endSpec()
                .build();
    }
}
