package dev.quorate.store.raft;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quorate.store.Bytes;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** A cluster of one, step by step. */
class RaftCoreTest {
    private static final int MAX_UNCOMMITTED = 100;

    private final RaftCore core = new RaftCore(
            new RaftConfig(1, 10, 1, true, true, 256, 1 << 20, 1 << 20, MAX_UNCOMMITTED, new SplittableRandom(1)),
            Restored.born(new Membership(
                    new TreeSet<>(List.of(1L)), new TreeSet<>(), new TreeSet<>(), new TreeSet<>(), false)));

    private void settle() {
        while (core.hasReady()) {
            Ready ready = core.ready();
            if (ready.batch() != 0) core.persisted(ready.batch());
            if (!ready.committed().isEmpty())
                core.applied(ready.committed().getLast().index());
        }
    }

    private Proposed propose() {
        return core.propose(List.of(Bytes.wrap(new byte[60])));
    }

    @Test
    void whatIsForgottenDoesNotCountAsUncommitted() {
        core.campaignNow();
        settle();
        assertThat(core.isLeader()).isTrue();
        for (int i = 0; i < 5; i++) {
            assertThat(propose()).isEqualTo(Proposed.ACCEPTED);
            settle();
            core.compact(core.commit());
        }
    }

    /** Whoever is alone tries at every tick, and its disk needs longer than that. */
    @Test
    void aLoneVoterWithASlowDiskLeadsAfterOneElection() {
        Deque<Long> beingWritten = new ArrayDeque<>();
        for (int tick = 0; tick < 20 && !core.isLeader(); tick++) {
            core.campaignNow();
            core.tick();
            while (core.hasReady()) {
                Ready ready = core.ready();
                if (ready.batch() != 0) beingWritten.add(ready.batch());
            }
            if (tick % 2 == 1 && !beingWritten.isEmpty()) core.persisted(beingWritten.removeFirst());
        }
        assertThat(core.isLeader()).isTrue();
        assertThat(core.term()).isEqualTo(2);
    }
}
