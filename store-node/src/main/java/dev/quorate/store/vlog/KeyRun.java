package dev.quorate.store.vlog;

import dev.quorate.store.Bytes;
import dev.quorate.store.Invariant;
import dev.quorate.store.mvcc.FoundVersion;
import dev.quorate.store.mvcc.Revision;
import java.util.Arrays;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.Consumer;

/**
 * Versions without their values in the order of keys, those of one key oldest first, packed: what a key has in common
 * with the one before it is not written again.
 *
 * <pre>
 * version   [bytes in common] [bytes of its own] [those bytes] [main] [sub] [version] ([main - create] [lease])
 *           all numbers are varints; what stands in brackets only if it is no tombstone
 * </pre>
 */
final class KeyRun {
    static final KeyRun EMPTY = new KeyRun(new byte[0]);

    private final byte[] packed;

    KeyRun(byte[] packed) {
        this.packed = packed;
    }

    byte[] packed() {
        return packed;
    }

    boolean isEmpty() {
        return packed.length == 0;
    }

    Cursor cursor() {
        return new Cursor(packed);
    }

    private record Source(Cursor cursor, int number) implements Comparable<Source> {
        @Override
        public int compareTo(Source other) {
            int byKey = cursor.version().key().compareTo(other.cursor.version().key());
            return byKey != 0 ? byKey : Integer.compare(number, other.number);
        }
    }

    /** Shows the versions of several runs as if they were one. What an earlier run holds of a key must be older. */
    static void merge(List<KeyRun> runs, Consumer<FoundVersion> listener) {
        PriorityQueue<Source> sources = new PriorityQueue<>();
        for (int i = 0; i < runs.size(); i++) {
            Source source = new Source(runs.get(i).cursor(), i);
            if (source.cursor().advance()) sources.add(source);
        }
        while (!sources.isEmpty()) {
            Source first = sources.remove();
            Source next = sources.peek();
            boolean more;
            do {
                listener.accept(first.cursor().version());
                more = first.cursor().advance();
            } while (more && (next == null || first.compareTo(next) < 0));
            if (more) sources.add(first);
        }
    }

    /** Packs versions that come in order. */
    static final class Packer {
        private static final int MOST_NUMBER_BYTES = 7 * 10;

        private byte[] out = new byte[1 << 16];
        private int at;
        private byte[] key = new byte[0];

        void add(FoundVersion found) {
            byte[] next = found.key().shared();
            int common = Arrays.mismatch(key, next);
            if (common < 0) common = next.length;
            int own = next.length - common;
            if (out.length - at < own + MOST_NUMBER_BYTES)
                out = Arrays.copyOf(out, Math.addExact(out.length, Math.max(out.length, own + MOST_NUMBER_BYTES)));
            number(common);
            number(own);
            System.arraycopy(next, common, out, at, own);
            at += own;
            key = next;
            long main = found.at().main();
            number(main);
            number(found.at().sub());
            number(found.version());
            if (found.version() == 0) return;
            number(main - found.create());
            number(found.lease());
        }

        KeyRun done() {
            return new KeyRun(Arrays.copyOf(out, at));
        }

        private void number(long number) {
            long rest = number;
            while ((rest & ~0x7fL) != 0) {
                out[at++] = (byte) (rest | 0x80);
                rest >>>= 7;
            }
            out[at++] = (byte) rest;
        }
    }

    /** Stands on one version after the other. */
    static final class Cursor {
        private static final Revision NONE = new Revision(0, 0);

        private final byte[] in;
        private int at;
        private FoundVersion version = new FoundVersion(Bytes.EMPTY, NONE, 0, 0, 0);

        private Cursor(byte[] in) {
            this.in = in;
        }

        FoundVersion version() {
            return version;
        }

        /** False at the end. */
        boolean advance() {
            if (at == in.length) return false;
            Bytes key = key(version.key());
            Revision revision = new Revision(number(), number());
            long number = number();
            version = number == 0
                    ? new FoundVersion(key, revision, 0, 0, 0)
                    : new FoundVersion(key, revision, revision.main() - number(), number, number());
            return true;
        }

        private Bytes key(Bytes before) {
            int common = (int) number();
            int own = (int) number();
            if (own == 0 && common == before.size()) return before;
            byte[] key = Arrays.copyOf(before.shared(), common + own);
            System.arraycopy(in, at, key, common, own);
            at += own;
            return Bytes.wrap(key);
        }

        private long number() {
            long result = 0;
            for (int shift = 0; shift < 64; shift += 7) {
                byte b = in[at++];
                result |= (long) (b & 0x7f) << shift;
                if (b >= 0) return result;
            }
            throw new Invariant.Broken("a packed number does not end, at " + at);
        }
    }
}
