package dev.quorate.store.mvcc;

import dev.quorate.store.Invariant;
import java.util.Arrays;

/**
 * The versions of one key that are still known, oldest first. What one of these objects has shown it shows for ever, so
 * old pictures stay true; a newer one may share its numbers.
 *
 * <p>Of each version the index knows main revision, sub revision, and the two numbers that the encoded form repeats,
 * create revision and version. A tombstone has version 0.
 *
 * <p>There is one such object for every key, so the usual cases are small: a key that was written once is one number,
 * a key with one version three or four.
 */
abstract sealed class KeyVersions {
    private static final int MAIN = 0;
    private static final int SUB = 1;
    private static final int CREATE = 2;
    private static final int VERSION = 3;
    private static final int STRIDE = 4;

    static KeyVersions first(long main, long sub) {
        return of(main, sub, main, 1);
    }

    /** One version, which may be one in the middle of a key's life. */
    static KeyVersions of(long main, long sub, long create, long version) {
        boolean small = sub <= Integer.MAX_VALUE && version <= Integer.MAX_VALUE;
        if (sub == 0 && create == main && version == 1) return new Newborn(main);
        if (small) return new Single(main, (int) sub, create, (int) version);
        return new Several(new long[] {0, main, sub, create, version}, 1);
    }

    /** So many versions out of an array with four numbers for each. */
    private static KeyVersions ofNumbers(long[] numbers, int from, int count) {
        return count == 1
                ? of(numbers[from + MAIN], numbers[from + SUB], numbers[from + CREATE], numbers[from + VERSION])
                : Several.of(numbers, from, count);
    }

    abstract int count();

    abstract long main(int i);

    abstract long sub(int i);

    abstract long create(int i);

    abstract long version(int i);

    /** Everything up to here and one more. Only the index's writer adds. */
    abstract KeyVersions plus(long main, long sub, long create, long version);

    /** Without the first ones. */
    abstract KeyVersions from(int first);

    boolean isTombstone(int i) {
        return version(i) == 0;
    }

    Revision revision(int i) {
        return new Revision(main(i), sub(i));
    }

    /** Does the key exist after the newest change? */
    boolean isLive() {
        return version(count() - 1) != 0;
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

    /**
     * The first version that must be kept when everything below {@code revision} may go: the newest at or below it,
     * but not a tombstone older than it. Equal to {@link #count} when nothing is left.
     */
    int firstKept(long revision) {
        int i = at(revision);
        if (i < 0) return 0;
        return isTombstone(i) && main(i) < revision ? i + 1 : i;
    }

    /** One version and nothing before it. */
    private abstract static sealed class Alone extends KeyVersions {
        @Override
        int count() {
            return 1;
        }

        @Override
        KeyVersions plus(long main, long sub, long create, long version) {
            return new Several(new long[] {0, main(0), sub(0), create(0), version(0), main, sub, create, version}, 2);
        }

        @Override
        KeyVersions from(int first) {
            Invariant.check(first == 0, "a key in the index has a version", first);
            return this;
        }
    }

    /** A key that was written once, by a change with nothing before it in its transaction. */
    private static final class Newborn extends Alone {
        private final long main;

        Newborn(long main) {
            this.main = main;
        }

        @Override
        long main(int i) {
            return main;
        }

        @Override
        long sub(int i) {
            return 0;
        }

        @Override
        long create(int i) {
            return main;
        }

        @Override
        long version(int i) {
            return 1;
        }
    }

    /** A key with one version, its others compacted. */
    private static final class Single extends Alone {
        private final long main;
        private final long create;
        private final int sub;
        private final int version;

        Single(long main, int sub, long create, int version) {
            this.main = main;
            this.sub = sub;
            this.create = create;
            this.version = version;
        }

        @Override
        long main(int i) {
            return main;
        }

        @Override
        long sub(int i) {
            return sub;
        }

        @Override
        long create(int i) {
            return create;
        }

        @Override
        long version(int i) {
            return version;
        }
    }

    /**
     * Four numbers for each version, behind a first one that says how many numbers are taken. A key that is written
     * again and again must not be copied each time: whoever shows all that is taken adds in the same array, where those
     * who show less do not look.
     */
    private static final class Several extends KeyVersions {
        private static final int FIRST = 1;

        private final long[] numbers;
        private final int count;

        private Several(long[] numbers, int count) {
            this.numbers = numbers;
            this.count = count;
            numbers[0] = FIRST + (long) count * STRIDE;
        }

        static Several of(long[] source, int from, int count) {
            long[] own = new long[FIRST + count * STRIDE];
            System.arraycopy(source, from, own, FIRST, count * STRIDE);
            return new Several(own, count);
        }

        @Override
        int count() {
            return count;
        }

        @Override
        long main(int i) {
            return numbers[FIRST + i * STRIDE + MAIN];
        }

        @Override
        long sub(int i) {
            return numbers[FIRST + i * STRIDE + SUB];
        }

        @Override
        long create(int i) {
            return numbers[FIRST + i * STRIDE + CREATE];
        }

        @Override
        long version(int i) {
            return numbers[FIRST + i * STRIDE + VERSION];
        }

        @Override
        KeyVersions plus(long main, long sub, long create, long version) {
            int end = FIRST + count * STRIDE;
            boolean room = end < numbers.length && numbers[0] == end;
            long[] more = room ? numbers : Arrays.copyOf(numbers, end + STRIDE * (1 + count / 4));
            more[end + MAIN] = main;
            more[end + SUB] = sub;
            more[end + CREATE] = create;
            more[end + VERSION] = version;
            return new Several(more, count + 1);
        }

        @Override
        KeyVersions from(int first) {
            return ofNumbers(numbers, FIRST + first * STRIDE, count - first);
        }
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
            int count = size / STRIDE;
            size = 0;
            return ofNumbers(numbers, 0, count);
        }
    }
}
