/**
 * Decides who leads, what is in the log and what is committed.
 *
 * <p>May import: java.lang, java.util, java.util.function, java.util.random and the two root types. Must not: clocks,
 * I/O, java.util.concurrent, loggers, any other package; nor iterate over hash collections.
 *
 * <h2>The turn</h2>
 *
 * <p>{@link dev.quorate.store.raft.RaftCore} is a plain object with one owner. The loop around it gives it what
 * happened, takes one {@link dev.quorate.store.raft.Ready} and does what that says, in this order:
 *
 * <pre>
 * core.tick(); core.step(message); core.propose(...); core.read(id); core.persisted(batch); ...
 * while (core.hasReady()) {
 *     Ready ready = core.ready();
 *     peers.send(ready.sendNow());                     // the leader's appends overtake its own fsync
 *     if (ready.install() != null) ...                 // swap the state, start the log anew at its base
 *     if (ready.batch() != 0) disk.write(ready);       // later: send ready.sendAfterPersist(), core.persisted(batch)
 *     for (Entry entry : ready.committed())            // also to the state machine, which later says core.applied(i)
 *         if (entry.kind().isChange()) core.applyChange(decode(entry));
 *     reads.answer(ready.reads(), ready.readsLost());
 *     snapshots.send(ready.snapshotsWanted());         // later: core.reportSnapshot(id, index)
 * }
 * </pre>
 *
 * <p>Nothing in the core waits. Any number of batches may be under way to the disk; they become durable in order. A
 * batch without anything to write only keeps its messages behind the batches before it.
 *
 * <h2>Messages</h2>
 *
 * <pre>
 * PreVoteRequest → PreVoteReply        would I win an election? costs nobody a term       (thesis 9.6)
 * VoteRequest    → VoteReply           election                                           (3.4)
 * Append         → AppendReply | AppendRefusal    replication; the refusal says where to try (3.5)
 * Heartbeat      → HeartbeatReply      leadership, commit, proof for reads                (6.4)
 * InstallSnapshot                      from the own loop, when a stream is whole on disk  (5)
 * TimeoutNow, TransferRequest          leadership is handed over                          (3.10)
 * ReadRequest    → ReadReply           a follower's linearizable reads                    (6.4)
 * Forward, ForwardChange               a follower's proposals
 * </pre>
 *
 * <h2>Safety rules and where they live</h2>
 *
 * <ol>
 *   <li>A vote, a request for votes, and an acknowledgement of entries leave when what they promise is durable:
 *       {@code RaftState}, {@code Candidate} through {@code Ready.Outbox}. All else may leave at once: an
 *       append promises nothing, a heartbeat's answer only tells a term that others made durable before.
 *   <li>The leader counts itself only as far as its own disk is, and only entries of its own term (3.6.2): {@code
 *       Leader.commitByCounting}. It starts its term with an empty entry, so that this is soon.
 *   <li>An entry that was overwritten while its write was under way is not durable, not even if the same entry comes
 *       back: {@code Durability.truncatedFrom}. Acknowledgements that are held back when the term changes stay true,
 *       because the disk does everything in the order in which the core decided it.
 *   <li>Membership is what has been applied, one change at a time, joint if several members change (4.3). A leader
 *       proposes a change only when the one before is applied and an entry of its term is committed; a member that
 *       knows of a committed change and has not applied it does not campaign. Together: whoever has a change in the
 *       log knows that the one before it is committed, so that no two configurations that decide at the same time are
 *       more than one change apart.
 *   <li>A read index is the commit index of a leader that has committed in its term, confirmed by a quorum that
 *       answered a heartbeat sent after the read was asked: {@code ReadRounds}.
 *   <li>An election is ignored while the leader has been heard of within an election timeout (4.2.3), except when the
 *       leader itself asked for it: {@code RaftState.isLeaseProtected}. A leader that hears no quorum for that long
 *       gives up.
 *   <li>A leader that is no longer a voter goes on without its own vote until a quorum of the rest has made durable
 *       that it is gone: {@code Leader}.
 *   <li>Committed entries are handed out when they are durable here too, so that a restarted state machine is never
 *       ahead of its log. A leader whose disk stalls therefore answers nobody, although a quorum has the entry: it
 *       hands over ({@code RaftCore.diskStalls} and the loop). To hand out what a quorum alone has would need more: a
 *       start would find states that no entry of its log vouches for, and could no longer tell a state that came as
 *       a whole from one that lost its log; and a membership could be counted by before it is durable here.
 * </ol>
 *
 * <h2>Decisions</h2>
 *
 * <ul>
 *   <li>The log since the last compaction is in memory: reading old entries from the disk in the loop would stop it.
 *   <li>Sending is decided once per turn: proposals of one turn share appends, followers share the lists of entries,
 *       acknowledgements of one turn are one message.
 *   <li>The commit index is not worth a write of its own; it rides along with entries. It is written when a membership
 *       change is handed out.
 *   <li>A leader takes forwarded proposals of its own term only. So an entry always carries the term in which its
 *       proposal was handed to raft, and who sees an entry of a later term applied knows that a proposal of an earlier
 *       one is either applied or lost for ever.
 *   <li>A snapshot from a deposed leader is taken: its state is committed, whoever sent it.
 *   <li>{@code Message.term} is always the sender's own term. A pre-vote asks for the term after it.
 * </ul>
 */
@NullMarked
package dev.quorate.store.raft;

import org.jspecify.annotations.NullMarked;
