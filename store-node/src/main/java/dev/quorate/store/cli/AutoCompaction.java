package dev.quorate.store.cli;

import dev.quorate.store.node.Node;
import dev.quorate.store.node.NodeConfig;
import dev.quorate.store.state.Command;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compacts by itself as etcd's flags ask: what is older than some time, or all but the newest revisions. Every member
 * keeps the times, only the leader asks for a compaction.
 */
final class AutoCompaction implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(AutoCompaction.class);
    private static final long HOUR_MILLIS = 3_600_000;
    private static final long REVISION_CHECK_MILLIS = 300_000;
    private static final int CHECKS_PER_PERIOD = 10;

    private final Node node;
    private final long keepRevisions;
    private final long periodMillis;
    private final Deque<Long> revisions = new ArrayDeque<>();

    private AutoCompaction(Node node, long keepRevisions, long periodMillis) {
        this.node = node;
        this.keepRevisions = keepRevisions;
        this.periodMillis = periodMillis;
    }

    /** Empty if the flags do not ask for it. */
    static Optional<AutoCompaction> of(Node node, NodeConfig.Upkeep upkeep) {
        String retention = upkeep.autoCompactionRetention();
        boolean number = retention.matches("\\d{1,18}");
        if (number && Long.parseLong(retention) == 0) return Optional.empty();
        if (upkeep.autoCompactionMode().equals("revision"))
            return number ? Optional.of(new AutoCompaction(node, Long.parseLong(retention), 0)) : Optional.empty();
        long millis = number
                ? Long.parseLong(retention) * HOUR_MILLIS
                : Flags.millis(retention).orElse(0L);
        return millis == 0 ? Optional.empty() : Optional.of(new AutoCompaction(node, 0, millis));
    }

    @Override
    public void run() {
        long pause =
                keepRevisions > 0 ? REVISION_CHECK_MILLIS : Math.min(periodMillis, HOUR_MILLIS) / CHECKS_PER_PERIOD;
        try {
            while (!node.isStopped()) {
                TimeUnit.MILLISECONDS.sleep(pause);
                OptionalLong target = target(periodMillis / pause);
                if (target.isPresent() && node.status().leads()) compact(target.getAsLong());
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private OptionalLong target(long checks) {
        long now = node.state().view().revision();
        if (keepRevisions > 0) return now > keepRevisions ? OptionalLong.of(now - keepRevisions) : OptionalLong.empty();
        revisions.addLast(now);
        return revisions.size() > checks ? OptionalLong.of(revisions.removeFirst()) : OptionalLong.empty();
    }

    private void compact(long revision) {
        if (revision <= Math.max(1, node.state().view().compactRevision())) return;
        var _ = node.propose(new Command.Compact(revision, false))
                .thenAccept(outcome -> LOG.info("auto compaction revision={} {}", revision, outcome));
    }
}
