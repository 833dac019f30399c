package dev.quorate.store.mvcc;

import dev.quorate.store.Invariant;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The sorted index from key to versions.
 *
 * <p>A root handed out by {@link #freeze} never changes again: any thread may walk it without a lock. The one writer
 * changes nodes that it made since the last freeze in place and copies the others, so a batch of puts copies each
 * node of a path at most once.
 */
final class KeyIndex {
    /*
     * A B+tree. Leaves hold keys (the bare arrays) and versions side by side; inner nodes hold children, the smallest
     * key of each child but the first, and how many live keys each child has.
     *
     * 1. Keys are strictly ascending over all leaves.
     * 2. separators[i] is greater than every key below children[i - 1] and not greater than any below children[i].
     * 3. liveOf[i] equals the number of live keys below children[i]: a count at the newest revision adds up
     *    the numbers along two paths.
     * 4. Only the root may be empty.
     * 5. A node whose owner is not the current batch is shared with readers and is never written.
     *
     * Sizes: a node that overflows at its right end keeps most of its entries, because keys often arrive in order.
     * A node that falls below a quarter joins a neighbour if there is room; nothing is borrowed.
     */
    static final int LEAF_MAX = 64;
    static final int INNER_MAX = 64;

    /** Marks the nodes that the writer may change in place. */
    static final class Batch {}

    /** A node of the tree. */
    abstract static sealed class Node permits Leaf, Inner {
        final Batch owner;
        int size;

        Node(Batch owner) {
            this.owner = owner;
        }

        abstract int live();
    }

    /** Keys and their versions. */
    static final class Leaf extends Node {
        byte[][] keys;
        KeyVersions[] versions;
        int live;

        Leaf(Batch owner, byte[][] keys, KeyVersions[] versions) {
            super(owner);
            this.keys = keys;
            this.versions = versions;
        }

        @Override
        int live() {
            return live;
        }

        /** Position of the first key that is not less. */
        int lowerBound(byte[] key) {
            return KeyIndex.lowerBound(keys, 0, size, key);
        }
    }

    /** Children and what is known of them without looking. */
    static final class Inner extends Node {
        Node[] children;
        byte[][] separators;
        int[] liveOf;

        Inner(Batch owner, Node[] children, byte[][] separators, int[] liveOf) {
            super(owner);
            this.children = children;
            this.separators = separators;
            this.liveOf = liveOf;
        }

        @Override
        int live() {
            int sum = 0;
            for (int i = 0; i < size; i++) sum += liveOf[i];
            return sum;
        }

        /** Position of the child where this key belongs. */
        int childFor(byte[] key) {
            int at = KeyIndex.lowerBound(separators, 1, size, key);
            return at < size && Arrays.equals(separators[at], key) ? at : at - 1;
        }
    }

    private static final byte[] NO_KEY = new byte[0];
    private static final KeyVersions NO_VERSIONS = KeyVersions.first(0, 0);
    private static final Node NO_NODE = new Leaf(new Batch(), new byte[0][], new KeyVersions[0]);

    private Batch batch = new Batch();
    private Node root;

    private long keyCount;

    KeyIndex() {
        root = new Leaf(batch, new byte[4][], new KeyVersions[4]);
    }

    /** A tree that was made at once; its nodes belong to no batch of this index. */
    KeyIndex(Node root, long keyCount) {
        this.root = root;
        this.keyCount = keyCount;
    }

    private Leaf emptyLeaf() {
        return new Leaf(batch, new byte[4][], new KeyVersions[4]);
    }

    /** Everything written so far, fixed for ever. */
    Node freeze() {
        batch = new Batch();
        return root;
    }

    /** The root as the writer sees it now; only for reading on the writer's thread, before it writes again. */
    Node current() {
        return root;
    }

    long keyCount() {
        return keyCount;
    }

    @Nullable
    KeyVersions get(byte[] key) {
        return find(root, key);
    }

    static @Nullable KeyVersions find(Node root, byte[] key) {
        Node node = root;
        while (node instanceof Inner inner) node = inner.children[inner.childFor(key)];
        Leaf leaf = (Leaf) node;
        int at = leaf.lowerBound(key);
        return at < leaf.size && Arrays.equals(leaf.keys[at], key) ? leaf.versions[at] : null;
    }

    /** Number of live keys that are less than this one; at the newest revision of this root. */
    static long liveBelow(Node root, byte[] key) {
        long sum = 0;
        Node node = root;
        while (node instanceof Inner inner) {
            int child = inner.childFor(key);
            for (int i = 0; i < child; i++) sum += inner.liveOf[i];
            node = inner.children[child];
        }
        Leaf leaf = (Leaf) node;
        int end = leaf.lowerBound(key);
        for (int i = 0; i < end; i++) if (leaf.versions[i].isLive()) sum++;
        return sum;
    }

    /** Sets the versions of a key; the array becomes part of the index when the key is new. */
    void set(byte[] key, KeyVersions versions) {
        given = versions;
        change(key);
    }

    /** One more version of a key; returns what is known of the key now. */
    KeyVersions put(byte[] key, long main, long sub) {
        given = null;
        putMain = main;
        putSub = sub;
        change(key);
        return Objects.requireNonNull(written);
    }

    private void change(byte[] key) {
        Node changed = change(root, key);
        Node split = splitOff;
        splitOff = null;
        if (split == null) {
            root = changed;
            return;
        }
        Inner top = new Inner(batch, new Node[4], new byte[4][], new int[4]);
        insert(top, 0, changed, NO_KEY);
        insert(top, 1, split, splitKey);
        root = top;
    }

    /** Forgets a key. It must be there. */
    void remove(byte[] key) {
        root = remove(root, key);
        while (root instanceof Inner inner && inner.size == 1) root = inner.children[0];
        if (root instanceof Inner inner && inner.size == 0) root = emptyLeaf();
        keyCount--;
    }

    // What the change is: these versions, or one more put at this revision. And what became of it.
    private @Nullable KeyVersions given;
    private long putMain;
    private long putSub;
    private @Nullable KeyVersions written;

    // What the recursion hands up beside the changed node: the new right neighbour, if the node was split.
    private @Nullable Node splitOff;
    private byte[] splitKey = NO_KEY;

    private Node change(Node node, byte[] key) {
        return switch (node) {
            case Leaf leaf -> changeLeaf(leaf, key);
            case Inner inner -> changeInner(inner, key);
        };
    }

    private Leaf changeLeaf(Leaf shared, byte[] key) {
        Leaf leaf = writable(shared);
        int at = leaf.lowerBound(key);
        boolean known = at < leaf.size && Arrays.equals(leaf.keys[at], key);
        KeyVersions versions = given;
        if (versions == null) {
            versions = known ? leaf.versions[at].put(putMain, putSub) : KeyVersions.first(putMain, putSub);
        }
        written = versions;
        if (known) {
            leaf.live += liveness(versions) - liveness(leaf.versions[at]);
            leaf.versions[at] = versions;
            return leaf;
        }
        keyCount++;
        if (leaf.size == LEAF_MAX) {
            Leaf right = split(leaf, at);
            if (at > leaf.size || (at == leaf.size && right.size == 0)) {
                insert(right, at - leaf.size, key, versions);
            } else {
                insert(leaf, at, key, versions);
            }
            splitOff = right;
            splitKey = right.keys[0];
            return leaf;
        }
        insert(leaf, at, key, versions);
        return leaf;
    }

    private static void insert(Leaf leaf, int at, byte[] key, KeyVersions versions) {
        if (leaf.size == leaf.keys.length) {
            int capacity = Math.min(LEAF_MAX, leaf.size + (leaf.size >> 1) + 2);
            leaf.keys = Arrays.copyOf(leaf.keys, capacity);
            leaf.versions = Arrays.copyOf(leaf.versions, capacity);
        }
        System.arraycopy(leaf.keys, at, leaf.keys, at + 1, leaf.size - at);
        System.arraycopy(leaf.versions, at, leaf.versions, at + 1, leaf.size - at);
        leaf.keys[at] = key;
        leaf.versions[at] = versions;
        leaf.size++;
        leaf.live += liveness(versions);
    }

    /** Moves the upper part to a new leaf; the cut depends on where the next key will go. */
    private Leaf split(Leaf leaf, int insertAt) {
        int keep = insertAt == leaf.size ? leaf.size : leaf.size / 2;
        int moved = leaf.size - keep;
        int capacity = Math.max(moved + 2, 8);
        Leaf right = new Leaf(batch, new byte[capacity][], new KeyVersions[capacity]);
        System.arraycopy(leaf.keys, keep, right.keys, 0, moved);
        System.arraycopy(leaf.versions, keep, right.versions, 0, moved);
        right.size = moved;
        if (moved > 0) {
            leaf.keys = Arrays.copyOf(leaf.keys, keep + 2);
            leaf.versions = Arrays.copyOf(leaf.versions, keep + 2);
            Arrays.fill(leaf.keys, keep, keep + 2, NO_KEY);
            Arrays.fill(leaf.versions, keep, keep + 2, NO_VERSIONS);
        }
        leaf.size = keep;
        right.live = countLive(right);
        leaf.live -= right.live;
        return right;
    }

    private Inner changeInner(Inner shared, byte[] key) {
        Inner inner = writable(shared);
        int at = inner.childFor(key);
        Node changed = change(inner.children[at], key);
        inner.children[at] = changed;
        inner.liveOf[at] = changed.live();
        Node split = splitOff;
        splitOff = null;
        if (split == null) return inner;
        byte[] separator = splitKey;
        if (inner.size < INNER_MAX) {
            insert(inner, at + 1, split, separator);
            return inner;
        }
        Inner right = split(inner, at + 1);
        if (at + 1 > inner.size || right.size == 0) insert(right, at + 1 - inner.size, split, separator);
        else insert(inner, at + 1, split, separator);
        splitOff = right;
        splitKey = right.separators[0];
        return inner;
    }

    /** separators[0] is kept too: it is where the node begins, which its parent needs when the node is split off. */
    private static void insert(Inner inner, int at, Node child, byte[] separator) {
        if (inner.size == inner.children.length) {
            int capacity = Math.min(INNER_MAX, inner.size + (inner.size >> 1) + 2);
            inner.children = Arrays.copyOf(inner.children, capacity);
            inner.separators = Arrays.copyOf(inner.separators, capacity);
            inner.liveOf = Arrays.copyOf(inner.liveOf, capacity);
        }
        System.arraycopy(inner.children, at, inner.children, at + 1, inner.size - at);
        System.arraycopy(inner.separators, at, inner.separators, at + 1, inner.size - at);
        System.arraycopy(inner.liveOf, at, inner.liveOf, at + 1, inner.size - at);
        inner.children[at] = child;
        inner.separators[at] = separator;
        inner.liveOf[at] = child.live();
        inner.size++;
    }

    private Inner split(Inner inner, int insertAt) {
        int keep = insertAt == inner.size ? inner.size : inner.size / 2;
        int moved = inner.size - keep;
        int capacity = Math.max(moved + 2, 8);
        Inner right = new Inner(batch, new Node[capacity], new byte[capacity][], new int[capacity]);
        System.arraycopy(inner.children, keep, right.children, 0, moved);
        System.arraycopy(inner.separators, keep, right.separators, 0, moved);
        System.arraycopy(inner.liveOf, keep, right.liveOf, 0, moved);
        right.size = moved;
        Arrays.fill(inner.children, keep, inner.size, NO_NODE);
        Arrays.fill(inner.separators, keep, inner.size, NO_KEY);
        inner.size = keep;
        return right;
    }

    private Node remove(Node node, byte[] key) {
        return switch (node) {
            case Leaf shared -> {
                Leaf leaf = writable(shared);
                int at = leaf.lowerBound(key);
                Invariant.check(
                        at < leaf.size && Arrays.equals(leaf.keys[at], key), "only a key of the index is removed");
                leaf.live -= liveness(leaf.versions[at]);
                leaf.size--;
                System.arraycopy(leaf.keys, at + 1, leaf.keys, at, leaf.size - at);
                System.arraycopy(leaf.versions, at + 1, leaf.versions, at, leaf.size - at);
                leaf.keys[leaf.size] = NO_KEY;
                leaf.versions[leaf.size] = NO_VERSIONS;
                yield leaf;
            }
            case Inner shared -> {
                Inner inner = writable(shared);
                int at = inner.childFor(key);
                Node child = remove(inner.children[at], key);
                inner.children[at] = child;
                inner.liveOf[at] = child.live();
                tidy(inner, at);
                yield inner;
            }
        };
    }

    /** After a removal below: an empty child is dropped, a nearly empty one joins a neighbour if there is room. */
    private void tidy(Inner inner, int at) {
        Node child = inner.children[at];
        if (child.size == 0) {
            drop(inner, at);
            return;
        }
        if (child.size >= LEAF_MAX / 4) return;
        if (at + 1 < inner.size && fits(child, inner.children[at + 1])) join(inner, at);
        else if (at > 0 && fits(inner.children[at - 1], child)) join(inner, at - 1);
    }

    private static boolean fits(Node left, Node right) {
        return left.size + right.size <= (left instanceof Leaf ? LEAF_MAX : INNER_MAX) * 3 / 4;
    }

    private static void drop(Inner inner, int at) {
        inner.size--;
        System.arraycopy(inner.children, at + 1, inner.children, at, inner.size - at);
        System.arraycopy(inner.separators, at + 1, inner.separators, at, inner.size - at);
        System.arraycopy(inner.liveOf, at + 1, inner.liveOf, at, inner.size - at);
        inner.children[inner.size] = NO_NODE;
        inner.separators[inner.size] = NO_KEY;
    }

    /** Child at + 1 moves into child at. */
    private void join(Inner inner, int at) {
        Node right = inner.children[at + 1];
        if (inner.children[at] instanceof Leaf left) {
            Leaf all = writable(left);
            Leaf more = (Leaf) right;
            all.keys = Arrays.copyOf(all.keys, all.size + more.size + 2);
            all.versions = Arrays.copyOf(all.versions, all.size + more.size + 2);
            System.arraycopy(more.keys, 0, all.keys, all.size, more.size);
            System.arraycopy(more.versions, 0, all.versions, all.size, more.size);
            all.size += more.size;
            all.live += more.live;
            inner.children[at] = all;
        } else {
            Inner all = writable((Inner) inner.children[at]);
            Inner more = (Inner) right;
            int from = all.size;
            int capacity = from + more.size + 2;
            all.children = Arrays.copyOf(all.children, capacity);
            all.separators = Arrays.copyOf(all.separators, capacity);
            all.liveOf = Arrays.copyOf(all.liveOf, capacity);
            System.arraycopy(more.children, 0, all.children, from, more.size);
            System.arraycopy(more.separators, 0, all.separators, from, more.size);
            System.arraycopy(more.liveOf, 0, all.liveOf, from, more.size);
            all.separators[from] = inner.separators[at + 1];
            all.size += more.size;
            inner.children[at] = all;
        }
        inner.liveOf[at] += inner.liveOf[at + 1];
        drop(inner, at + 1);
    }

    private Leaf writable(Leaf leaf) {
        if (leaf.owner == batch) return leaf;
        Leaf copy = new Leaf(batch, leaf.keys.clone(), leaf.versions.clone());
        copy.size = leaf.size;
        copy.live = leaf.live;
        return copy;
    }

    private Inner writable(Inner inner) {
        if (inner.owner == batch) return inner;
        Inner copy = new Inner(batch, inner.children.clone(), inner.separators.clone(), inner.liveOf.clone());
        copy.size = inner.size;
        return copy;
    }

    private static int countLive(Leaf leaf) {
        int live = 0;
        for (int i = 0; i < leaf.size; i++) live += liveness(leaf.versions[i]);
        return live;
    }

    private static int liveness(KeyVersions versions) {
        return versions.isLive() ? 1 : 0;
    }

    /** First position in [from, to) whose key is not less; {@code to} if there is none. */
    private static int lowerBound(byte[][] keys, int from, int to, byte[] key) {
        int low = from;
        int high = to;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (Arrays.compareUnsigned(keys[middle], key) < 0) low = middle + 1;
            else high = middle;
        }
        return low;
    }
}
