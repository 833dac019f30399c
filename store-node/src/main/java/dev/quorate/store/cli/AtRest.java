package dev.quorate.store.cli;

import dev.quorate.store.datadir.Folders;
import dev.quorate.store.datadir.Identity;
import dev.quorate.store.node.NodeConfig;
import dev.quorate.store.node.NodeStatus;
import dev.quorate.store.node.NodeStatus.Counters;
import dev.quorate.store.node.NodeStatus.Progress;
import dev.quorate.store.node.NodeStatus.RaftView;
import dev.quorate.store.node.NodeStatus.Sizes;
import dev.quorate.store.raft.EntryId;
import dev.quorate.store.raft.Membership;
import dev.quorate.store.wal.Recovered;
import dev.quorate.store.wal.Wal;
import java.io.IOException;
import java.util.Collections;

/**
 * What the log on the disk tells of a member that does not run: whoever has to choose among survivors goes by the newest
 * term and the longest log. Of the rest nothing is known.
 */
final class AtRest {
    private AtRest() {}

    static NodeStatus read(Folders folders, Identity identity, NodeConfig config) throws IOException {
        try (Wal wal = Wal.open(folders.wal(), folders.walOptions())) {
            return status(wal.recovered(), identity, config);
        }
    }

    private static NodeStatus status(Recovered log, Identity identity, NodeConfig config) {
        EntryId last =
                log.entries().isEmpty() ? log.base() : log.entries().getLast().id();
        EntryId safe = log.mark().id();
        Membership members = LastVoter.latest(log.mark().membership(), log.entries(), safe.index());
        RaftView raft = new RaftView(
                "",
                Math.max(log.hardState().term(), last.term()),
                0,
                last.index(),
                last.term(),
                members.voters(),
                members.outgoing(),
                members.learners(),
                Collections.emptySortedMap(),
                0);
        return new NodeStatus(
                identity.of(config.name()),
                raft,
                new Progress(log.hardState().commit(), safe.index(), safe.term(), 0, 0),
                0,
                new Sizes(0, 0, config.storage().quotaInForceBytes()),
                new Counters(0, 0, 0));
    }
}
