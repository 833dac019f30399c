package dev.quorate.store.node;

import dev.quorate.store.node.port.LeaderCall;
import dev.quorate.store.raft.Notice;
import dev.quorate.store.raft.RaftCore;
import dev.quorate.store.raft.RaftStatus;
import dev.quorate.store.raft.RaftStatus.FollowerView;
import java.util.Collection;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Shows the loop's raft to other threads and writes down what happened inside it. */
final class Notices {
    private static final Logger LOG = LoggerFactory.getLogger(Notices.class);

    private final LongAdder leaderChanges = new LongAdder();
    private final long self;
    private volatile NodeStatus.RaftView view;
    private volatile long commit;
    private boolean membershipChanged;
    private boolean diskStalled;
    private long knownLeader;
    private long heardMillis;

    Notices(RaftCore raft, long nowMillis) {
        this.self = raft.status().self();
        this.heardMillis = nowMillis;
        this.view = picture(raft.status(), 0);
    }

    NodeStatus.RaftView view() {
        return view;
    }

    /** How far the log is committed, as of the last turn. */
    long commit() {
        return commit;
    }

    long leaderChanges() {
        return leaderChanges.sum();
    }

    /** At the end of a turn: a new picture only if what callers decide by has changed. */
    void publish(RaftCore raft) {
        NodeStatus.RaftView now = view;
        commit = raft.commit();
        if (now.term() == raft.term() && now.leader() == raft.leader() && !membershipChanged) return;
        membershipChanged = false;
        if (raft.leader() != knownLeader) {
            knownLeader = raft.leader();
            if (knownLeader != 0) leaderChanges.increment();
        }
        view = picture(raft.status(), now.leaderContactMillis());
    }

    void tick(RaftCore raft, long nowMillis) {
        if (raft.leader() != 0) heardMillis = nowMillis;
        view = picture(raft.status(), nowMillis - heardMillis);
    }

    private static NodeStatus.RaftView picture(RaftStatus status, long leaderContactMillis) {
        SortedMap<Long, Long> match = new TreeMap<>(Long::compareUnsigned);
        for (FollowerView one : status.followers()) match.put(one.id(), one.match());
        return new NodeStatus.RaftView(
                status.role().name(),
                status.term(),
                status.leader(),
                status.last().index(),
                status.last().term(),
                status.membership().voters(),
                status.membership().outgoing(),
                status.membership().learners(),
                match,
                leaderContactMillis);
    }

    void disk(boolean stalled, long forMillis) {
        if (stalled == diskStalled) return;
        diskStalled = stalled;
        if (stalled) LOG.warn("the log's disk stalls: a write has been under way for {} ms", forMillis);
        else LOG.info("the log's disk goes on");
    }

    /** Says that leadership goes because of the disk, and later how that ended. */
    CompletableFuture<LeaderCall.Answer> handsOverForDisk() {
        LOG.warn("the disk of this leader stalls while others' are quicker: handing leadership over");
        CompletableFuture<LeaderCall.Answer> done = new CompletableFuture<>();
        var _ = done.thenAccept(answer -> {
            if (answer.refusal().isEmpty()) LOG.info("leadership is elsewhere");
            else LOG.warn("nobody took the leadership over: {}", answer.refusal());
        });
        return done;
    }

    void note(Notice notice) {
        membershipChanged |= notice instanceof Notice.MembershipChanged;
        switch (notice) {
            case Notice.BecameLeader now ->
                LOG.info("{} became leader term={}", Long.toUnsignedString(self, 16), now.term());
            case Notice.TicksSkipped skipped ->
                LOG.info(
                        "the voters are connected: skipped election ticks elapsed={} timeout={}",
                        skipped.elapsed(),
                        skipped.timeout());
            case Notice.SteppedDown down -> LOG.warn("stepped down term={} why={}", down.term(), down.why());
            case Notice.LeaderKnown known ->
                LOG.info("leader={} term={}", Long.toUnsignedString(known.leader(), 16), known.term());
            case Notice.MembershipChanged changed ->
                LOG.info(
                        "membership voters={} learners={} joint={}",
                        hex(changed.membership().voters()),
                        hex(changed.membership().learners()),
                        changed.membership().isJoint());
            case Notice.FollowerNeedsSnapshot behind ->
                LOG.info("member={} needs a snapshot", Long.toUnsignedString(behind.id(), 16));
            case Notice.SnapshotInstalled installed -> LOG.info("installed snapshot base={}", installed.base());
            default -> LOG.debug("{}", notice);
        }
    }

    private static List<String> hex(Collection<Long> ids) {
        return ids.stream().map(id -> Long.toUnsignedString(id, 16)).toList();
    }
}
