package dev.quorate.store.mvcc;

import dev.quorate.store.Bytes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Takes the versions that a compaction made unreachable out of the index and declares them dead, in steps of bounded
 * work: neither many keys nor a key of many versions hold a put up.
 */
final class Compaction {
    private static final byte[] DONE = new byte[0];
    private static final int KEYS_AT_ONCE = 64;

    private final long compactRevision;
    private byte[] from = KeyRange.ALL.from().shared();

    /** Out of the index already, not declared dead yet. */
    private final Deque<Cut> cuts = new ArrayDeque<>();

    /** So many versions of the first cut are dead. */
    private int dead;

    /** Versions of a key that are not kept: those before {@code count}. */
    private record Cut(KeyVersions versions, int count) {}

    /** Begins; what an earlier one has left to declare dead is taken over. */
    Compaction(long compactRevision, Compaction earlier) {
        this.compactRevision = compactRevision;
        this.cuts.addAll(earlier.cuts);
        this.dead = earlier.dead;
    }

    private Compaction() {
        this.compactRevision = 0;
        this.from = DONE;
    }

    /** There is nothing to do. */
    static Compaction none() {
        return new Compaction();
    }

    boolean isDone() {
        return from.length == 0 && cuts.isEmpty();
    }

    /** Looks at keys and declares versions dead, so many in all, more or less; false when nothing is left. */
    boolean step(KeyIndex index, ValueLog log, int budget) {
        int left = budget;
        while (left > 0) {
            Cut cut = cuts.peek();
            if (cut != null) left -= declareDead(cut, log, left);
            else if (from.length > 0) left -= cut(index, Math.min(left, KEYS_AT_ONCE));
            else return false;
        }
        return !isDone();
    }

    private int declareDead(Cut cut, ValueLog log, int most) {
        int end = Math.min(cut.count(), dead + most);
        int count = end - dead;
        for (; dead < end; dead++) log.dead(cut.versions().revision(dead));
        if (dead == cut.count()) {
            cuts.remove();
            dead = 0;
        }
        return count;
    }

    private int cut(KeyIndex index, int maxKeys) {
        record Found(Bytes key, Cut cut) {}
        List<Found> found = new ArrayList<>();
        KeyRange rest = KeyRange.of(Bytes.wrap(from), KeyRange.ALL.rangeEnd());
        KeyCursor cursor = new KeyCursor(index.current(), rest, false);
        for (int seen = 0; seen < maxKeys && cursor.valid(); seen++) {
            int count = cursor.versions().firstKept(compactRevision);
            if (count > 0) found.add(new Found(Bytes.wrap(cursor.key()), new Cut(cursor.versions(), count)));
            cursor.advance();
        }
        from = cursor.valid() ? cursor.key() : DONE;
        for (Found one : found) {
            KeyVersions versions = one.cut().versions();
            int count = one.cut().count();
            if (count == versions.count()) index.remove(one.key().shared());
            else index.set(one.key().shared(), versions.from(count));
            cuts.add(one.cut());
        }
        return maxKeys;
    }
}
