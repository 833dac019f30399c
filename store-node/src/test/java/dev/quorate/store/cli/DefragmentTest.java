package dev.quorate.store.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quorate.proto.etcdserverpb.StatusResponse;
import dev.quorate.store.FreePorts;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real member whose garbage is too little to be reclaimed by itself. */
class DefragmentTest {
    private static final long CALL_MILLIS = 20_000;
    private static final int VALUE_BYTES = 400_000;

    @Test
    void whatIsGarbageIsGivenBackBeforeTheAnswer(@TempDir Path folder) throws Exception {
        List<Integer> ports = FreePorts.take(2);
        TestProcess member =
                new TestProcess("a", ports.get(0), ports.get(1), folder, "a=http://127.0.0.1:" + ports.get(0));
        try {
            member.start();
            member.awaitReady();
            for (int i = 0; i < 12; i++) member.put("k" + i % 10, "v".repeat(VALUE_BYTES), CALL_MILLIS);
            member.compact(
                    member.range("k0", "", false, CALL_MILLIS).getHeader().getRevision(), CALL_MILLIS);
            StatusResponse before = member.status();
            assertThat(before.getDbSize() - before.getDbSizeInUse()).isGreaterThan(2 * VALUE_BYTES - 1);
            member.defragment(CALL_MILLIS);
            StatusResponse after = member.status();
            assertThat(after.getDbSize()).isLessThan(before.getDbSize() - 2 * VALUE_BYTES + 10_000);
            assertThat(member.range("k", "l", false, CALL_MILLIS).getKvsCount()).isEqualTo(10);
        } finally {
            member.close();
        }
    }
}
