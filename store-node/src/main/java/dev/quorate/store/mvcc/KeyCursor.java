package dev.quorate.store.mvcc;

import dev.quorate.store.mvcc.KeyIndex.Inner;
import dev.quorate.store.mvcc.KeyIndex.Leaf;
import dev.quorate.store.mvcc.KeyIndex.Node;
import org.jspecify.annotations.Nullable;

/** Walks the keys of a range in order over one fixed root. */
final class KeyCursor {
    private static final int MAX_DEPTH = 16;

    private final Inner[] path = new Inner[MAX_DEPTH];
    private final int[] at = new int[MAX_DEPTH];
    private final byte @Nullable [] to;
    private final boolean liveOnly;
    private int depth;
    private Leaf leaf;
    private int position;
    private int end;
    private boolean last;

    /** With {@code liveOnly}, keys that do not exist at the newest revision are skipped, whole subtrees at once. */
    KeyCursor(Node root, KeyRange range, boolean liveOnly) {
        this.liveOnly = liveOnly;
        byte[] from = range.from().shared();
        this.to = range.isUnbounded() ? null : upperBound(range);
        Node node = root;
        while (node instanceof Inner inner) {
            int child = inner.childFor(from);
            path[depth] = inner;
            at[depth++] = child;
            node = inner.children[child];
        }
        leaf = (Leaf) node;
        position = leaf.lowerBound(from) - 1;
        enter();
        advance();
    }

    /** The first key that does not belong to the range. */
    static byte[] upperBound(KeyRange range) {
        if (!range.isSingle()) return range.rangeEnd().shared();
        byte[] from = range.from().shared();
        byte[] next = new byte[from.length + 1];
        System.arraycopy(from, 0, next, 0, from.length);
        return next;
    }

    boolean valid() {
        return position < end;
    }

    byte[] key() {
        return leaf.keys[position];
    }

    KeyVersions versions() {
        return leaf.versions[position];
    }

    void advance() {
        position++;
        while (true) {
            if (liveOnly) while (position < end && !leaf.versions[position].isLive()) position++;
            if (position < end || last || !nextLeaf()) return;
        }
    }

    private boolean nextLeaf() {
        while (depth > 0) {
            Inner inner = path[depth - 1];
            int child = at[depth - 1] + 1;
            if (liveOnly) while (child < inner.size && inner.liveOf[child] == 0) child++;
            if (child < inner.size) {
                at[depth - 1] = child;
                descend(inner.children[child]);
                return true;
            }
            depth--;
        }
        last = true;
        return false;
    }

    private void descend(Node top) {
        Node node = top;
        while (node instanceof Inner inner) {
            int child = 0;
            if (liveOnly) while (child < inner.size - 1 && inner.liveOf[child] == 0) child++;
            path[depth] = inner;
            at[depth++] = child;
            node = inner.children[child];
        }
        leaf = (Leaf) node;
        position = 0;
        enter();
    }

    private void enter() {
        end = leaf.size;
        if (to == null || end == 0) return;
        int bound = leaf.lowerBound(to);
        if (bound < end) {
            end = bound;
            last = true;
        }
    }
}
