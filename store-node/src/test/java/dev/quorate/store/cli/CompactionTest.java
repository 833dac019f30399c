package dev.quorate.store.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quorate.store.Bytes;
import dev.quorate.store.state.Command;
import dev.quorate.store.state.Op;
import dev.quorate.store.state.Outcome;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CompactionTest {
    private static final int KEYS = 10;
    private static final int VERSIONS = 20_000;
    private static final int MANY_KEYS = 100_000;

    /** It takes many steps with a pause after each: whoever asked for a physical one hears when the last is done. */
    @Test
    void aPhysicalCompactionIsAnsweredWhenTheVersionsAreGone(@TempDir Path folder) throws Exception {
        try (TestMember member = new TestMember(TestMember.soloFlags(folder))) {
            for (int i = 0; i < VERSIONS; i++) {
                Op.Put put = Op.Put.of(Bytes.utf8("k" + i % KEYS), Bytes.utf8("v".repeat(100)));
                if (i % 1_000 == 0) assertThat(member.propose(put)).isInstanceOf(Outcome.PutDone.class);
                else {
                    var _ = member.node().propose(put);
                }
            }
            assertThat(member.put("last", "v")).isInstanceOf(Outcome.PutDone.class);
            long before = member.node().status().sizes().dbInUseBytes();
            long revision = member.node().state().view().revision();
            assertThat(member.propose(new Command.Compact(revision, true))).isInstanceOf(Outcome.Compacted.class);
            assertThat(member.node().status().sizes().dbInUseBytes()).isLessThan(before / 2);
        }
    }

    /** Each of them comes before the one before is done. */
    @Test
    void aPhysicalCompactionIsAnsweredHoweverManyFollow(@TempDir Path folder) throws Exception {
        try (TestMember member = new TestMember(TestMember.soloFlags(folder))) {
            for (int i = 1; i <= MANY_KEYS; i++) {
                var put = member.node().propose(Op.Put.of(Bytes.utf8("k" + i), Bytes.utf8("v")));
                if (i % 1_000 == 0) assertThat(put.get(20, TimeUnit.SECONDS)).isInstanceOf(Outcome.PutDone.class);
            }
            var physical = member.node().propose(new Command.Compact(revision(member), true));
            for (long start = System.nanoTime();
                    !physical.isDone() && System.nanoTime() - start < TimeUnit.SECONDS.toNanos(20); ) {
                member.put("last", "v");
                member.propose(new Command.Compact(revision(member), false));
            }
            assertThat(physical).isCompletedWithValueMatching(Outcome.Compacted.class::isInstance);
        }
    }

    private static long revision(TestMember member) {
        return member.node().state().view().revision();
    }
}
