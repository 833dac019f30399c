package dev.quorate.store.raft;

import dev.quorate.store.raft.MembershipChange.ChangeKind;
import dev.quorate.store.raft.MembershipChange.Single;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Who decides and who only listens. While {@code outgoing} is not empty the configuration is joint: every decision
 * needs a majority of {@code voters} and a majority of {@code outgoing} (thesis 4.3). Sets are sorted by unsigned id.
 *
 * @param learnersNext voters of the outgoing half that become learners when the joint configuration is left
 */
public record Membership(
        SortedSet<Long> voters,
        SortedSet<Long> outgoing,
        SortedSet<Long> learners,
        SortedSet<Long> learnersNext,
        boolean autoLeave) {

    public static final Membership EMPTY = ofVoters(List.of());

    public Membership {
        voters = sorted(voters);
        outgoing = sorted(outgoing);
        learners = sorted(learners);
        learnersNext = sorted(learnersNext);
    }

    public static Membership ofVoters(Collection<Long> voters) {
        return of(voters, List.of());
    }

    public static Membership of(Collection<Long> voters, Collection<Long> learners) {
        return new Membership(sorted(voters), sorted(List.of()), sorted(learners), sorted(List.of()), false);
    }

    /** Ids in the order that all members share. */
    static SortedSet<Long> sorted(Collection<Long> ids) {
        TreeSet<Long> set = new TreeSet<>(Long::compareUnsigned);
        set.addAll(ids);
        return Collections.unmodifiableSortedSet(set);
    }

    public boolean isJoint() {
        return !outgoing.isEmpty();
    }

    public boolean isVoter(long id) {
        return voters.contains(id) || outgoing.contains(id);
    }

    public boolean contains(long id) {
        return isVoter(id) || learners.contains(id);
    }

    /** Everybody, sorted. */
    public SortedSet<Long> members() {
        TreeSet<Long> all = new TreeSet<>(Long::compareUnsigned);
        all.addAll(voters);
        all.addAll(outgoing);
        all.addAll(learners);
        return all;
    }

    /**
     * The membership after this change, or nothing if the change is not possible here: it would leave no voter, a joint
     * configuration is already active, or there is none to leave. Depends on nothing else, so all members agree.
     */
    public Optional<Membership> after(MembershipChange change) {
        if (change.leaveJoint()) return isJoint() ? Optional.of(left()) : Optional.empty();
        List<Single> effective = new ArrayList<>(change.changes());
        effective.removeIf(single -> single.kind() == ChangeKind.UPDATE);
        if (effective.isEmpty()) return Optional.of(this);
        if (isJoint()) return Optional.empty();
        boolean joint = effective.size() > 1;
        Membership next = changed(effective, joint ? voters : sorted(List.of()));
        return next.voters.isEmpty() ? Optional.empty() : Optional.of(next);
    }

    private Membership changed(List<Single> singles, SortedSet<Long> nextOutgoing) {
        Collection<Long> nextVoters = new TreeSet<>(voters);
        Collection<Long> nextLearners = new TreeSet<>(learners);
        Collection<Long> later = new TreeSet<>(learnersNext);
        for (Single single : singles) {
            long id = single.id();
            nextVoters.remove(id);
            nextLearners.remove(id);
            later.remove(id);
            switch (single.kind()) {
                case ADD_VOTER -> nextVoters.add(id);
                // A voter of the outgoing half keeps voting there until the joint configuration is left.
                case ADD_LEARNER -> (nextOutgoing.contains(id) ? later : nextLearners).add(id);
                case REMOVE, UPDATE -> {}
            }
        }
        return new Membership(
                sorted(nextVoters), nextOutgoing, sorted(nextLearners), sorted(later), !nextOutgoing.isEmpty());
    }

    private Membership left() {
        Collection<Long> nextLearners = new TreeSet<>(learners);
        nextLearners.addAll(learnersNext);
        return of(voters, nextLearners);
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("voters=").append(voters);
        if (isJoint()) text.append(" outgoing=").append(outgoing);
        if (!learners.isEmpty()) text.append(" learners=").append(learners);
        if (!learnersNext.isEmpty()) text.append(" learnersNext=").append(learnersNext);
        if (autoLeave) text.append(" autoLeave");
        return text.toString();
    }
}
