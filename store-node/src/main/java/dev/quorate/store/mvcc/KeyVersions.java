package dev.quorate.store.mvcc;

import dev.quorate.store.Invariant;
import java.util.Arrays;

/**
 * The versions of one key that are still known, oldest first; immutable, so that old pictures stay true.
 *
 * <p>A number triple per version: main revision, sub revision (its sign bit marks a tombstone), and the two numbers
 * that the encoded form repeats, create revision and version, kept per version because most keys have exactly one.
 * A tombstone has version 0.
 */
final class KeyVersions {
    private static final int MAIN = 0;
    private static final int SUB = 1;
    private static final int CREATE = 2;
    private static final int VERSION = 3;
    private static final int STRIDE = 4;

    private final long[] numbers;

    private KeyVersions(long[] numbers) {
        this.numbers = numbers;
    }

    static KeyVersions first(long main, long sub) {
        return new KeyVersions(new long[] {main, sub, main, 1});
    }

    /** Collects what a recovery finds of one key, oldest first; it may begin in the middle of a key's life. */
    static final class Gathering {
        private long[] numbers = new long[STRIDE * 4];
        private int size;

        boolean isEmpty() {
            return size == 0;
        }

        void add(Revision at, long create, long version) {
            long last = size == 0 ? -1 : numbers[size - STRIDE + MAIN];
            boolean later = at.main() > last || (at.main() == last && at.sub() > numbers[size - STRIDE + SUB]);
            Invariant.check(later, "versions of a key are restored in order", at.main());
            if (size == numbers.length) numbers = Arrays.copyOf(numbers, size * 2);
            numbers[size + MAIN] = at.main();
            numbers[size + SUB] = at.sub();
            numbers[size + CREATE] = create;
            numbers[size + VERSION] = version;
            size += STRIDE;
        }

        KeyVersions take() {
            KeyVersions all = new KeyVersions(Arrays.copyOf(numbers, size));
            size = 0;
            return all;
        }
    }

    int count() {
        return numbers.length / STRIDE;
    }

    long main(int i) {
        return numbers[i * STRIDE + MAIN];
    }

    long sub(int i) {
        return numbers[i * STRIDE + SUB];
    }

    long create(int i) {
        return numbers[i * STRIDE + CREATE];
    }

    long version(int i) {
        return numbers[i * STRIDE + VERSION];
    }

    boolean isTombstone(int i) {
        return version(i) == 0;
    }

    Revision revision(int i) {
        return new Revision(main(i), sub(i));
    }

    /** Does the key exist after the newest change? */
    boolean isLive() {
        return numbers[numbers.length - STRIDE + VERSION] != 0;
    }

    /** Position of the newest version at or below this revision; -1 = none. It may be a tombstone. */
    int at(long revision) {
        int i = count() - 1;
        if (i < 8) {
            while (i >= 0 && main(i) > revision) i--;
            return i;
        }
        int low = 0;
        int high = count();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (main(middle) <= revision) low = middle + 1;
            else high = middle;
        }
        return low - 1;
    }

    /** Position of the version that a reader at this revision sees; -1 = the key does not exist there. */
    int liveAt(long revision) {
        int i = at(revision);
        return i >= 0 && isTombstone(i) ? -1 : i;
    }

    KeyVersions put(long main, long sub) {
        int last = count() - 1;
        return isTombstone(last) ? plus(main, sub, main, 1) : plus(main, sub, create(last), version(last) + 1);
    }

    KeyVersions tombstone(long main, long sub) {
        return plus(main, sub, 0, 0);
    }

    KeyVersions plus(long main, long sub, long create, long version) {
        int end = numbers.length;
        long[] more = Arrays.copyOf(numbers, end + STRIDE);
        more[end + MAIN] = main;
        more[end + SUB] = sub;
        more[end + CREATE] = create;
        more[end + VERSION] = version;
        return new KeyVersions(more);
    }

    /**
     * The first version that must be kept when everything below {@code revision} may go: the newest at or below it,
     * but not a tombstone older than it. Equal to {@link #count} when nothing is left.
     */
    int firstKept(long revision) {
        int i = at(revision);
        if (i < 0) return 0;
        return isTombstone(i) && main(i) < revision ? i + 1 : i;
    }

    KeyVersions from(int first) {
        return new KeyVersions(Arrays.copyOfRange(numbers, first * STRIDE, numbers.length));
    }
}
