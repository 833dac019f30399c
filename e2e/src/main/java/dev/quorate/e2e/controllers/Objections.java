package dev.quorate.e2e.controllers;

import dev.quorate.e2e.objects.Pods;
import dev.quorate.e2e.objects.Selectors;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeSelectorTerm;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodAffinityTerm;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Taint;
import io.fabric8.kubernetes.api.model.Toleration;
import io.fabric8.kubernetes.api.model.TopologySpreadConstraint;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What speaks against one pod on a node; the questions stand in kube-scheduler's order. Pure. */
record Objections(Pod pod, List<Node> nodes, List<Pod> pods) {

    Optional<String> on(Node node) {
        if (Boolean.TRUE.equals(node.getSpec().getUnschedulable())) return Optional.of("node(s) were unschedulable");
        Optional<Taint> taint = node.getSpec().getTaints().stream()
                .filter(mark -> !mark.getEffect().equals("PreferNoSchedule") && !isTolerated(mark))
                .findFirst();
        if (taint.isPresent())
            return Optional.of("node(s) had untolerated taint {" + taint.get().getKey() + ": "
                    + Objects.requireNonNullElse(taint.get().getValue(), "") + "}");
        if (!isChosen(node)) return Optional.of("node(s) didn't match Pod's node affinity/selector");
        Optional<String> lack = lack(node);
        if (lack.isPresent()) return lack.map(resource -> "Insufficient " + resource);
        if (!spreads(node)) return Optional.of("node(s) didn't match pod topology spread constraints");
        if (isRepelled(node)) return Optional.of("node(s) didn't match pod anti-affinity rules");
        return Optional.empty();
    }

    private boolean isTolerated(Taint taint) {
        return pod.getSpec().getTolerations().stream().anyMatch(toleration -> tolerates(toleration, taint));
    }

    private static boolean tolerates(Toleration toleration, Taint taint) {
        boolean effect =
                isEmpty(toleration.getEffect()) || toleration.getEffect().equals(taint.getEffect());
        boolean key = isEmpty(toleration.getKey()) || toleration.getKey().equals(taint.getKey());
        boolean value = "Exists".equals(toleration.getOperator())
                || Objects.requireNonNullElse(toleration.getValue(), "")
                        .equals(Objects.requireNonNullElse(taint.getValue(), ""));
        return effect && key && value;
    }

    private boolean isChosen(Node node) {
        if (!Selectors.contains(node.getMetadata().getLabels(), pod.getSpec().getNodeSelector())) return false;
        var affinity = pod.getSpec().getAffinity();
        if (affinity == null || affinity.getNodeAffinity() == null) return true;
        var required = affinity.getNodeAffinity().getRequiredDuringSchedulingIgnoredDuringExecution();
        List<NodeSelectorTerm> terms = required == null ? List.of() : required.getNodeSelectorTerms();
        return required == null || terms.stream().anyMatch(term -> Selectors.matches(term, node));
    }

    private Optional<String> lack(Node node) {
        Map<String, Quantity> capacity =
                node.getStatus() == null ? Map.of() : node.getStatus().getAllocatable();
        List<Pod> there = podsOn(node, pods);
        for (String resource : List.of("cpu", "memory")) {
            Quantity allocatable = capacity == null ? null : capacity.get(resource);
            BigDecimal wanted = request(pod, resource);
            if (allocatable == null || wanted.signum() == 0) continue;
            BigDecimal used =
                    there.stream().map(other -> request(other, resource)).reduce(wanted, BigDecimal::add);
            if (used.compareTo(allocatable.getNumericalAmount()) > 0) return Optional.of(resource);
        }
        return Optional.empty();
    }

    private static BigDecimal request(Pod pod, String resource) {
        BigDecimal sum = BigDecimal.ZERO;
        for (Container container : pod.getSpec().getContainers()) {
            if (container.getResources() == null) continue;
            Quantity limit = container.getResources().getLimits().get(resource);
            Quantity request = container.getResources().getRequests().getOrDefault(resource, limit);
            if (request != null) sum = sum.add(request.getNumericalAmount());
        }
        return sum;
    }

    private boolean spreads(Node node) {
        return pod.getSpec().getTopologySpreadConstraints().stream()
                .filter(rule -> "DoNotSchedule".equals(rule.getWhenUnsatisfiable()))
                .allMatch(rule -> spreads(rule, node));
    }

    private boolean spreads(TopologySpreadConstraint rule, Node node) {
        String own = domain(node, rule.getTopologyKey());
        if (own == null) return false;
        Map<String, Integer> counts = new TreeMap<>();
        for (Node other : nodes) {
            String domain = domain(other, rule.getTopologyKey());
            if (domain == null || !isChosen(other)) continue;
            int matching = Math.toIntExact(podsOn(other, pods).stream()
                    .filter(there -> !Pods.isTerminating(there)
                            && Pods.sameNamespace(pod, there)
                            && Selectors.matches(
                                    rule.getLabelSelector(), there.getMetadata().getLabels()))
                    .count());
            counts.merge(domain, matching, Integer::sum);
        }
        boolean tooFew = rule.getMinDomains() != null && counts.size() < rule.getMinDomains();
        int least = tooFew ? 0 : counts.values().stream().min(Integer::compare).orElse(0);
        boolean self =
                Selectors.matches(rule.getLabelSelector(), pod.getMetadata().getLabels());
        return counts.getOrDefault(own, 0) + (self ? 1 : 0) - least <= rule.getMaxSkew();
    }

    private boolean isRepelled(Node node) {
        return pods.stream()
                .filter(other -> Pods.isScheduled(other) && !Pods.isOver(other))
                .anyMatch(other -> repels(pod, other, other, node) || repels(other, pod, other, node));
    }

    /** Whether a rule of {@code who} forbids it to share a domain with {@code other}; one of them is placed. */
    private boolean repels(Pod who, Pod other, Pod placed, Node node) {
        var affinity = who.getSpec().getAffinity();
        if (affinity == null || affinity.getPodAntiAffinity() == null) return false;
        for (PodAffinityTerm term : affinity.getPodAntiAffinity().getRequiredDuringSchedulingIgnoredDuringExecution()) {
            String domain = domain(node, term.getTopologyKey());
            boolean near = domain != null
                    && nodes.stream()
                            .filter(there -> there.getMetadata()
                                    .getName()
                                    .equals(placed.getSpec().getNodeName()))
                            .anyMatch(there -> domain.equals(domain(there, term.getTopologyKey())));
            boolean meant = (term.getNamespaces().isEmpty()
                            ? Pods.sameNamespace(who, other)
                            : term.getNamespaces().contains(other.getMetadata().getNamespace()))
                    && Selectors.matches(
                            term.getLabelSelector(), other.getMetadata().getLabels());
            if (near && meant) return true;
        }
        return false;
    }

    private static @Nullable String domain(Node node, String topologyKey) {
        Map<String, String> labels = node.getMetadata().getLabels();
        return labels == null ? null : labels.get(topologyKey);
    }

    private static boolean isEmpty(String text) {
        return text == null || text.isEmpty();
    }

    static List<Pod> podsOn(Node node, List<Pod> pods) {
        return pods.stream()
                .filter(pod -> !Pods.isOver(pod)
                        && node.getMetadata().getName().equals(pod.getSpec().getNodeName()))
                .toList();
    }
}
