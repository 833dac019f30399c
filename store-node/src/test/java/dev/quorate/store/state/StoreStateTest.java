package dev.quorate.store.state;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quorate.store.Bytes;
import dev.quorate.store.lease.Lease;
import dev.quorate.store.mvcc.FoundVersion;
import dev.quorate.store.mvcc.HeapValueLog;
import dev.quorate.store.mvcc.KeyEvent;
import dev.quorate.store.mvcc.KeyRange;
import dev.quorate.store.mvcc.KeyValue;
import dev.quorate.store.mvcc.RangeQuery;
import dev.quorate.store.mvcc.RangeResult;
import dev.quorate.store.state.Compare.Operand;
import dev.quorate.store.state.Compare.Relation;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class StoreStateTest {
    private final HeapValueLog log = new HeapValueLog(false);
    private final List<Fact> facts = new ArrayList<>();
    private StoreState state = new StoreState(log);
    private long index;

    private Applied apply(Command command) {
        Applied applied = state.apply(++index, command, AnswerRoom.usual());
        facts.addAll(applied.facts());
        state.endBatch(index, 1);
        return applied;
    }

    private Outcome outcome(Command command) {
        return apply(command).outcome();
    }

    private static Bytes b(String text) {
        return Bytes.utf8(text);
    }

    private static Op.Put put(String key, String value) {
        return Op.Put.of(b(key), b(value));
    }

    private static Op.Put leased(String key, long lease) {
        return new Op.Put(b(key), b("v"), lease, false, false, false);
    }

    private static Op.DeleteRange delete(String from, String to) {
        return new Op.DeleteRange(KeyRange.of(b(from), b(to)), false);
    }

    private static Compare compare(String from, String to, Relation relation, Operand operand) {
        return new Compare(KeyRange.of(b(from), b(to)), relation, operand);
    }

    private static Outcome refused(Refusal reason) {
        return new Outcome.Refused(reason);
    }

    private List<String> keys() {
        RangeResult.Found found = (RangeResult.Found) state.view().range(RangeQuery.of(KeyRange.ALL));
        return found.keyValues().stream().map(kv -> kv.key().toUtf8()).toList();
    }

    @Test
    void theFirstWriteGetsRevisionTwoAndDeletingNothingChangesNothing() {
        assertThat(outcome(put("a", "1"))).isEqualTo(new Outcome.PutDone(2, Bytes.EMPTY));
        assertThat(outcome(delete("b", ""))).isEqualTo(new Outcome.DeleteDone(2, 0, List.of()));
        assertThat(outcome(delete("b", "a"))).isEqualTo(new Outcome.DeleteDone(2, 0, List.of()));
        assertThat(outcome(delete("a", ""))).isEqualTo(new Outcome.DeleteDone(3, 1, List.of()));
    }

    @Test
    void severalDeletionsShareOneRevisionInKeyOrder() {
        for (String key : List.of("c", "a", "b")) apply(put(key, key));
        Applied applied = apply(new Op.DeleteRange(KeyRange.ALL, true));
        assertThat(applied.events().stream().map(KeyEvent::keyValue))
                .extracting(kv -> kv.key().toUtf8() + "@" + kv.modRevision() + " " + kv.version())
                .containsExactly("a@5 0", "b@5 0", "c@5 0");
        assertThat(applied.events()).extracting(event -> event.revision().sub()).containsExactly(0L, 1L, 2L);
        Outcome.DeleteDone done = (Outcome.DeleteDone) applied.outcome();
        assertThat(done.previous())
                .extracting(one -> KeyValue.decode(one).value().toUtf8())
                .containsExactly("a", "b", "c");
    }

    @Test
    void putKeepsWhatItIsAskedToKeep() {
        assertThat(outcome(new Op.Put(b("a"), Bytes.EMPTY, 0, false, true, false)))
                .isEqualTo(refused(Refusal.KEY_NOT_FOUND));
        assertThat(outcome(leased("a", 5))).isEqualTo(refused(Refusal.LEASE_NOT_FOUND));
        apply(new Command.LeaseGrant(5, 60));
        apply(leased("a", 5));
        apply(new Op.Put(b("a"), b("w"), 0, false, false, true));
        KeyValue kv = state.view().get(b("a")).orElseThrow();
        assertThat(kv).isEqualTo(new KeyValue(b("a"), 2, 3, 2, b("w"), 5));
        Outcome.PutDone done = (Outcome.PutDone) outcome(new Op.Put(b("a"), Bytes.EMPTY, 0, true, true, false));
        assertThat(KeyValue.decode(done.previous())).isEqualTo(kv);
        assertThat(state.view().get(b("a")).orElseThrow()).isEqualTo(new KeyValue(b("a"), 2, 4, 3, b("w"), 0));
        assertThat(state.leases().keysOf(5)).isEmpty();
    }

    @Test
    void comparesFollowTheRulesForMissingKeysAndRanges() {
        apply(put("a1", "x"));
        apply(put("a2", "y"));
        assertThat(holds(compare("no", "", Relation.EQUAL, new Operand.Version(0))))
                .isTrue();
        assertThat(holds(compare("no", "", Relation.EQUAL, new Operand.LeaseId(0))))
                .isTrue();
        assertThat(holds(compare("no", "", Relation.NOT_EQUAL, new Operand.Value(b("x")))))
                .isFalse();
        assertThat(holds(compare("no", "np", Relation.NOT_EQUAL, new Operand.Value(b("x")))))
                .isFalse();
        assertThat(holds(compare("no", "np", Relation.EQUAL, new Operand.ModRevision(0))))
                .isTrue();
        assertThat(holds(compare("a", "b", Relation.EQUAL, new Operand.Version(1))))
                .isTrue();
        assertThat(holds(compare("a", "b", Relation.GREATER, new Operand.ModRevision(2))))
                .isFalse();
        assertThat(holds(compare("a", "b", Relation.LESS, new Operand.Value(b("z")))))
                .isTrue();
        assertThat(holds(compare("a2", "", Relation.EQUAL, new Operand.CreateRevision(3))))
                .isTrue();
    }

    private boolean holds(Compare compare) {
        Op.Txn txn = new Op.Txn(List.of(compare), List.of(), List.of());
        boolean read = ((Outcome.TxnDone) state.read(txn)).succeeded();
        assertThat(((Outcome.TxnDone) outcome(txn)).succeeded()).isEqualTo(read);
        return read;
    }

    @Test
    void nestedComparesSeeTheKeysBeforeTheTransaction() {
        Compare absent = compare("a", "", Relation.EQUAL, new Operand.Version(0));
        Op.Txn inner = new Op.Txn(List.of(absent), List.of(put("b", "absent")), List.of(put("b", "there")));
        Op.Range all = new Op.Range(RangeQuery.of(KeyRange.ALL));
        Outcome.TxnDone done =
                (Outcome.TxnDone) outcome(new Op.Txn(List.of(absent), List.of(put("a", "1"), inner, all), List.of()));
        assertThat(done.revision()).isEqualTo(2);
        assertThat(done.results().get(1))
                .isEqualTo(new Outcome.TxnDone(0, true, List.of(new Outcome.PutDone(2, Bytes.EMPTY))));
        assertThat(((Outcome.RangeDone) done.results().get(2)).found().count()).isEqualTo(2);
        assertThat(state.view().get(b("b")).orElseThrow().value()).isEqualTo(b("absent"));
    }

    @Test
    void aRefusedTransactionChangesNothing() {
        apply(put("a", "1"));
        Op.Put keeps = new Op.Put(b("new"), Bytes.EMPTY, 0, false, true, false);
        Op.Range future = new Op.Range(RangeQuery.get(b("a")).at(9));
        assertThat(outcome(new Op.Txn(List.of(), List.of(put("new", "x"), keeps), List.of())))
                .isEqualTo(refused(Refusal.DUPLICATE_KEY));
        assertThat(outcome(new Op.Txn(List.of(), List.of(put("b", "x"), keeps), List.of())))
                .isEqualTo(refused(Refusal.KEY_NOT_FOUND));
        assertThat(outcome(new Op.Txn(List.of(), List.of(put("b", "x"), future), List.of())))
                .isEqualTo(refused(Refusal.FUTURE_REVISION));
        assertThat(outcome(new Op.Txn(List.of(), List.of(put("b", "x"), leased("c", 9)), List.of())))
                .isEqualTo(refused(Refusal.LEASE_NOT_FOUND));
        assertThat(outcome(new Op.Txn(List.of(), List.of(put("b", "x"), new Op.Missing()), List.of())))
                .isEqualTo(refused(Refusal.KEY_NOT_FOUND));
        assertThat(keys()).containsExactly("a");
        assertThat(state.view().revision()).isEqualTo(2);
    }

    @Test
    void aKeyIsChangedOnceInABranch() {
        Op.Txn either = new Op.Txn(List.of(), List.of(put("a", "1")), List.of(put("a", "2")));
        assertThat(Checks.txn(new Op.Txn(List.of(), List.of(either), List.of(either)), 128))
                .isEmpty();
        Optional<Refusal> duplicate = Optional.of(Refusal.DUPLICATE_KEY);
        assertThat(Checks.txn(new Op.Txn(List.of(), List.of(either, put("a", "3")), List.of()), 128))
                .isEqualTo(duplicate);
        assertThat(Checks.txn(new Op.Txn(List.of(), List.of(either, either), List.of()), 128))
                .isEqualTo(duplicate);
        assertThat(Checks.txn(new Op.Txn(List.of(), List.of(put("b", "3"), delete("a", "c")), List.of()), 128))
                .isEqualTo(duplicate);
        assertThat(Checks.txn(new Op.Txn(List.of(), List.of(delete("a", "c"), delete("b", "")), List.of()), 128))
                .isEmpty();
        assertThat(Checks.txn(new Op.Txn(List.of(), List.of(either, delete("a", "")), List.of()), 128))
                .isEqualTo(duplicate);
        assertThat(Checks.txn(new Op.Txn(List.of(), List.of(put("a", ""), put("b", "")), List.of()), 1))
                .isEqualTo(Optional.of(Refusal.TOO_MANY_OPS));
    }

    @Test
    void aLeaseTakesItsKeysWithItInOneRevision() {
        assertThat(outcome(new Command.LeaseGrant(7, 60))).isEqualTo(new Outcome.LeaseGranted(7, 60));
        assertThat(outcome(new Command.LeaseGrant(7, 60))).isEqualTo(refused(Refusal.LEASE_EXISTS));
        assertThat(outcome(new Command.LeaseGrant(8, 9_000_000_001L))).isEqualTo(refused(Refusal.LEASE_TTL_TOO_LARGE));
        for (String key : List.of("c", "a", "b", "d")) apply(leased(key, 7));
        apply(put("d", "free"));
        assertThat(state.leases().keysOf(7)).containsExactly(b("a"), b("b"), b("c"));
        Applied revoked = apply(new Command.LeaseRevoke(7));
        assertThat(revoked.revision()).isEqualTo(7);
        assertThat(revoked.events()).extracting(KeyEvent::key).containsExactly(b("a"), b("b"), b("c"));
        assertThat(keys()).containsExactly("d");
        assertThat(outcome(new Command.LeaseRevoke(7))).isEqualTo(refused(Refusal.LEASE_NOT_FOUND));
        apply(new Command.LeaseGrant(7, 60));
        assertThat(apply(new Command.LeaseRevoke(7)).revision()).isEqualTo(7);
    }

    @Test
    void compactionRefusesThePastAndTheFuture() {
        for (int i = 0; i < 4; i++) apply(put("a", "" + i));
        assertThat(outcome(new Command.Compact(6, false))).isEqualTo(refused(Refusal.FUTURE_REVISION));
        assertThat(outcome(new Command.Compact(4, false))).isEqualTo(new Outcome.Compacted(5));
        assertThat(outcome(new Command.Compact(4, false))).isEqualTo(refused(Refusal.COMPACTED));
        assertThat(state.view().range(RangeQuery.get(b("a")).at(3))).isEqualTo(new RangeResult.Compacted(4));
        assertThat(state.view().range(RangeQuery.get(b("a")).at(4))).isInstanceOf(RangeResult.Found.class);
    }

    @Test
    void alarmsForbidWhatTheySay() {
        Alarm full = new Alarm(1, Alarm.Kind.NO_SPACE);
        Alarm corrupt = new Alarm(2, Alarm.Kind.CORRUPT);
        apply(put("a", "1"));
        apply(new Command.AlarmChange(Command.AlarmChange.Action.ACTIVATE, full));
        assertThat(state.alarms()).containsExactly(full);
        assertThat(outcome(put("a", "2"))).isEqualTo(refused(Refusal.NO_SPACE));
        assertThat(outcome(new Command.LeaseGrant(1, 60))).isEqualTo(refused(Refusal.NO_SPACE));
        assertThat(outcome(new Op.Txn(List.of(), List.of(), List.of(put("a", "2")))))
                .isEqualTo(refused(Refusal.NO_SPACE));
        assertThat(outcome(delete("a", ""))).isInstanceOf(Outcome.DeleteDone.class);
        assertThat(outcome(new Command.Compact(2, false))).isInstanceOf(Outcome.Compacted.class);
        apply(new Command.AlarmChange(Command.AlarmChange.Action.ACTIVATE, corrupt));
        assertThat(outcome(delete("a", ""))).isEqualTo(refused(Refusal.CORRUPT));
        Alarm any = new Alarm(0, Alarm.Kind.NONE);
        assertThat(outcome(new Command.AlarmChange(Command.AlarmChange.Action.GET, any)))
                .isEqualTo(new Outcome.Alarms(List.of(full, corrupt)));
        apply(new Command.AlarmChange(Command.AlarmChange.Action.DEACTIVATE, corrupt));
        apply(new Command.AlarmChange(Command.AlarmChange.Action.DEACTIVATE, full));
        assertThat(outcome(put("a", "2"))).isInstanceOf(Outcome.PutDone.class);
    }

    /** In etcd one such alarm stops everybody; here only as many as leave no majority that agrees. */
    @Test
    void aDamagedMinorityStopsOnlyItself() {
        apply(change(added(1), added(2), added(3)));
        apply(corrupt(2));
        assertThat(state.isAccused(2)).isTrue();
        assertThat(state.isAccused(3)).isFalse();
        assertThat(state.isCorrupt()).isFalse();
        assertThat(outcome(put("a", "1"))).isInstanceOf(Outcome.PutDone.class);
        apply(corrupt(3));
        assertThat(state.isCorrupt()).isTrue();
        assertThat(outcome(put("a", "2"))).isEqualTo(refused(Refusal.CORRUPT));
        assertThat(outcome(change(new MemberChange.Removed(3)))).isInstanceOf(Outcome.MembersChanged.class);
        assertThat(state.alarms()).as("who is gone accuses nobody").containsExactly(new Alarm(2, Alarm.Kind.CORRUPT));
        apply(change(new MemberChange.Removed(2)));
        assertThat(outcome(put("a", "2"))).isInstanceOf(Outcome.PutDone.class);
        apply(corrupt(0));
        assertThat(outcome(put("a", "3"))).as("an alarm in nobody's name").isEqualTo(refused(Refusal.CORRUPT));
    }

    private static Command corrupt(long member) {
        return new Command.AlarmChange(Command.AlarmChange.Action.ACTIVATE, new Alarm(member, Alarm.Kind.CORRUPT));
    }

    private static MemberChange added(long id) {
        return new MemberChange.Added(new Member(id, "", List.of("http://127.0.0.1:" + id), List.of(), false));
    }

    /** Also when what they apply was encoded or restored in between; and never again once they differ. */
    @Test
    void twoStatesHaveOneDigestAsLongAsTheyAgree() {
        StoreState other = new StoreState(new HeapValueLog(false));
        for (int i = 1; i <= 20; i++) {
            Command command = put("k" + i % 3, "v" + i);
            state.apply(i, command, AnswerRoom.usual());
            other.apply(i, command, AnswerRoom.usual());
            assertThat(state.digest()).isEqualTo(other.digest());
        }
        state.apply(21, put("a", "x"), AnswerRoom.usual());
        other.apply(21, put("a", "y"), AnswerRoom.usual());
        for (int i = 22; i <= 40; i++) {
            Command command = put("a", "same");
            state.apply(i, command, AnswerRoom.usual());
            other.apply(i, command, AnswerRoom.usual());
            assertThat(state.digest()).isNotEqualTo(other.digest());
        }
    }

    /** Every member applies every command: what one client wants to see must not fill the memory of all. */
    @Test
    void onlyWhoIsAskedReadsForTheAnswerAndNotTooMuch() {
        HeapValueLog quiet = new HeapValueLog(false);
        StoreState elsewhere = new StoreState(quiet);
        StoreState tight = new StoreState(new HeapValueLog(false));
        List<StoreState> all = List.of(state, elsewhere, tight);
        for (StoreState one : all) {
            one.apply(1, put("a", "value"), AnswerRoom.usual());
            one.apply(2, put("b", "value"), AnswerRoom.usual());
            one.endBatch(2, 1);
        }
        Op.Txn showsAll = new Op.Txn(
                List.of(compare("a", "c", Relation.GREATER, new Operand.Version(0))),
                List.of(new Op.Range(RangeQuery.of(KeyRange.ALL)), new Op.DeleteRange(KeyRange.ALL, true)),
                List.of());
        quiet.beforeNextRead(() -> {
            throw new AssertionError("it was read");
        });
        Outcome told = state.apply(3, showsAll, AnswerRoom.usual()).outcome();
        Outcome.DeleteDone deleted =
                (Outcome.DeleteDone) ((Outcome.TxnDone) told).results().getLast();
        assertThat(deleted.previous()).hasSize(2);
        elsewhere.apply(3, showsAll, AnswerRoom.nobodyWaits());
        assertThat(tight.apply(3, showsAll, AnswerRoom.of(20)).outcome()).isEqualTo(refused(Refusal.ANSWER_TOO_LARGE));
        for (StoreState one : all) {
            one.endBatch(3, 1);
            assertThat(one.view().revision()).isEqualTo(4);
            assertThat(one.digest()).isEqualTo(state.digest());
        }
    }

    @Test
    void aRemovedMemberNeverComesBack() {
        Member one = new Member(1, "", List.of("http://127.0.0.1:1"), List.of(), false);
        Member two = new Member(-2, "", List.of("http://127.0.0.1:2"), List.of(), true);
        Member thief = new Member(3, "", List.of("http://127.0.0.1:1"), List.of(), false);
        apply(change(new MemberChange.Added(one), new MemberChange.Added(two)));
        assertThat(outcome(change(new MemberChange.Added(two)))).isEqualTo(refused(Refusal.MEMBER_EXISTS));
        assertThat(outcome(change(new MemberChange.Added(thief)))).isEqualTo(refused(Refusal.PEER_URL_EXISTS));
        assertThat(outcome(change(new MemberChange.Promoted(1)))).isEqualTo(refused(Refusal.MEMBER_NOT_LEARNER));
        apply(change(new MemberChange.Promoted(-2)));
        apply(new Command.MemberAttributes(-2, "n2", List.of("http://127.0.0.1:3")));
        assertThat(state.members().get(-2).orElseThrow().name()).isEqualTo("n2");
        apply(change(new MemberChange.Removed(1), new MemberChange.Added(thief)));
        assertThat(state.members().all()).extracting(Member::id).containsExactly(3L, -2L);
        assertThat(outcome(change(new MemberChange.Added(one)))).isInstanceOf(Outcome.Refused.class);
        assertThat(outcome(change(new MemberChange.Removed(9)))).isEqualTo(refused(Refusal.MEMBER_NOT_FOUND));
    }

    /** It would stop everybody, as an alarm in the name of nobody does, just when the culprit has gone. */
    @Test
    void whoWasRemovedIsNotAccusedAnyMore() {
        for (int i = 1; i <= 3; i++)
            apply(change(new MemberChange.Added(
                    new Member(i, "n" + i, List.of("http://127.0.0.1:" + i), List.of(), false))));
        Command accusation =
                new Command.AlarmChange(Command.AlarmChange.Action.ACTIVATE, new Alarm(2, Alarm.Kind.CORRUPT));
        apply(accusation);
        assertThat(outcome(put("a", "1"))).isInstanceOf(Outcome.PutDone.class);
        apply(new Command.AlarmChange(Command.AlarmChange.Action.ACTIVATE, new Alarm(2, Alarm.Kind.NO_SPACE)));
        assertThat(outcome(put("a", "1"))).isEqualTo(refused(Refusal.NO_SPACE));
        apply(change(new MemberChange.Removed(2)));
        assertThat(outcome(accusation)).isEqualTo(new Outcome.Alarms(List.of()));
        assertThat(outcome(put("a", "2"))).isInstanceOf(Outcome.PutDone.class);
        assertThat(state.alarms()).isEmpty();
    }

    @Test
    void theFirstDiskIsAMembersOwnForEver() {
        Member late = new Member(-2, "", List.of("http://127.0.0.1:2"), List.of(), true);
        Member first = new Member(1, "n1", List.of("http://127.0.0.1:1"), List.of(), false);
        assertThat(outcome(new Command.MemberStart(-2, "n2", "a"))).isEqualTo(refused(Refusal.MEMBER_NOT_FOUND));
        apply(change(new MemberChange.Added(first), new MemberChange.Added(late)));
        assertThat(outcome(new Command.MemberStart(1, "n1", "a"))).isEqualTo(refused(Refusal.MEMBER_STARTED));
        assertThat(outcome(new Command.MemberStart(-2, "n2", "a"))).isEqualTo(new Outcome.Done());
        assertThat(outcome(new Command.MemberStart(-2, "n2", "b"))).isEqualTo(refused(Refusal.MEMBER_STARTED));
        apply(new Command.MemberAttributes(-2, "n2", List.of("http://127.0.0.1:3")));
        assertThat(outcome(new Command.MemberStart(-2, "n2", "a"))).isEqualTo(new Outcome.Done());
        assertThat(state.members().get(-2).orElseThrow().clientUrls()).containsExactly("http://127.0.0.1:3");
        assertThat(restored().members().hasStartedElsewhere(-2, "a")).isFalse();
        assertThat(restored().members().hasStartedElsewhere(-2, "b")).isTrue();
        apply(change(new MemberChange.Removed(-2)));
        assertThat(outcome(new Command.MemberStart(-2, "n2", "a"))).isEqualTo(refused(Refusal.MEMBER_NOT_FOUND));
        assertThat(restored().members().hasStartedElsewhere(-2, "b")).isFalse();
    }

    private static Command change(MemberChange... changes) {
        return new Command.MembersChange(List.of(changes));
    }

    /** What was found on disk gives the same state, whatever happened before and wherever a compaction stood. */
    @Test
    void aRestoredStateAnswersLikeTheOneBefore() {
        Random random = new Random(11);
        for (int round = 0; round < 20; round++) {
            for (int i = 0; i < 60; i++) randomCommand(random);
            StoreState restored = restored();
            assertThat(restored.view().revision()).isEqualTo(state.view().revision());
            assertThat(restored.view().compactRevision()).isEqualTo(state.view().compactRevision());
            assertThat(restored.view().hashKv(0)).isEqualTo(state.view().hashKv(0));
            assertThat(restored.leases().all()).isEqualTo(state.leases().all());
            for (Lease lease : state.leases().all()) {
                assertThat(restored.leases().keysOf(lease.id()))
                        .isEqualTo(state.leases().keysOf(lease.id()));
            }
            assertThat(restored.alarms()).isEqualTo(state.alarms());
            for (long at = Math.max(1, state.view().compactRevision());
                    at <= state.view().revision();
                    at++) {
                RangeQuery query = RangeQuery.of(KeyRange.ALL).at(at).limited(3);
                assertThat(restored.view().range(query)).isEqualTo(state.view().range(query));
            }
            state = restored;
        }
    }

    private void randomCommand(Random random) {
        String key = "k" + random.nextInt(12);
        switch (random.nextInt(12)) {
            case 0 -> apply(new Command.LeaseGrant(1 + random.nextInt(5), 60));
            case 1 -> apply(new Command.LeaseRevoke(1 + random.nextInt(5)));
            case 2 -> apply(delete(key, random.nextBoolean() ? "" : key + "9"));
            case 3 -> apply(new Command.Compact(state.view().revision() - random.nextInt(10), false));
            case 4 -> state.compactStep(1 + random.nextInt(8));
            case 5, 6 -> apply(leased(key, 1 + random.nextInt(5)));
            default -> apply(put(key, "v" + index));
        }
    }

    private StoreState restored() {
        StoreState.Restoring restoring = new StoreState.Restoring(log);
        facts.forEach(restoring::fact);
        log.versions().entrySet().stream()
                .map(one -> FoundVersion.of(
                        one.getKey(), one.getValue().tombstone(), one.getValue().encoded()))
                .sorted(Comparator.comparing(FoundVersion::key).thenComparing(FoundVersion::at))
                .forEach(restoring::version);
        return restoring.finish(log.revision());
    }

    @Test
    void whatIsAskedOfNowIsNeitherCompactedNorAbsent() {
        HeapValueLog reclaiming = new HeapValueLog(true);
        state = new StoreState(reclaiming);
        apply(put("a", "1"));
        reclaiming.beforeNextRead(() -> overtake("2"));
        RangeResult.Found found = (RangeResult.Found) state.range(RangeQuery.get(b("a")));
        assertThat(found.keyValues()).extracting(kv -> kv.value().toUtf8()).containsExactly("2");
        Op.Txn isAnother = new Op.Txn(
                List.of(compare("a", "", Relation.NOT_EQUAL, new Operand.Value(b("0")))), List.of(), List.of());
        reclaiming.beforeNextRead(() -> overtake("3"));
        assertThat(((Outcome.TxnDone) state.read(isAnother)).succeeded()).isTrue();
    }

    /** Another value, and nothing is kept of the one before. */
    private void overtake(String value) {
        apply(put("a", value));
        apply(new Command.Compact(state.view().revision(), false));
        while (state.compactStep(100)) {}
    }
}
