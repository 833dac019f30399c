package dev.quorate.store.watch;

import dev.quorate.store.Bytes;
import dev.quorate.store.mvcc.KeyRange;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Watches of ranges, found by a key that the range contains; watches of the same range share a node. */
final class RangeIndex {
    /*
     * A treap ordered by (from, rangeEnd) in which every node knows the greatest end below it, so that a search skips
     * subtrees that end before the key and those that begin after it. Priorities come from a counter that is mixed
     * well (splitmix64), which keeps the tree flat without any randomness.
     */
    private static final class Node {
        final KeyRange range;
        final long priority;
        final List<Watch> watches = new ArrayList<>(1);

        @Nullable
        Node left;

        @Nullable
        Node right;

        KeyRange farthest;

        Node(KeyRange range, long priority) {
            this.range = range;
            this.priority = priority;
            this.farthest = range;
        }
    }

    private @Nullable Node root;
    private long counter;

    boolean isEmpty() {
        return root == null;
    }

    void add(KeyRange range, Watch watch) {
        root = add(root, range, watch);
    }

    private Node add(@Nullable Node node, KeyRange range, Watch watch) {
        if (node == null) {
            Node fresh = new Node(range, mix(++counter));
            fresh.watches.add(watch);
            return fresh;
        }
        int order = order(range, node.range);
        if (order == 0) {
            node.watches.add(watch);
            return node;
        }
        if (order < 0) {
            Node child = add(node.left, range, watch);
            node.left = child;
            if (child.priority > node.priority) return rotateRight(node, child);
        } else {
            Node child = add(node.right, range, watch);
            node.right = child;
            if (child.priority > node.priority) return rotateLeft(node, child);
        }
        measure(node);
        return node;
    }

    /** False when it was not there. */
    boolean remove(KeyRange range, Watch watch) {
        Node node = find(range);
        if (node == null || !node.watches.remove(watch)) return false;
        if (node.watches.isEmpty()) root = without(root, range);
        return true;
    }

    private @Nullable Node find(KeyRange range) {
        Node node = root;
        while (node != null) {
            int order = order(range, node.range);
            if (order == 0) return node;
            node = order < 0 ? node.left : node.right;
        }
        return null;
    }

    private @Nullable Node without(@Nullable Node node, KeyRange range) {
        if (node == null) return null;
        int order = order(range, node.range);
        if (order == 0) return joined(node.left, node.right);
        if (order < 0) node.left = without(node.left, range);
        else node.right = without(node.right, range);
        measure(node);
        return node;
    }

    /** Every range on the left begins before every range on the right. */
    private @Nullable Node joined(@Nullable Node left, @Nullable Node right) {
        if (left == null) return right;
        if (right == null) return left;
        if (left.priority > right.priority) {
            left.right = joined(left.right, right);
            measure(left);
            return left;
        }
        right.left = joined(left, right.left);
        measure(right);
        return right;
    }

    void forEachContaining(Bytes key, Consumer<Watch> visitor) {
        visit(root, key, visitor);
    }

    private static void visit(@Nullable Node node, Bytes key, Consumer<Watch> visitor) {
        if (node == null || endsBefore(node.farthest, key)) return;
        visit(node.left, key, visitor);
        if (key.compareTo(node.range.from()) < 0) return;
        if (node.range.contains(key)) node.watches.forEach(visitor);
        visit(node.right, key, visitor);
    }

    void forEach(Consumer<Watch> visitor) {
        visit(root, visitor);
    }

    private static void visit(@Nullable Node node, Consumer<Watch> visitor) {
        if (node == null) return;
        visit(node.left, visitor);
        node.watches.forEach(visitor);
        visit(node.right, visitor);
    }

    private static boolean endsBefore(KeyRange range, Bytes key) {
        return !range.isUnbounded() && range.rangeEnd().compareTo(key) <= 0;
    }

    private static Node rotateRight(Node node, Node left) {
        node.left = left.right;
        left.right = node;
        measure(node);
        measure(left);
        return left;
    }

    private static Node rotateLeft(Node node, Node right) {
        node.right = right.left;
        right.left = node;
        measure(node);
        measure(right);
        return right;
    }

    private static void measure(Node node) {
        KeyRange farthest = node.range;
        if (node.left != null) farthest = farther(farthest, node.left.farthest);
        if (node.right != null) farthest = farther(farthest, node.right.farthest);
        node.farthest = farthest;
    }

    private static KeyRange farther(KeyRange one, KeyRange other) {
        if (one.isUnbounded()) return one;
        return other.isUnbounded() || other.rangeEnd().compareTo(one.rangeEnd()) > 0 ? other : one;
    }

    private static int order(KeyRange one, KeyRange other) {
        int byStart = one.from().compareTo(other.from());
        return byStart != 0 ? byStart : one.rangeEnd().compareTo(other.rangeEnd());
    }

    private static long mix(long number) {
        long z = number * 0x9e3779b97f4a7c15L;
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }
}
