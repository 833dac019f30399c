package dev.quorate.store.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quorate.store.Bytes;
import dev.quorate.store.api.LoneMember;
import dev.quorate.store.mvcc.HeapValueLog;
import dev.quorate.store.node.port.DurableLog;
import dev.quorate.store.node.port.NoPeers;
import dev.quorate.store.node.port.NoSnapshots;
import dev.quorate.store.node.port.StagedState;
import dev.quorate.store.node.port.StatePosition;
import dev.quorate.store.raft.Entry;
import dev.quorate.store.raft.EntryId;
import dev.quorate.store.raft.EntryKind;
import dev.quorate.store.raft.HardState;
import dev.quorate.store.raft.Membership;
import dev.quorate.store.raft.Message;
import dev.quorate.store.raft.RaftConfig;
import dev.quorate.store.raft.RaftCore;
import dev.quorate.store.raft.Restored;
import dev.quorate.store.state.StoreState;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A whole state and the entry behind it come in one turn, as after a pause. */
class NodeInstallTest {
    private static final EntryId BASE = new EntryId(3, 50);

    private final Membership membership =
            new Membership(new TreeSet<>(List.of(1L, 2L)), new TreeSet<>(), new TreeSet<>(), new TreeSet<>(), false);
    private final List<String> written = new ArrayList<>();

    @Test
    void whatFollowsAStateIsWrittenBehindIt() {
        Mailbox mailbox = new Mailbox(10);
        Node node = new Node(new Node.Parts(
                new NodeStatus.NodeIdentity(1, 1, "m", 1),
                LoneMember.config(),
                new RaftCore(RaftConfig.of(1, 10, 1, new SplittableRandom(1)), Restored.born(membership)),
                state(new StatePosition(1, 1, 1)),
                mailbox,
                new Node.Outside(
                        new Recorder(), new NoPeers(), new NoSnapshots(), safe -> {}, new StillClock(), why -> {})));
        mailbox.snapshotReady(new Message.InstallSnapshot(2, 1, 4, BASE, membership), new Staged());
        Entry next = new Entry(4, 51, EntryKind.NORMAL, Bytes.EMPTY);
        mailbox.deliver(new Message.Append(2, 1, 4, BASE, List.of(next), 51));
        assertThat(node.turn()).isTrue();
        assertThat(node.applyNext()).isTrue();
        assertThat(node.turn()).isTrue();
        assertThat(written).hasSize(2);
        assertThat(written.getFirst())
                .startsWith("install 0 ")
                .contains("commit=50")
                .endsWith("50");
        assertThat(written.getLast()).contains("commit=51").endsWith("[51]");
    }

    private StagedState.Active state(StatePosition position) {
        HeapValueLog log = new HeapValueLog(false);
        return new StagedState.Active(new StoreState.Restoring(log).finish(1), log, membership, position);
    }

    private final class Staged implements StagedState {
        @Override
        public StatePosition position() {
            return new StatePosition(BASE.index(), BASE.term(), 1);
        }

        @Override
        public Membership membership() {
            return membership;
        }

        @Override
        public Active activate() {
            return state(position());
        }

        @Override
        public void discard() {}
    }

    private final class Recorder implements DurableLog {
        @Override
        public void append(long batch, @Nullable HardState hardState, List<Entry> entries, boolean mustSync) {
            written.add("append " + hardState + " "
                    + entries.stream().map(Entry::index).toList());
        }

        @Override
        public void mark(EntryId applied, Membership members) {}

        @Override
        public void release(long upToIndex) {}

        @Override
        public void install(long batch, @Nullable HardState hardState, EntryId base, Membership members) {
            written.add("install " + batch + " " + hardState + " " + base.index());
        }
    }

    private static final class StillClock implements Node.Ticker {
        @Override
        public long millis() {
            return 0;
        }

        @Override
        public long wallMillis() {
            return 0;
        }
    }
}
