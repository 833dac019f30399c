package dev.quorate.store.mvcc;

import dev.quorate.store.Bytes;
import dev.quorate.store.Invariant;
import dev.quorate.store.mvcc.KeyIndex.Batch;
import dev.quorate.store.mvcc.KeyIndex.Inner;
import dev.quorate.store.mvcc.KeyIndex.Leaf;
import dev.quorate.store.mvcc.KeyIndex.Node;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Makes an index of versions that come in the order of keys, those of one key oldest first: leaf after leaf. */
final class IndexBuilder {
    /** Nearly full: most keys are not followed by new neighbours, and a full node is split by the first. */
    private static final int FILL = KeyIndex.LEAF_MAX * 7 / 8;

    private final Batch owner = new Batch();
    private final List<Node> leaves = new ArrayList<>();
    private byte[][] keys = new byte[FILL][];
    private KeyVersions[] versions = new KeyVersions[FILL];
    private int size;
    private long keyCount;

    /** What is known of the newest key; nothing before the first. */
    private byte[] key = new byte[0];

    private final KeyVersions.Gathering gathering = new KeyVersions.Gathering();

    void add(FoundVersion found) {
        Bytes next = found.key();
        int order = gathering.isEmpty() ? -1 : Arrays.compareUnsigned(key, next.shared());
        Invariant.check(order <= 0, "keys are restored in order", found.at().main());
        if (order < 0) {
            endKey();
            key = next.shared();
        }
        gathering.add(found.at(), found.create(), found.version());
    }

    KeyIndex build() {
        endKey();
        endLeaf();
        if (leaves.isEmpty()) return new KeyIndex();
        List<Node> level = leaves;
        while (level.size() > 1) level = above(level);
        return new KeyIndex(level.getFirst(), keyCount);
    }

    private void endKey() {
        if (gathering.isEmpty()) return;
        if (size == FILL) endLeaf();
        keys[size] = key;
        versions[size] = gathering.take();
        size++;
        keyCount++;
    }

    private void endLeaf() {
        if (size == 0) return;
        Leaf leaf = new Leaf(owner, Arrays.copyOf(keys, size), Arrays.copyOf(versions, size));
        leaf.size = size;
        for (int i = 0; i < size; i++) if (versions[i].isLive()) leaf.live++;
        leaves.add(leaf);
        size = 0;
    }

    private List<Node> above(List<Node> level) {
        List<Node> inners = new ArrayList<>();
        int count = (level.size() + FILL - 1) / FILL;
        int from = 0;
        for (int i = 1; i <= count; i++) {
            int to = (int) ((long) level.size() * i / count); // evenly: no node is left with a single child
            inners.add(inner(level.subList(from, to)));
            from = to;
        }
        return inners;
    }

    private Inner inner(List<Node> children) {
        int count = children.size();
        Inner inner = new Inner(owner, children.toArray(new Node[0]), new byte[count][], new int[count]);
        inner.size = count;
        for (int i = 0; i < count; i++) {
            Node child = inner.children[i];
            inner.separators[i] = child instanceof Inner below ? below.separators[0] : ((Leaf) child).keys[0];
            inner.liveOf[i] = child.live();
        }
        return inner;
    }
}
