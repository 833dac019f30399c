package dev.quorate.store.raft;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quorate.store.raft.Quorum.Ballot;
import dev.quorate.store.raft.Quorum.Tally;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The quorum arithmetic against the definition: more than half of each half. */
class QuorumTest {
    private static final int ROUNDS = 20_000;

    private final SplittableRandom random = new SplittableRandom(7);

    @Test
    void theHighestNumberThatAQuorumHasReached() {
        for (int round = 0; round < ROUNDS; round++) {
            Membership membership = someMembership();
            Map<Long, Long> reached = new TreeMap<>();
            membership.members().forEach(id -> reached.put(id, (long) random.nextInt(6)));
            assertThat(Quorum.reached(membership, id -> reached.getOrDefault(id, 0L)))
                    .as("%s %s", membership, reached)
                    .isEqualTo(naivelyReached(membership, reached));
        }
    }

    private static long naivelyReached(Membership membership, Map<Long, Long> reached) {
        for (long candidate = 6; candidate > 0; candidate--) {
            long atLeast = candidate;
            List<Long> those = reached.entrySet().stream()
                    .filter(entry -> entry.getValue() >= atLeast)
                    .map(Map.Entry::getKey)
                    .toList();
            if (isQuorum(membership, those)) return candidate;
        }
        return 0;
    }

    private static boolean isQuorum(Membership membership, List<Long> ids) {
        return isMajority(membership.voters(), ids) && isMajority(membership.outgoing(), ids);
    }

    private static boolean isMajority(Set<Long> voters, List<Long> ids) {
        long count = voters.stream().filter(ids::contains).count();
        return voters.isEmpty() || count * 2 > voters.size();
    }

    @Test
    void anElectionIsWonLostOrOpen() {
        for (int round = 0; round < ROUNDS; round++) {
            Membership membership = someMembership();
            Map<Long, Ballot> ballots = new TreeMap<>();
            membership.members().forEach(id -> ballots.put(id, someBallot()));
            assertThat(Quorum.tally(membership, id -> ballots.getOrDefault(id, Ballot.MISSING)))
                    .as("%s %s", membership, ballots)
                    .isEqualTo(naiveTally(membership, ballots));
        }
    }

    private Ballot someBallot() {
        return List.of(Ballot.YES, Ballot.NO, Ballot.MISSING).get(random.nextInt(3));
    }

    private static Tally naiveTally(Membership membership, Map<Long, Ballot> ballots) {
        if (isQuorum(membership, those(ballots, List.of(Ballot.YES)))) return Tally.WON;
        boolean canStillWin = isQuorum(membership, those(ballots, List.of(Ballot.YES, Ballot.MISSING)));
        return canStillWin ? Tally.OPEN : Tally.LOST;
    }

    private static List<Long> those(Map<Long, Ballot> ballots, List<Ballot> which) {
        return ballots.entrySet().stream()
                .filter(entry -> which.contains(entry.getValue()))
                .map(Map.Entry::getKey)
                .toList();
    }

    private Membership someMembership() {
        List<Long> learners = someIds(3);
        List<Long> voters = someIds(5);
        voters.add(9L);
        return new Membership(
                Membership.sorted(voters),
                Membership.sorted(someIds(4)),
                Membership.sorted(learners),
                Membership.sorted(List.of()),
                true);
    }

    private List<Long> someIds(int most) {
        List<Long> ids = new ArrayList<>();
        for (int i = random.nextInt(most + 1); i > 0; i--) ids.add(1L + random.nextInt(8));
        return ids;
    }

    @Test
    void idsAreUnsigned() {
        Membership membership = Membership.ofVoters(List.of(-1L, 5L, Long.MIN_VALUE));
        assertThat(membership.voters()).containsExactly(5L, Long.MIN_VALUE, -1L);
        assertThat(membership.contains(-1)).isTrue();
    }
}
