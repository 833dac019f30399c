package dev.quorate.store.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quorate.store.Bytes;
import dev.quorate.store.mvcc.KeyRange;
import dev.quorate.store.state.Alarm;
import dev.quorate.store.state.Command;
import dev.quorate.store.state.Command.AlarmChange.Action;
import dev.quorate.store.state.Op;
import dev.quorate.store.state.Outcome;
import dev.quorate.store.state.Refusal;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A full database still gets emptier, and then takes writes again without anybody defragmenting anything. */
class QuotaTest {
    private static final Outcome NO_SPACE = new Outcome.Refused(Refusal.NO_SPACE);
    private static final KeyRange ALL = KeyRange.prefix(Bytes.utf8("k"));

    @Test
    void whatMakesRoomGoesThroughAndRoomIsRoom(@TempDir Path folder) throws Exception {
        try (TestMember member = new TestMember(TestMember.soloFlags(folder, "--quota-backend-bytes=300000"))) {
            assertThat(member.propose(new Command.LeaseGrant(7, 1_000))).isInstanceOf(Outcome.LeaseGranted.class);
            fill(member);
            assertThat(member.node().state().alarms())
                    .as("who is refused finds the alarm")
                    .hasSize(1);
            assertThat(alarms(member)).hasSize(1);
            assertThat(member.propose(new Command.LeaseGrant(8, 1_000))).isEqualTo(NO_SPACE);
            assertThat(member.propose(
                            new Op.Txn(List.of(), List.of(Op.Put.of(Bytes.utf8("a"), Bytes.EMPTY)), List.of())))
                    .isEqualTo(NO_SPACE);
            Op.DeleteRange delete = new Op.DeleteRange(ALL, false);
            assertThat(member.propose(new Op.Txn(List.of(), List.of(delete), List.of())))
                    .isInstanceOf(Outcome.TxnDone.class);
            assertThat(member.propose(new Command.LeaseRevoke(7))).isInstanceOf(Outcome.LeaseRevoked.class);
            long revision = member.node().state().view().revision();
            assertThat(member.propose(new Command.Compact(revision, true))).isInstanceOf(Outcome.Compacted.class);
            assertThat(member.put("k", "still armed")).isEqualTo(NO_SPACE);
            assertThat(disarmedAndWritten(member)).isTrue();
            assertThat(alarms(member)).isEmpty();
        }
    }

    private static void fill(TestMember member) throws InterruptedException {
        for (int i = 0; i < 200; i++) {
            Outcome outcome = member.put("k" + i, "x".repeat(3_000));
            if (outcome.equals(NO_SPACE)) return;
        }
        throw new AssertionError("the quota was not enforced");
    }

    /** The alarm is raised by a proposal of its own. */
    private static List<Alarm> alarms(TestMember member) throws InterruptedException {
        Alarm any = new Alarm(0, Alarm.Kind.NONE);
        return ((Outcome.Alarms) member.propose(new Command.AlarmChange(Action.GET, any))).alarms();
    }

    /** The versions that a compaction made unreachable go in the background. */
    private static boolean disarmedAndWritten(TestMember member) throws InterruptedException {
        long due = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (System.nanoTime() < due) {
            Alarm alarm = new Alarm(member.node().identity().memberId(), Alarm.Kind.NO_SPACE);
            var _ = member.propose(new Command.AlarmChange(Action.DEACTIVATE, alarm));
            if (member.put("k", "again") instanceof Outcome.PutDone) return true;
        }
        return false;
    }
}
