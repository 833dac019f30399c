package dev.quorate.operator.plan;

import java.util.Optional;

/** Everything that is known about one ordinal. A missing process means that it did not answer. */
public record SlotView(int ordinal, Optional<PodView> pod, Optional<VolumeView> volume, Optional<ProcessView> process) {

    boolean is(ProcessView.State state) {
        return process.isPresent() && process.get().state() == state;
    }

    boolean podIsStaying() {
        return pod.isPresent() && !pod.get().deleting();
    }

    /** True if this ordinal certainly holds no data: it says so, or nothing of it is older than the cluster's resource. */
    boolean blank() {
        // What a process that still opens its disk will find there, nobody knows.
        if (process.isPresent() && !is(ProcessView.State.STARTING)) {
            return !process.get().initialised();
        }
        return !(volume.isPresent()
                ? volume.get().older()
                : pod.isPresent() && pod.get().older());
    }

    /** Where its data lives: the volume, or the pod itself if the storage is ephemeral. */
    Optional<String> home() {
        return volume.map(VolumeView::uid).or(() -> pod.map(PodView::uid));
    }

    String problem() {
        return process.filter(known -> !known.message().isEmpty())
                .map(ProcessView::message)
                .or(() -> pod.map(PodView::problem).filter(text -> !text.isEmpty()))
                .orElseGet(() -> pod.isEmpty()
                        ? "has no pod yet"
                        : process.map(SlotView::state).orElse("does not answer yet"));
    }

    private static String state(ProcessView process) {
        return switch (process.state()) {
            case RUNNING -> process.ready() ? "is not the member that is listed" : "runs without a quorum behind it";
            case UNINITIALISED -> "waits to be added";
            case DATA_LOST -> "lost its data: its disk is empty although it was a member";
            case WRONG_VOLUME -> "has the volume of another member or cluster";
            case REMOVED -> "was removed from the cluster";
            case FENCED -> "is fenced";
            case STARTING -> "opens its data";
            case UNKNOWN -> "is in a state that this operator does not know";
        };
    }
}
