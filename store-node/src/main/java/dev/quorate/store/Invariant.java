package dev.quorate.store;

import java.util.Arrays;

/** Checks what must be true whatever clients, disks and networks do. A broken invariant ends the process. */
public final class Invariant {
    private Invariant() {}

    /** A fact that the code relies on is not true: going on could lose or invent data. */
    public static final class Broken extends IllegalStateException {
        private static final long serialVersionUID = 1;

        public Broken(String sentence) {
            super(sentence);
        }
    }

    public static void check(boolean condition, String sentence) {
        if (!condition) throw new Broken(sentence);
    }

    /** For checks on hot paths: the sentence is only put together when it is needed. */
    public static void check(boolean condition, String sentence, long... numbers) {
        if (!condition) throw new Broken(sentence + ' ' + Arrays.toString(numbers));
    }
}
