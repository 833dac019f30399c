package dev.quorate.store.mvcc;

import dev.quorate.store.Bytes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Takes the versions that compactions made unreachable out of the index and declares them dead, in steps of bounded
 * work: neither many keys nor a key of many versions hold a put up.
 *
 * <p>It walks through the keys in rounds. A compaction is done when the walk has come round to where it was when that
 * compaction began: so every key has its turn, however often a new one begins before the last one is done.
 */
final class Compaction {
    private static final Bytes FIRST = KeyRange.ALL.from();
    private static final int KEYS_AT_ONCE = 64;

    private long compactRevision;

    /** The next key to look at. */
    private Bytes at = FIRST;

    private long round;

    /** Those that are not done, oldest first. */
    private final Deque<Begun> begun = new ArrayDeque<>();

    /** Out of the index already, not declared dead yet. */
    private final Deque<Cut> cuts = new ArrayDeque<>();

    /** So many versions of the first cut are dead. */
    private int dead;

    /** A compaction, and where the walk was when it began. */
    private record Begun(long revision, Bytes at, long round) {}

    /** Versions of a key that are not kept: those before {@code count}. */
    private record Cut(KeyVersions versions, int count) {}

    void begin(long revision) {
        compactRevision = revision;
        Begun last = begun.peekLast();
        // Both are done at the same time, and who asks for the newer one hears of the older.
        boolean together = last != null && last.round() == round && last.at().equals(at);
        if (!together) begun.add(new Begun(revision, at, round));
    }

    boolean isDone() {
        return begun.isEmpty();
    }

    /** Are the one to this revision and all before it done? */
    boolean isDone(long revision) {
        Begun oldest = begun.peek();
        return oldest == null || oldest.revision() > revision;
    }

    /** Looks at keys and declares versions dead, so many in all, more or less; false when nothing is left. */
    boolean step(KeyIndex index, ValueLog log, int budget) {
        int left = budget;
        while (left > 0 && !isDone()) {
            Cut cut = cuts.peek();
            left -= cut == null ? cut(index, Math.min(left, KEYS_AT_ONCE)) : declareDead(cut, log, left);
            if (cuts.isEmpty()) end();
        }
        return !isDone();
    }

    private void end() {
        for (Begun one = begun.peek(); one != null && isRoundAgain(one); one = begun.peek()) begun.remove();
    }

    private boolean isRoundAgain(Begun one) {
        long rounds = round - one.round();
        return rounds > 1 || (rounds == 1 && at.compareTo(one.at()) >= 0);
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
        KeyRange rest = KeyRange.of(at, KeyRange.ALL.rangeEnd());
        KeyCursor cursor = new KeyCursor(index.current(), rest, false);
        for (int seen = 0; seen < maxKeys && cursor.valid(); seen++) {
            int count = cursor.versions().firstKept(compactRevision);
            if (count > 0) found.add(new Found(Bytes.wrap(cursor.key()), new Cut(cursor.versions(), count)));
            cursor.advance();
        }
        if (cursor.valid()) {
            at = Bytes.wrap(cursor.key());
        } else {
            at = FIRST;
            round++;
        }
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
