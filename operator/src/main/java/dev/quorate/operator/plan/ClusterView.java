package dev.quorate.operator.plan;

import dev.quorate.operator.plan.MembershipView.Member;
import dev.quorate.operator.plan.ProcessView.State;
import java.time.Instant;
import java.util.Optional;
import java.util.SortedMap;

/** One immutable picture of a cluster. Membership is there only if a quorum confirmed it just now. */
public record ClusterView(
        Instant now,
        String name,
        String uid,
        Wanted wanted,
        Memory memory,
        Optional<SetView> set,
        SortedMap<Integer, SlotView> slots,
        Optional<MembershipView> membership,
        NodesView nodes) {

    private static final long MAX_LAG = 1000;

    public boolean born() {
        return memory.clusterId().isPresent();
    }

    public SlotView slot(int ordinal) {
        SlotView known = slots.get(ordinal);
        return known != null ? known : new SlotView(ordinal, Optional.empty(), Optional.empty(), Optional.empty());
    }

    public String podName(int ordinal) {
        return name + "-" + ordinal;
    }

    /** A voter that answers, knows a leader, and whose pod is not on its way out. */
    public boolean healthy(Member member) {
        SlotView slot = slot(member.ordinal());
        return slot.podIsStaying()
                && slot.process()
                        .filter(process -> process.state() == State.RUNNING)
                        .filter(process -> process.memberId() == member.id())
                        .filter(process -> member.learner() || process.ready())
                        .isPresent();
    }

    /** A learner that is so close behind that promoting it costs nothing. */
    boolean caughtUp(Member learner) {
        long newest = slots.values().stream()
                .flatMap(slot -> slot.process().stream())
                .filter(process -> process.state() == State.RUNNING)
                .mapToLong(ProcessView::applied)
                .max()
                .orElse(0);
        return healthy(learner)
                && slot(learner.ordinal())
                        .process()
                        .filter(process -> newest - process.applied() <= MAX_LAG)
                        .isPresent();
    }

    /** True if the pod runs an older template than the set asks for. */
    boolean outdated(SlotView slot) {
        String newest = set.map(SetView::updateRevision).orElse("");
        return !newest.isEmpty()
                && slot.podIsStaying()
                && !slot.pod().orElseThrow().revision().equals(newest);
    }

    int highestVolume() {
        return slots.values().stream()
                .filter(slot ->
                        slot.volume().filter(volume -> !volume.released()).isPresent())
                .mapToInt(SlotView::ordinal)
                .max()
                .orElse(-1);
    }
}
