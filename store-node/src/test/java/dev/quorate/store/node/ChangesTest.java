package dev.quorate.store.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quorate.store.node.port.NoPeers;
import dev.quorate.store.raft.RaftConfig;
import dev.quorate.store.raft.RaftCore;
import dev.quorate.store.raft.RaftStatus;
import dev.quorate.store.raft.Restored;
import dev.quorate.store.state.Member;
import dev.quorate.store.state.MemberChange;
import dev.quorate.store.state.Members;
import dev.quorate.store.state.Refusal;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChangesTest {
    /** Of the leader's log, what a learner must have to become a voter. */
    @ParameterizedTest
    @CsvSource({
        "0, 9, false",
        "8, 10, false",
        "9, 10, true",
        "10, 10, true",
        "8_999, 10_000, false",
        "9_000, 10_000, true",
        "45_000, 50_000, true",
        "49_999, 55_000, false",
        "50_000, 55_000, true",
        "900_000, 1_000_000, false",
        "994_999, 1_000_000, false",
        "995_000, 1_000_000, true",
    })
    void whoIsFarBehindDoesNotBecomeAVoter(String match, String last, boolean ready) {
        assertThat(Changes.Rules.caughtUp(number(match), number(last))).isEqualTo(ready);
    }

    /**
     * Member 1 decides; of the other voters a letter says whether they are connected for long (h), for a moment (c) or not
     * (d). As etcd's strict check of reconfigurations, but that who is connected for a moment may go.
     */
    @ParameterizedTest
    @CsvSource({
        "'', learner, true",
        "'', voter, true",
        "h, learner, true",
        "d, learner, false",
        "hh, learner, true",
        "hh, voter, true",
        "hh, two learners, true",
        "hc, learner, false",
        "hc, voter, false",
        "hd, learner, false",
        "hhd, learner, true",
        "hhd, voter, true",
        "hhhd, voter, true",
        "hhhd, two learners, true",
        "hhdd, learner, false",
        "h, remove last, true",
        "c, remove last, true",
        "d, remove last, true",
        "hh, remove last, true",
        "ch, remove last, false",
        "hc, remove last, true",
        "hd, remove last, true",
        "dh, remove last, false",
        "dd, remove last, true",
        "hhhd, remove last, true",
        "dhhh, remove last, true",
        "ddhh, remove last, false",
    })
    void whoComesOrGoesMustLeaveAMajorityThatIsThere(String others, String change, boolean allowed) {
        Members members = Members.NONE.with(new MemberChange.Added(member(1, "m1", false)));
        for (int i = 0; i < others.length(); i++)
            members = members.with(new MemberChange.Added(member(i + 2, "m" + (i + 2), false)));
        NoPeers peers = new NoPeers() {
            @Override
            public long connectedMillis(long member) {
                return switch (others.charAt((int) member - 2)) {
                    case 'h' -> 5_000;
                    case 'c' -> 4_999;
                    default -> -1;
                };
            }
        };
        List<MemberChange> changes = switch (change) {
            case "learner" -> List.of(new MemberChange.Added(member(9, "", true)));
            case "two learners" ->
                List.of(new MemberChange.Added(member(8, "", true)), new MemberChange.Added(member(9, "", true)));
            case "voter" -> List.of(new MemberChange.Added(member(9, "", false)));
            default -> List.of(new MemberChange.Removed(others.length() + 1));
        };
        RaftStatus anyStatus =
                new RaftCore(RaftConfig.of(1, 10, 1, new SplittableRandom(1)), Restored.joining()).status();
        assertThat(new Changes.Rules(true, 1, peers).refusal(members, changes, anyStatus))
                .isEqualTo(allowed ? Optional.empty() : Optional.of(Refusal.UNHEALTHY));
    }

    private static Member member(long id, String name, boolean learner) {
        return new Member(id, name, List.of("http://h" + id + ":1"), List.of(), learner);
    }

    private static long number(String text) {
        return Long.parseLong(text.replace("_", ""));
    }
}
