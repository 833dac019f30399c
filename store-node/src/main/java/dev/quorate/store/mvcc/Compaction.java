package dev.quorate.store.mvcc;

import dev.quorate.store.Bytes;
import java.util.ArrayList;
import java.util.List;

/** Takes the versions that a compaction made unreachable out of the index, some keys at a time. */
final class Compaction {
    private static final byte[] DONE = new byte[0];

    private final KeyIndex index;
    private final ValueLog log;
    private final long compactRevision;

    /** Keys whose versions before {@code firstKept} go. */
    private record Cut(Bytes key, KeyVersions versions, int firstKept) {}

    Compaction(KeyIndex index, ValueLog log, long compactRevision) {
        this.index = index;
        this.log = log;
        this.compactRevision = compactRevision;
    }

    /** Looks at keys from {@code from} on and returns where the next step begins; empty = all done. */
    byte[] run(byte[] from, int maxKeys) {
        List<Cut> cuts = new ArrayList<>();
        KeyRange rest = KeyRange.of(Bytes.wrap(from), KeyRange.ALL.rangeEnd());
        KeyCursor cursor = new KeyCursor(index.current(), rest, false);
        for (int seen = 0; seen < maxKeys && cursor.valid(); seen++) {
            int first = cursor.versions().firstKept(compactRevision);
            if (first > 0) cuts.add(new Cut(Bytes.wrap(cursor.key()), cursor.versions(), first));
            cursor.advance();
        }
        byte[] next = cursor.valid() ? cursor.key() : DONE;
        for (Cut cut : cuts) apply(cut);
        return next;
    }

    private void apply(Cut cut) {
        if (cut.firstKept() == cut.versions().count()) index.remove(cut.key().shared());
        else index.set(cut.key().shared(), cut.versions().from(cut.firstKept()));
        for (int i = 0; i < cut.firstKept(); i++) log.dead(cut.versions().revision(i));
    }
}
