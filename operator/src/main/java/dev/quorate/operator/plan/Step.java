package dev.quorate.operator.plan;

import java.util.List;
import java.util.Optional;

/** The one next thing to do. Every effect carries what must still be true for it to happen. */
public sealed interface Step {

    /** Says in one sentence what the step does, for logs, events and the status. */
    String sentence();

    /** An ordinal and the member id that was seen there. */
    record Target(int ordinal, long memberId) {}

    /** Creates the StatefulSet. */
    record CreateSet(int replicas) implements Step {
        @Override
        public String sentence() {
            return "create the StatefulSet with " + replicas + " pods";
        }
    }

    /** Changes how many pods there are. */
    record SetReplicas(int from, int to) implements Step {
        @Override
        public String sentence() {
            return "change the number of pods from " + from + " to " + to;
        }
    }

    /** Writes down which pod will be the seed, before it is asked to be. */
    record RecordBirth(int seed, String token) implements Step {
        @Override
        public String sentence() {
            return "record that pod " + seed + " will be the seed";
        }
    }

    /** Makes the recorded seed the first voter of a new cluster. */
    record Bootstrap(int seed, String podUid, String token) implements Step {
        @Override
        public String sentence() {
            return "bootstrap the cluster on pod " + seed;
        }
    }

    /** Writes down the cluster's id, which forbids every further bootstrap. */
    record RecordCluster(long clusterId, boolean adopted) implements Step {
        @Override
        public String sentence() {
            return (adopted ? "adopt" : "record") + " cluster " + Long.toHexString(clusterId);
        }
    }

    /** Lists a waiting pod as a learner, upon which it joins. */
    record AddLearner(int ordinal) implements Step {
        @Override
        public String sentence() {
            return "add pod " + ordinal + " as a learner";
        }
    }

    /** Makes learners voters in one change. */
    record Promote(List<Target> learners) implements Step {
        @Override
        public String sentence() {
            return "promote " + ordinals(learners) + " to voters in one change";
        }
    }

    /** Hands leadership over. */
    record MoveLeader(Target from, Target to) implements Step {
        @Override
        public String sentence() {
            return "move leadership from pod " + from.ordinal() + " to pod " + to.ordinal();
        }
    }

    /** Removes members in one change. */
    record RemoveMembers(List<Target> members) implements Step {
        @Override
        public String sentence() {
            return "remove " + ordinals(members) + " from the membership in one change";
        }
    }

    /** Removes a member whose data is gone. Its place is taken by a new member: an id that was used is used up. */
    record RemoveLost(Target member) implements Step {
        @Override
        public String sentence() {
            return "remove the member of pod " + member.ordinal()
                    + ", which lost its data, to add it again as a new one";
        }
    }

    /** Deletes a pod that is no member any more together with its volume, so that it comes back as a newcomer. */
    record RenewPod(int ordinal, String podUid, Optional<String> volumeUid) implements Step {
        @Override
        public String sentence() {
            return "renew pod " + ordinal + " and its volume: what was there belongs to no member any more";
        }
    }

    /** Deletes one pod, so that it comes back with the newest template. */
    record RestartPod(int ordinal, String podUid, String why) implements Step {
        @Override
        public String sentence() {
            return "restart pod " + ordinal + ": " + why;
        }
    }

    /** Marks the volume of a removed member, so that it is never mistaken for a living one's. */
    record ReleaseVolume(int ordinal, String volumeUid) implements Step {
        @Override
        public String sentence() {
            return "mark the volume of removed member " + ordinal;
        }
    }

    /** Deletes the marked volume of a removed member, because its ordinal is needed again. */
    record DeleteVolume(int ordinal, String volumeUid) implements Step {
        @Override
        public String sentence() {
            return "delete the old volume of removed member " + ordinal;
        }
    }

    /** Nothing can be done now; the sentence says what is missing and, where there is one, what to type. */
    record Wait(Reason reason, String sentence) implements Step {}

    /** Nothing is left to do. */
    record Done() implements Step {
        @Override
        public String sentence() {
            return "nothing to do";
        }
    }

    /** Why a step is a wait. */
    enum Reason {
        PAUSED,
        INVALID_SPEC,
        WAITING_FOR_SEED,
        OLD_VOLUMES,
        SPLIT_IDENTITY,
        QUORUM_LOST,
        UNKNOWN_MEMBER,
        MEMBER_UNHEALTHY,
        MEMBER_PENDING,
        WRONG_VOLUME,
        CATCHING_UP,
        TOO_FEW_NODES,
        POD_LEAVING,
        REFUSED
    }

    private static String ordinals(List<Target> targets) {
        List<String> names =
                targets.stream().map(target -> "" + target.ordinal()).toList();
        return (names.size() == 1 ? "pod " : "pods ") + String.join(" and ", names);
    }
}
