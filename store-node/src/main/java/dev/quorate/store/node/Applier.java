package dev.quorate.store.node;

import dev.quorate.store.Invariant;
import dev.quorate.store.codec.ChangeCodec;
import dev.quorate.store.codec.CommandCodec;
import dev.quorate.store.codec.FactCodec;
import dev.quorate.store.codec.RequestIdReader;
import dev.quorate.store.mvcc.EventKind;
import dev.quorate.store.mvcc.KeyEvent;
import dev.quorate.store.mvcc.ValueLog;
import dev.quorate.store.node.port.StagedState;
import dev.quorate.store.node.port.StatePosition;
import dev.quorate.store.raft.Entry;
import dev.quorate.store.raft.Membership;
import dev.quorate.store.state.AnswerRoom;
import dev.quorate.store.state.Applied;
import dev.quorate.store.state.Command;
import dev.quorate.store.state.Fact;
import dev.quorate.store.state.Outcome;
import dev.quorate.store.state.StoreState;
import dev.quorate.store.watch.EventBatch;
import dev.quorate.store.watch.WatchRegistry;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Applies what is committed, in order: entries into the state, one batch of the value log for all that came at once,
 * then the watches hear of it, then the clients.
 *
 * <p>The clients come last, so that whoever has an answer can read it and every watch has it in its queue. Runs on the
 * apply thread, or in the simulator's hands.
 */
final class Applier {
    private static final Logger LOG = LoggerFactory.getLogger(Applier.class);

    /** Keys looked at and versions given up between two batches: a fraction of a millisecond. */
    private static final int COMPACT_STEP = 1_000;

    /** From one step to the next, so that a compaction takes little of a processor: others wait for it too. */
    private static final long COMPACT_PAUSE_NANOS = 2_000_000;

    /** A batch of the value log is built in memory: many entries at once, as after a start, become several. */
    private static final long BATCH_BYTES = 8L << 20;

    private final Proposals proposals;
    private final Reads reads;
    private final Leasing leasing;
    private final WatchRegistry watches;
    private final Node.Ticker ticker;
    private final Mailbox mailbox;
    private final Pulse pulse;
    private final long warnApplyMillis;
    private volatile StagedState.Active active;
    private volatile StatePosition position;
    private volatile String damage = "";
    private final Digests digests = new Digests();

    /** Answers that wait for the end of the batch. */
    private final List<Runnable> answers = new ArrayList<>();

    /** Answers that wait until the versions are gone that a compaction gives up; oldest first. */
    private final Deque<Compacted> compacted = new ArrayDeque<>();

    private long nextCompactStep = System.nanoTime();

    private final List<KeyEvent> events = new ArrayList<>();
    private final LongAdder puts = new LongAdder();
    private final LongAdder deletes = new LongAdder();

    private record Compacted(long revision, Runnable answer) {}

    Applier(StagedState.Active active, Loop.Desk desk) {
        this.active = active;
        this.position = active.position();
        this.digests.restart(position.index(), active.state().digest());
        this.proposals = desk.proposals();
        this.reads = desk.reads();
        this.leasing = desk.leasing();
        this.ticker = desk.ticker();
        this.mailbox = desk.mailbox();
        this.pulse = desk.pulse();
        this.warnApplyMillis = desk.config().serving().logging().warnApplyMillis();
        this.watches = new WatchRegistry(() -> this.active.state().view(), desk.watchQueueBytes());
    }

    StoreState state() {
        return active.state();
    }

    ValueLog log() {
        return active.log();
    }

    Digests digests() {
        return digests;
    }

    /** What is wrong with the bytes on the disk; empty as long as nothing is known. Any thread may tell. */
    String damage() {
        return damage;
    }

    void damaged(String what) {
        damage = what;
    }

    StatePosition position() {
        return position;
    }

    WatchRegistry watches() {
        return watches;
    }

    long puts() {
        return puts.sum();
    }

    long deletes() {
        return deletes.sum();
    }

    void run(Work work) {
        switch (work) {
            case Work.Committed committed -> apply(committed);
            case Work.Install install -> install(install.staged());
            case Work.Discard discard -> discard.staged().discard();
            case Work.Nothing nothing -> {}
            case Work.Lead lead -> leasing.lead(lead.term(), active.state().leases(), ticker.millis());
        }
    }

    /** A piece of what compactions left to do; false when nothing is left. */
    boolean compactStep() {
        boolean more = active.state().compactStep(COMPACT_STEP);
        answerCompacted();
        return more;
    }

    private void answerCompacted() {
        while (!compacted.isEmpty()
                && !active.state().isCompacting(compacted.getFirst().revision()))
            compacted.removeFirst().answer().run();
    }

    /** Nobody goes on with them; the next start does. They have been applied, which is what their clients want to know. */
    void stop() {
        while (!compacted.isEmpty()) compacted.removeFirst().answer().run();
    }

    /** The piece that is due; however much there is to apply, it gets on. Returns the nanoseconds until the next one. */
    OptionalLong compactWhenDue() {
        if (!active.state().isCompacting()) return OptionalLong.empty();
        if (System.nanoTime() - nextCompactStep >= 0) {
            compactStep();
            nextCompactStep = System.nanoTime() + COMPACT_PAUSE_NANOS;
        }
        return OptionalLong.of(Math.max(0, nextCompactStep - System.nanoTime()));
    }

    private void apply(Work.Committed work) {
        long start = ticker.millis();
        applyAll(work);
        long took = ticker.millis() - start;
        if (warnApplyMillis <= 0 || took <= warnApplyMillis) return;
        pulse.slowApply();
        LOG.warn("apply took too long: entries={} took={} ms", work.entries().size(), took);
    }

    private void applyAll(Work.Committed work) {
        Iterator<Membership> memberships = work.memberships().iterator();
        boolean membersChanged = false;
        long batchBytes = 0;
        Entry last = work.entries().getLast();
        for (Entry entry : work.entries()) {
            if (entry.index() <= position.index()) {
                if (entry.kind().isChange()) memberships.next();
                continue;
            }
            if (entry.kind().isChange()) {
                applyChange(entry, memberships.next());
                membersChanged = true;
            } else applyCommand(entry);
            digests.add(entry.index(), active.state().digest());
            batchBytes += entry.sizeBytes();
            if (batchBytes < BATCH_BYTES && entry.index() < last.index()) continue;
            batchBytes = 0;
            endBatch(entry);
        }
        if (membersChanged) mailbox.fact(new Mailbox.Input.MembersApplied(last.index()));
    }

    private void applyCommand(Entry entry) {
        Optional<Proposals.Waiting> local =
                entry.data().isEmpty() ? Optional.empty() : proposals.find(RequestIdReader.requestId(entry.data()));
        Command command = local.isPresent()
                ? local.get().command()
                : CommandCodec.decode(entry.data()).command();
        AnswerRoom room = local.isPresent() ? AnswerRoom.usual() : AnswerRoom.nobodyWaits();
        Applied applied = active.state().apply(entry.index(), command, room);
        keep(applied);
        local.ifPresent(waiting -> answer(waiting, applied.outcome()));
    }

    /**
     * At the end of the batch; a physical compaction, as in etcd, when the versions are gone. Until the end the client
     * can still be told that its time is over: a full disk may hold the batch up.
     */
    private void answer(Proposals.Waiting waiting, Outcome outcome) {
        Runnable answer = () -> waiting.answer().complete(outcome);
        if (waiting.command() instanceof Command.Compact compact
                && compact.physical()
                && outcome instanceof Outcome.Compacted)
            atTheEnd(waiting.requestId(), () -> compacted.add(new Compacted(compact.revision(), answer)));
        else atTheEnd(waiting.requestId(), answer);
    }

    private void atTheEnd(long requestId, Runnable answer) {
        answers.add(() -> proposals.take(requestId).ifPresent(_ -> answer.run()));
    }

    private void applyChange(Entry entry, Membership membership) {
        ChangeCodec.Change change = ChangeCodec.decode(entry);
        Command.MembersChange command = new Command.MembersChange(change.members());
        Applied applied = active.state().apply(entry.index(), command, AnswerRoom.nobodyWaits());
        Invariant.check(
                !(applied.outcome() instanceof Outcome.Refused),
                "a committed change of the membership fits the list of members",
                entry.index());
        keep(applied);
        keepFact(new Fact.RaftMembership(
                List.copyOf(membership.voters()),
                List.copyOf(membership.outgoing()),
                List.copyOf(membership.learners()),
                List.copyOf(membership.learnersNext()),
                membership.autoLeave()));
        proposals.find(change.requestId()).ifPresent(waiting -> answer(waiting, applied.outcome()));
    }

    private void keep(Applied applied) {
        events.addAll(applied.events());
        for (KeyEvent event : applied.events()) (event.kind() == EventKind.PUT ? puts : deletes).increment();
        for (Fact fact : applied.facts()) {
            keepFact(fact);
            leasing.accept(fact, ticker.millis());
        }
    }

    private void keepFact(Fact fact) {
        active.log().appendFact(FactCodec.key(fact), FactCodec.value(fact));
    }

    private void endBatch(Entry last) {
        StoreState state = active.state();
        keepFact(new Fact.StateDigest(state.digest()));
        state.endBatch(last.index(), last.term());
        long revision = state.view().revision();
        boolean newTerm = last.term() != position.term();
        // Before a read at this position can be answered: a watch that is opened after it must not hear of it again.
        if (!events.isEmpty()) {
            watches.publish(new EventBatch(List.copyOf(events), revision));
            events.clear();
        }
        position = new StatePosition(last.index(), last.term(), revision);
        for (Runnable answer : answers) answer.run();
        answers.clear();
        reads.applied(last.index());
        tell(new Mailbox.Input.Applied(position), newTerm);
    }

    /**
     * A leader begins to keep leases when the first entry of its term is applied: that is news, and so is room for what
     * waits.
     */
    private void tell(Mailbox.Input.Applied applied, boolean newTerm) {
        if (newTerm || proposals.waitsForOthers()) mailbox.fact(applied);
        else mailbox.note(applied);
    }

    private void install(StagedState staged) {
        active = staged.activate();
        position = active.position();
        digests.restart(position.index(), active.state().digest());
        damage = "";
        answerCompacted();
        watches.publish(new EventBatch(List.of(), position.revision()));
        reads.applied(position.index());
        mailbox.fact(new Mailbox.Input.Installed(position));
        mailbox.fact(new Mailbox.Input.Applied(position));
        mailbox.fact(new Mailbox.Input.MembersApplied(position.index()));
    }

    /** What the loop hands to the apply thread, in order. */
    sealed interface Work {
        /** Entries in the order of the log, and for every change among them what raft made of it. */
        record Committed(List<Entry> entries, List<Membership> memberships) implements Work {}

        /** The state is replaced by one that came from the leader. */
        record Install(StagedState staged) implements Work {}

        /** A state that came from the leader is not wanted: its files go. */
        record Discard(StagedState staged) implements Work {}

        /** Wakes the thread up, so that it sees that it is to end. */
        record Nothing() implements Work {}

        /** This member leads in this term and has applied an entry of it. */
        record Lead(long term) implements Work {}
    }
}
