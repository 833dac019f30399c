package dev.quorate.store.raft;

import java.util.Collection;
import java.util.Collections;
import java.util.List;
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
