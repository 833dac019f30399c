package dev.quorate.operator.plan;

import dev.quorate.operator.plan.ProcessView.State;
import dev.quorate.operator.plan.Step.CreateSet;
import dev.quorate.operator.plan.Step.DeleteVolume;
import dev.quorate.operator.plan.Step.Reason;
import dev.quorate.operator.plan.Step.RestartPod;
import dev.quorate.operator.plan.Step.SetReplicas;
import dev.quorate.operator.plan.Step.Wait;
import java.util.Optional;
import java.util.StringJoiner;

/**
 * Decides the next step of one cluster. First match wins, and the order is the safety argument:
 *
 * <ol>
 *   <li>paused, or a spec that no rule would have let in: observe only
 *   <li>no StatefulSet: clean claims of removed members, then create it
 *   <li>a pod that serves nobody and runs an old template: restart it, it may be the cure
 *   <li>never born (no recorded cluster id): {@link BirthPlan}, which never bootstraps beside data
 *   <li>members disagree on which cluster they are: stop
 *   <li>no quorum: membership is frozen, pods of known members are kept
 *   <li>born and served: {@link LivePlan}
 * </ol>
 *
 * <p>The one thing that is remembered is that the cluster was born. All else is seen anew every time.
 */
public final class Plan {
    private Plan() {}

    public static Step next(ClusterView view) {
        if (view.wanted().invalid().isPresent()) {
            return new Wait(Reason.INVALID_SPEC, view.wanted().invalid().get());
        }
        if (view.wanted().paused()) {
            return new Wait(Reason.PAUSED, "spec.paused is true; set it to false to go on");
        }
        if (view.set().isEmpty()) {
            return createSet(view);
        }
        Optional<Step> cure = cure(view);
        if (cure.isPresent()) {
            return cure.get();
        }
        if (!view.born()) {
            return BirthPlan.next(view);
        }
        return splitIdentity(view).or(() -> frozen(view)).orElseGet(() -> LivePlan.next(view));
    }

    private static Step createSet(ClusterView view) {
        int known = Math.max(view.highestVolume(), view.memory().highestOrdinal()) + 1;
        int replicas = Math.max(known, view.wanted().replicas());
        for (int ordinal = 0; ordinal < replicas; ordinal++) {
            Optional<Step> clean = deleteReleased(view.slot(ordinal));
            if (clean.isPresent()) {
                return clean.get();
            }
        }
        return new CreateSet(replicas);
    }

    static Optional<Step> deleteReleased(SlotView slot) {
        return slot.volume()
                .filter(volume -> volume.released() && slot.pod().isEmpty())
                .map(volume -> new DeleteVolume(slot.ordinal(), volume.uid()));
    }

    private static Optional<Step> cure(ClusterView view) {
        for (SlotView slot : view.slots().values()) {
            if (view.outdated(slot) && !slot.pod().orElseThrow().ready() && !serves(view, slot)) {
                return Optional.of(new RestartPod(
                        slot.ordinal(), slot.pod().get().uid(), "it does not serve and its template is outdated"));
            }
        }
        return Optional.empty();
    }

    /** A process that takes part counts, even if it is not ready at this moment: its vote may be the one that is needed. */
    private static boolean serves(ClusterView view, SlotView slot) {
        boolean answers = slot.is(State.RUNNING);
        boolean healthyMember = view.membership()
                .flatMap(membership -> membership.at(slot.ordinal()))
                .filter(view::healthy)
                .isPresent();
        return answers || healthyMember;
    }

    private static Optional<Step> splitIdentity(ClusterView view) {
        long ours = view.memory().clusterId().orElseThrow();
        return view.slots().values().stream()
                .filter(slot -> slot.process()
                        .filter(process -> process.initialised() && process.clusterId() != ours)
                        .isPresent())
                .findFirst()
                .map(slot -> new Wait(
                        Reason.SPLIT_IDENTITY,
                        view.podName(slot.ordinal()) + " belongs to cluster "
                                + Long.toHexString(slot.process().orElseThrow().clusterId()) + " and not to "
                                + Long.toHexString(ours)
                                + ". Nothing is changed until its volume is the right one or gone"));
    }

    private static Optional<Step> frozen(ClusterView view) {
        if (view.membership().filter(membership -> membership.leader() != 0).isPresent()) {
            return Optional.empty();
        }
        int replicas = view.set().orElseThrow().replicas();
        int needed = view.memory().highestOrdinal() + 1;
        if (replicas < needed) {
            return Optional.of(new SetReplicas(replicas, needed));
        }
        return Optional.of(new Wait(Reason.QUORUM_LOST, missing(view)));
    }

    private static String missing(ClusterView view) {
        StringJoiner who = new StringJoiner("; ");
        for (int ordinal = 0; ordinal <= view.memory().highestOrdinal(); ordinal++) {
            SlotView slot = view.slot(ordinal);
            if (slot.process().filter(process -> process.ready()).isEmpty()) {
                who.add(view.podName(ordinal) + " " + slot.problem());
            }
        }
        return "no quorum: membership is frozen until a majority of members is back. " + who;
    }
}
