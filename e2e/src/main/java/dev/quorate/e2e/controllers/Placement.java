package dev.quorate.e2e.controllers;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Where a pod may run. Of the nodes that nothing speaks against, the one with the fewest pods is taken, then the first
 * by name; if there is none, the sentence says for each node what speaks against it, in the words of kube-scheduler.
 */
sealed interface Placement {
    record On(String node) implements Placement {}

    record Nowhere(String why) implements Placement {}

    static Placement of(Pod pod, List<Node> nodes, List<Pod> pods) {
        Map<String, Integer> refusals = new TreeMap<>();
        List<Node> possible = new ArrayList<>();
        for (Node node : nodes) {
            Optional<String> refusal = new Objections(pod, nodes, pods).on(node);
            refusal.ifPresentOrElse(why -> refusals.merge(why, 1, Integer::sum), () -> possible.add(node));
        }
        Comparator<Node> emptiest =
                Comparator.comparingInt(node -> Objections.podsOn(node, pods).size());
        return possible.stream()
                .min(emptiest.thenComparing(node -> node.getMetadata().getName()))
                .<Placement>map(node -> new On(node.getMetadata().getName()))
                .orElseGet(() -> new Nowhere("0/" + nodes.size() + " nodes are available: "
                        + refusals.entrySet().stream()
                                .map(refusal -> refusal.getValue() + " " + refusal.getKey())
                                .sorted()
                                .collect(Collectors.joining(", "))
                        + "."));
    }
}
