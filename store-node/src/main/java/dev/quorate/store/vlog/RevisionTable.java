package dev.quorate.store.vlog;

import dev.quorate.store.Invariant;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Where the versions of one segment stand: a sorted column store of (revision → offset), 8 bytes per version, 12 where
 * transactions write several keys.
 *
 * <p>One thread appends and then calls {@link #publish}; readers look at the published rows only.
 */
final class RevisionTable {
    private static final int FIRST_ROWS = 1024;

    private long firstMain;
    private int[] mains = new int[FIRST_ROWS];
    private int[] offsets = new int[FIRST_ROWS];
    private int @Nullable [] subs;
    private int rows;
    private volatile int published;

    void add(long main, long sub, int offset) {
        if (rows == 0) firstMain = main;
        if (rows == offsets.length) grow();
        if (sub != 0 && subs == null) subs = new int[offsets.length];
        mains[rows] = Math.toIntExact(main - firstMain);
        offsets[rows] = offset;
        int[] column = subs;
        if (column != null) column[rows] = Math.toIntExact(sub);
        rows++;
    }

    /** Becomes what another table, which is given up, has gathered. */
    void take(RevisionTable other) {
        firstMain = other.firstMain;
        mains = other.mains;
        offsets = other.offsets;
        subs = other.subs;
        rows = other.rows;
        publish();
    }

    /** Takes back the rows that are not published. */
    void rollback() {
        rows = published;
    }

    /** Empties a table that only its writer knows. */
    void clear() {
        rows = 0;
        published = 0;
        subs = null;
    }

    void publish() {
        published = rows;
    }

    int count() {
        return published;
    }

    /** The row of a revision, or -1. */
    int find(long main, long sub) {
        int row = atOrAfter(main, sub);
        return row < published && main(row) == main && sub(row) == sub ? row : -1;
    }

    /** The first row that is not before the revision; may be {@link #count}. */
    int atOrAfter(long main, long sub) {
        int count = published;
        if (count == 0 || main < firstMain) return 0;
        long relative = main - firstMain;
        if (relative < count && mains[(int) relative] == relative && sub == 0 && subs == null) return (int) relative;
        int low = 0;
        int high = count;
        while (low < high) {
            int middle = (low + high) >>> 1;
            boolean before = mains[middle] < relative || (mains[middle] == relative && sub(middle) < sub);
            if (before) low = middle + 1;
            else high = middle;
        }
        return low;
    }

    long main(int row) {
        return firstMain + mains[row];
    }

    long sub(int row) {
        int[] column = subs;
        return column == null ? 0 : column[row];
    }

    int offset(int row) {
        return offsets[row];
    }

    int encodedBytes() {
        int columns = subs == null ? 2 : 3;
        return Integer.BYTES + 1 + Long.BYTES + columns * rows * Integer.BYTES;
    }

    /** Column after column. */
    void encode(ByteBuffer out) {
        int[] column = subs;
        out.putInt(rows).put((byte) (column == null ? 0 : 1)).putLong(firstMain);
        put(out, mains);
        put(out, offsets);
        if (column != null) put(out, column);
    }

    static RevisionTable decode(ByteBuffer in) {
        RevisionTable table = new RevisionTable();
        table.rows = in.getInt();
        boolean hasSubs = in.get() != 0;
        table.firstMain = in.getLong();
        table.mains = table.column(in);
        table.offsets = table.column(in);
        if (hasSubs) table.subs = table.column(in);
        table.publish();
        return table;
    }

    private void put(ByteBuffer out, int[] column) {
        out.asIntBuffer().put(column, 0, rows);
        out.position(out.position() + rows * Integer.BYTES);
    }

    private int[] column(ByteBuffer in) {
        int[] column = new int[Math.max(rows, 1)];
        in.asIntBuffer().get(column, 0, rows);
        in.position(in.position() + rows * Integer.BYTES);
        return column;
    }

    private void grow() {
        Invariant.check(rows < 1 << 29, "a segment has a bounded number of versions");
        mains = Arrays.copyOf(mains, rows * 2);
        offsets = Arrays.copyOf(offsets, rows * 2);
        if (subs != null) subs = Arrays.copyOf(subs, rows * 2);
    }
}
