package dev.quorate.operator.plan;

import dev.quorate.operator.plan.Memory.Birth;
import dev.quorate.operator.plan.ProcessView.State;
import dev.quorate.operator.plan.Step.Bootstrap;
import dev.quorate.operator.plan.Step.Reason;
import dev.quorate.operator.plan.Step.RecordBirth;
import dev.quorate.operator.plan.Step.RecordCluster;
import dev.quorate.operator.plan.Step.Wait;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.StringJoiner;
import java.util.TreeSet;

/**
 * Brings a cluster into the world exactly once, or finds that it is there already.
 *
 * <ol>
 *   <li>some pods have data: of one cluster, adopt it; of several, stop
 *   <li>some volume may have data and does not say: wait for it
 *   <li>a birth is written down and its seed still has the same volume: ask it (the token makes a repeat harmless)
 *   <li>otherwise write down the birth on the lowest pod that waits
 * </ol>
 */
final class BirthPlan {
    private BirthPlan() {}

    static Step next(ClusterView view) {
        SortedSet<Long> clusters = new TreeSet<>();
        for (SlotView slot : view.slots().values()) {
            slot.process().filter(ProcessView::initialised).ifPresent(process -> clusters.add(process.clusterId()));
        }
        if (clusters.size() > 1) {
            return new Wait(
                    Reason.SPLIT_IDENTITY,
                    "the volumes hold data of " + clusters.size()
                            + " clusters. Keep the claims of the one that you want and delete the others");
        }
        if (clusters.size() == 1) {
            return new RecordCluster(clusters.first(), view.memory().birth().isEmpty());
        }
        List<String> silent = view.slots().values().stream()
                .filter(slot -> !slot.blank())
                .map(slot -> view.podName(slot.ordinal()) + " " + slot.problem())
                .toList();
        if (!silent.isEmpty()) {
            return new Wait(
                    Reason.OLD_VOLUMES,
                    "volumes older than this resource may hold data, so nothing is bootstrapped before they are read: "
                            + String.join("; ", silent));
        }
        return view.memory().birth().map(birth -> again(view, birth)).orElseGet(() -> seed(view));
    }

    private static Step again(ClusterView view, Birth birth) {
        SlotView slot = view.slot(birth.seed());
        boolean sameHome = token(view, slot).filter(birth.token()::equals).isPresent();
        if (!sameHome) {
            return seed(view);
        }
        if (slot.is(State.UNINITIALISED) && slot.podIsStaying()) {
            return new Bootstrap(birth.seed(), slot.pod().orElseThrow().uid(), birth.token());
        }
        return new Wait(Reason.WAITING_FOR_SEED, "the seed " + view.podName(birth.seed()) + " " + slot.problem());
    }

    private static Step seed(ClusterView view) {
        for (SlotView slot : view.slots().values()) {
            if (slot.is(State.UNINITIALISED) && slot.podIsStaying()) {
                return new RecordBirth(slot.ordinal(), token(view, slot).orElseThrow());
            }
        }
        StringJoiner why = new StringJoiner("; ");
        for (int ordinal = 0; ordinal < view.wanted().replicas(); ordinal++) {
            why.add(view.podName(ordinal) + " " + view.slot(ordinal).problem());
        }
        return new Wait(Reason.WAITING_FOR_SEED, "no pod is up yet: " + why);
    }

    /** Names the resource, the pod and the place of its data: another volume is another birth. */
    private static Optional<String> token(ClusterView view, SlotView slot) {
        return slot.home().map(home -> view.uid() + "/" + view.podName(slot.ordinal()) + "/" + home);
    }
}
