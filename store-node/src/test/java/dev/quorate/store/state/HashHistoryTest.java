package dev.quorate.store.state;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quorate.store.Bytes;
import dev.quorate.store.mvcc.HashResult;
import dev.quorate.store.mvcc.HeapValueLog;
import dev.quorate.store.mvcc.KeyRange;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** The same history gives the same key-space hash as etcd, whether compacted versions are still on disk or not. */
class HashHistoryTest {
    @Test
    void hashesEqualThoseOfEtcdBeforeAndAfterReclaiming() throws IOException {
        play(new HeapValueLog(false), 0);
        play(new HeapValueLog(true), 0);
        play(new HeapValueLog(true), 1_000);
    }

    private static void play(HeapValueLog log, int compactKeys) throws IOException {
        StoreState state = new StoreState(log);
        long index = 0;
        for (String line : lines()) {
            String[] words = line.split(" ");
            if (words[0].equals("hash")) {
                assertThat(hash(state, words)).as(line).isEqualTo(line);
                continue;
            }
            Applied applied = state.apply(++index, command(words), AnswerRoom.usual());
            assertThat(applied.outcome()).as(line).isNotInstanceOf(Outcome.Refused.class);
            state.endBatch(index, 1);
            if (compactKeys > 0) while (state.compactStep(compactKeys)) log.sizeBytes();
        }
    }

    private static String hash(StoreState state, String[] words) {
        HashResult.Hash hash = (HashResult.Hash) state.view().hashKv(Long.parseLong(words[1]));
        return "hash " + words[1] + " = " + Integer.toUnsignedString(hash.hash()) + " compact "
                + hash.compactRevision();
    }

    private static Command command(String[] words) {
        return switch (words[0]) {
            case "put" -> Op.Put.of(Bytes.utf8(words[1]), Bytes.utf8(words[2]));
            case "putlease" ->
                new Op.Put(
                        Bytes.utf8(words[1]), Bytes.utf8(words[2]), Long.parseLong(words[3], 16), false, false, false);
            case "del" -> new Op.DeleteRange(KeyRange.single(Bytes.utf8(words[1])), false);
            case "delrange" -> new Op.DeleteRange(KeyRange.of(Bytes.utf8(words[1]), Bytes.utf8(words[2])), false);
            case "compact" -> new Command.Compact(Long.parseLong(words[1]), true);
            case "lease" -> new Command.LeaseGrant(Long.parseLong(words[1], 16), Long.parseLong(words[2]));
            default -> throw new IllegalArgumentException(words[0]);
        };
    }

    private static Iterable<String> lines() throws IOException {
        try (InputStream in = Objects.requireNonNull(
                HashHistoryTest.class.getResourceAsStream("/mvcc/hash-history.txt"), "the history")) {
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            return text.lines().filter(line -> !line.startsWith("#")).toList();
        }
    }
}
