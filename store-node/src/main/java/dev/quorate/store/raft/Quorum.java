package dev.quorate.store.raft;

import java.util.Arrays;
import java.util.Set;
import java.util.function.LongPredicate;
import java.util.function.LongUnaryOperator;

/**
 * The arithmetic of majorities, apart from everything that changes.
 *
 * <p>A joint configuration decides when both of its halves do; an empty half agrees to everything.
 */
final class Quorum {
    enum Tally {
        WON,
        LOST,
        OPEN
    }

    /** What a voter said. */
    enum Ballot {
        YES,
        NO,
        MISSING
    }

    /** Gives the vote of a member. */
    interface Ballots {
        Ballot of(long id);
    }

    private Quorum() {}

    /** The highest number that a quorum has reached: match indexes give the commit index, read rounds a proof of leadership. */
    static long reached(Membership membership, LongUnaryOperator reachedBy) {
        return Math.min(half(membership.voters(), reachedBy), half(membership.outgoing(), reachedBy));
    }

    static boolean is(Membership membership, LongPredicate agrees) {
        return reached(membership, id -> agrees.test(id) ? 1 : 0) >= 1;
    }

    static Tally tally(Membership membership, Ballots ballots) {
        if (is(membership, id -> ballots.of(id) == Ballot.YES)) return Tally.WON;
        return is(membership, id -> ballots.of(id) != Ballot.NO) ? Tally.OPEN : Tally.LOST;
    }

    /* Sorted ascending, the element at (n - 1) / 2 is reached by n / 2 + 1 members: a majority. */
    private static long half(Set<Long> voters, LongUnaryOperator reachedBy) {
        int count = voters.size();
        if (count == 0) return Long.MAX_VALUE;
        long[] sorted = new long[count];
        int filled = 0;
        for (long id : voters) sorted[filled++] = reachedBy.applyAsLong(id);
        Arrays.sort(sorted);
        return sorted[(count - 1) / 2];
    }
}
