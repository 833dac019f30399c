package dev.quorate.store.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quorate.store.Bytes;
import dev.quorate.store.mvcc.HeapValueLog;
import dev.quorate.store.node.port.ForgetfulLog;
import dev.quorate.store.node.port.StagedState;
import dev.quorate.store.node.port.StatePosition;
import dev.quorate.store.raft.Entry;
import dev.quorate.store.raft.EntryId;
import dev.quorate.store.raft.EntryKind;
import dev.quorate.store.raft.HardState;
import dev.quorate.store.raft.Membership;
import dev.quorate.store.raft.RaftConfig;
import dev.quorate.store.raft.RaftCore;
import dev.quorate.store.raft.Restored;
import dev.quorate.store.state.StoreState;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** How much of the log stays in memory and on disk. */
class LogUpkeepTest {
    private static final int ENTRIES = 400;

    private final List<StatePosition> forced = new ArrayList<>();

    private LogUpkeep upkeep(RaftCore raft, long catchup) {
        StatePosition start = new StatePosition(raft.status().applied(), 1, 1);
        HeapValueLog log = new HeapValueLog(false);
        return new LogUpkeep(
                new NodeConfig.Storage("", "", true, 0, 10_000, catchup, 0),
                new NodeConfig.Timing(10, 100, true, true, 1000),
                new Mailbox(10),
                safe -> forced.add(start),
                new StagedState.Active(new StoreState.Restoring(log).finish(1), log, raft.membership(), start),
                raft);
    }

    /** One after the other, a process that ends early would start with more and more of it. */
    @Test
    void whatAStartFoundCountsToo() {
        RaftCore raft = restored(ENTRIES);
        LogUpkeep upkeep = upkeep(raft, 5_000);
        assertThat(raft.held(ENTRIES)).hasSize(ENTRIES - 1);
        upkeep.applied(new StatePosition(ENTRIES, 1, 1), raft);
        assertThat(raft.held(ENTRIES)).isNotEmpty().hasSizeLessThanOrEqualTo(128);
        assertThat(forced).as("so that the log on disk can be cut").hasSize(1);
    }

    /** The apply thread ends a batch before it says so, and the disk can be quick. */
    @Test
    void aStateThatIsSafeBeforeTheLoopHasHeardOfItForgetsNothingTooEarly() {
        RaftCore raft = restored(ENTRIES / 2);
        upkeep(raft, 0).forced(new StatePosition(ENTRIES, 1, 1), raft, new ForgetfulLog(new Mailbox(10)));
        assertThat(raft.status().base().index()).isEqualTo(ENTRIES / 2);
    }

    /** It may lead next, and others may have been paused when the last leader fell. Files are of no use to them. */
    @Test
    void whoFollowsKeepsMoreInMemoryThanOnDisk() {
        RaftCore raft = restored(ENTRIES);
        List<Long> released = new ArrayList<>();
        upkeep(raft, 10).forced(new StatePosition(ENTRIES, 1, 1), raft, new ForgetfulLog(new Mailbox(10)) {
            @Override
            public void release(long upToIndex) {
                released.add(upToIndex);
            }
        });
        assertThat(raft.status().base().index()).isEqualTo(ENTRIES - 100);
        assertThat(released).containsExactly((long) ENTRIES - 10);
    }

    /** With 400 MiB in its log. */
    private static RaftCore restored(long applied) {
        Bytes much = Bytes.wrap(new byte[1 << 20]);
        List<Entry> entries = new ArrayList<>();
        for (int i = 2; i <= ENTRIES; i++) entries.add(new Entry(1, i, EntryKind.NORMAL, much));
        Membership membership =
                new Membership(new TreeSet<>(List.of(1L)), new TreeSet<>(), new TreeSet<>(), new TreeSet<>(), false);
        return new RaftCore(
                RaftConfig.of(1, 10, 1, new SplittableRandom(1)),
                new Restored(new HardState(1, 1, ENTRIES), membership, new EntryId(1, 1), entries, applied));
    }
}
