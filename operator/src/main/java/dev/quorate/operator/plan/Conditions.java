package dev.quorate.operator.plan;

import dev.quorate.operator.plan.Step.Done;
import dev.quorate.operator.plan.Step.Reason;
import dev.quorate.operator.plan.Step.Wait;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;

/** The conditions of a cluster from its picture and the next step: what is true, why, and what to do about it. */
public final class Conditions {
    private Conditions() {}

    /** A condition without its times. */
    record Finding(String type, String status, String reason, String message) {}

    static List<Condition> describe(
            ClusterView view, Step step, Operation operation, long generation, List<Condition> before) {
        return Stream.of(
                        ready(view, step),
                        available(view),
                        quorum(view, step),
                        progressing(step, operation),
                        degraded(view),
                        placement(view),
                        paused(view))
                .map(finding -> condition(finding, view, generation, before))
                .toList();
    }

    private static Condition condition(Finding finding, ClusterView view, long generation, List<Condition> before) {
        String since = before.stream()
                .filter(old ->
                        old.getType().equals(finding.type()) && old.getStatus().equals(finding.status()))
                .map(Condition::getLastTransitionTime)
                .findFirst()
                .orElse(view.now().truncatedTo(ChronoUnit.SECONDS).toString());
        return new ConditionBuilder()
                .withType(finding.type())
                .withStatus(finding.status())
                .withReason(finding.reason())
                .withMessage(finding.message())
                .withLastTransitionTime(since)
                .withObservedGeneration(generation)
                .build();
    }

    private static Finding ready(ClusterView view, Step step) {
        if (step instanceof Done) {
            int members = view.wanted().replicas();
            return new Finding("Ready", "True", "AsSpecified", "all " + members + " members are healthy");
        }
        String reason = "Changing";
        String status = "False";
        if (step instanceof Wait wait && wait.reason() == Reason.INVALID_SPEC) {
            reason = "InvalidSpec";
            status = "Unknown";
        } else if (step instanceof Wait wait && wait.reason() == Reason.PAUSED) {
            reason = "Paused";
        } else if (!view.born()) {
            reason = "Bootstrapping";
        } else if (view.membership().isEmpty()) {
            reason = "QuorumLost";
        } else if (!unhealthy(view).isEmpty()) {
            reason = "Degraded";
        }
        return new Finding("Ready", status, reason, step.sentence());
    }

    private static Finding available(ClusterView view) {
        if (serving(view)) {
            return new Finding("Available", "True", "QuorumServing", "reads and writes are served");
        }
        return view.born()
                ? new Finding("Available", "False", "NoQuorum", "no majority of members answers")
                : new Finding("Available", "False", "NotBootstrapped", "the cluster is not born yet");
    }

    private static Finding quorum(ClusterView view, Step step) {
        if (step instanceof Wait wait && wait.reason() == Reason.SPLIT_IDENTITY) {
            return new Finding("QuorumHealthy", "False", "SplitIdentity", wait.sentence());
        }
        if (serving(view)) {
            MembershipView membership = view.membership().orElseThrow();
            return new Finding(
                    "QuorumHealthy",
                    "True",
                    "LeaderElected",
                    membership.voters().size() + " voters, "
                            + QuorumRule.tolerance(membership.voters().size()) + " may fail");
        }
        if (!view.born()) {
            return new Finding("QuorumHealthy", "Unknown", "NotBootstrapped", "there are no members yet");
        }
        return new Finding("QuorumHealthy", "False", "QuorumLost", step.sentence());
    }

    private static Finding progressing(Step step, Operation operation) {
        if (operation != Operation.NONE) {
            boolean blocked = step instanceof Wait wait
                    && (wait.reason() == Reason.TOO_FEW_NODES
                            || wait.reason() == Reason.WRONG_VOLUME
                            || wait.reason() == Reason.OLD_VOLUMES
                            || wait.reason() == Reason.MEMBER_UNHEALTHY
                            || wait.reason() == Reason.REFUSED);
            return blocked
                    ? new Finding("Progressing", "False", "Blocked", step.sentence())
                    : new Finding("Progressing", "True", operation.reason, step.sentence());
        }
        return step instanceof Wait wait
                ? new Finding("Progressing", "False", "Blocked", wait.sentence())
                : new Finding("Progressing", "False", "Idle", "nothing is under way");
    }

    private static Finding degraded(ClusterView view) {
        List<String> ill = unhealthy(view);
        if (!ill.isEmpty()) {
            boolean lost = view.membership().stream()
                    .flatMap(membership -> membership.voters().stream())
                    .anyMatch(voter -> ReplacementPlan.lost(view, voter));
            return new Finding("Degraded", "True", lost ? "MemberDataLost" : "MemberUnhealthy", String.join("; ", ill));
        }
        if (view.born() && !serving(view)) {
            return new Finding("Degraded", "True", "MemberUnhealthy", "too few members answer to serve anybody");
        }
        int voters = view.membership().map(members -> members.voters().size()).orElse(0);
        if (voters > 0 && voters % 2 == 0) {
            String message = voters + " voters tolerate no more failures than " + (voters - 1);
            return new Finding("Degraded", "True", "EvenVoterCount", message);
        }
        return new Finding("Degraded", "False", "AllHealthy", "no member is known to be ill");
    }

    private static Finding placement(ClusterView view) {
        NodesView nodes = view.nodes();
        if (!nodes.known()) {
            return new Finding("PlacementSatisfied", "Unknown", "Unverifiable", "no nodes can be read");
        }
        int wanted = view.wanted().replicas();
        if (view.wanted().oneMemberPerHost() && nodes.eligible() < wanted) {
            return nodes.advice().isEmpty()
                    ? new Finding(
                            "PlacementSatisfied",
                            "False",
                            "InsufficientNodes",
                            nodes.eligible() + " of " + wanted
                                    + " nodes fit. Add nodes, or set placement.spread.hosts: Preferred")
                    : new Finding(
                            "PlacementSatisfied",
                            "False",
                            "InsufficientDedicatedNodes",
                            nodes.eligible() + " of " + wanted + " nodes " + nodes.advice());
        }
        SortedSet<String> hosts = new TreeSet<>();
        for (SlotView slot : view.slots().values()) {
            String node = slot.pod().map(PodView::node).orElse("");
            if (!node.isEmpty() && !hosts.add(node)) {
                String message = "several members share node " + node + "; its loss takes them all";
                return new Finding("PlacementSatisfied", "False", "MembersShareHost", message);
            }
        }
        return new Finding("PlacementSatisfied", "True", "Spread", "every member has a host of its own");
    }

    private static Finding paused(ClusterView view) {
        return view.wanted().paused()
                ? new Finding("Paused", "True", "UserRequested", "set spec.paused: false to go on")
                : new Finding("Paused", "False", "NotRequested", "");
    }

    static boolean serving(ClusterView view) {
        return view.membership()
                .filter(membership -> membership.leader() != 0)
                .filter(membership -> QuorumRule.healthyVoters(view, membership)
                        >= QuorumRule.quorum(membership.voters().size()))
                .isPresent();
    }

    static List<String> unhealthy(ClusterView view) {
        return view.membership().map(MembershipView::voters).orElse(List.of()).stream()
                .filter(voter -> !view.healthy(voter))
                .map(voter -> view.podName(voter.ordinal()) + " "
                        + view.slot(voter.ordinal()).problem())
                .toList();
    }
}
