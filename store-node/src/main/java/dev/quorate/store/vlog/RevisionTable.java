package dev.quorate.store.vlog;

import dev.quorate.store.Invariant;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Where the versions of one segment stand: a sorted column store of (revision → offset, size). A column that says
 * nothing is not there: 8 bytes per version while every revision has one change, 16 where transactions write several
 * keys. The size stands in the record too, but a compaction would have to fetch a page for each version that it gives up.
 *
 * <p>One thread appends and then calls {@link #publish}; readers look at the published rows only.
 */
final class RevisionTable {
    private static final int FIRST_ROWS = 1024;
    private static final int HAS_MAINS = 1;
    private static final int HAS_SUBS = 2;

    private long firstMain;
    /** Missing while row and main revision count up together. */
    private int @Nullable [] mains;

    private int[] offsets = new int[FIRST_ROWS];
    private int[] sizes = new int[FIRST_ROWS];
    /** Missing while all are zero. */
    private int @Nullable [] subs;

    private int rows;
    private volatile int published;

    void add(long main, long sub, int offset, int size) {
        if (rows == 0) firstMain = main;
        if (rows == offsets.length) grow();
        if (sub != 0 && subs == null) subs = new int[offsets.length];
        int relative = Math.toIntExact(main - firstMain);
        if (relative != rows && mains == null) mains = counted();
        offsets[rows] = offset;
        sizes[rows] = size;
        set(mains, relative);
        set(subs, Math.toIntExact(sub));
        rows++;
    }

    private void set(int @Nullable [] column, int value) {
        if (column != null) column[rows] = value;
    }

    private int[] counted() {
        int[] column = new int[offsets.length];
        for (int row = 0; row < rows; row++) column[row] = row;
        VarHandle.storeStoreFence();
        return column;
    }

    /** Becomes what another table, which is given up, has gathered. */
    void take(RevisionTable other) {
        firstMain = other.firstMain;
        mains = other.mains;
        offsets = other.offsets;
        sizes = other.sizes;
        subs = other.subs;
        rows = other.rows;
        publish();
        trim();
    }

    /** Gives unused memory back: most tables never grow again. */
    void trim() {
        if (rows >= FIRST_ROWS) resize(rows);
    }

    private void resize(int capacity) {
        offsets = resized(offsets, capacity);
        sizes = resized(sizes, capacity);
        if (mains != null) mains = resized(mains, capacity);
        if (subs != null) subs = resized(subs, capacity);
    }

    /** A reader that comes upon the new array must find the rows in it. */
    private static int[] resized(int[] column, int capacity) {
        int[] copy = Arrays.copyOf(column, capacity);
        VarHandle.storeStoreFence();
        return copy;
    }

    /** Takes back the rows that are not published. */
    void rollback() {
        rows = published;
    }

    /** Empties a table that only its writer knows. */
    void clear() {
        rows = 0;
        published = 0;
        mains = null;
        subs = null;
    }

    void publish() {
        published = rows;
    }

    int count() {
        return published;
    }

    /** Can one table say the revisions of both? The other one's come later. */
    boolean reaches(RevisionTable later) {
        if (rows == 0 || later.rows == 0) return true;
        return later.main(later.rows - 1) - firstMain <= Integer.MAX_VALUE;
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
        int[] column = mains;
        int low = (int) Math.min(relative, count);
        int high = column == null ? (int) Math.min(relative + 1, count) : count;
        if (column != null) low = 0;
        while (low < high) {
            int middle = (low + high) >>> 1;
            long there = column == null ? middle : column[middle];
            boolean before = there < relative || (there == relative && sub(middle) < sub);
            if (before) low = middle + 1;
            else high = middle;
        }
        return low;
    }

    long main(int row) {
        int[] column = mains;
        return firstMain + (column == null ? row : column[row]);
    }

    long sub(int row) {
        int[] column = subs;
        return column == null ? 0 : column[row];
    }

    int offset(int row) {
        return offsets[row];
    }

    /** Bytes of the whole record. */
    int size(int row) {
        return sizes[row];
    }

    int encodedBytes() {
        int columns = 2 + (mains == null ? 0 : 1) + (subs == null ? 0 : 1);
        return Integer.BYTES + 1 + Long.BYTES + columns * rows * Integer.BYTES;
    }

    /** Column after column. */
    void encode(ByteBuffer out) {
        int flags = (mains == null ? 0 : HAS_MAINS) | (subs == null ? 0 : HAS_SUBS);
        out.putInt(rows).put((byte) flags).putLong(firstMain);
        put(out, offsets);
        put(out, sizes);
        if (mains != null) put(out, mains);
        if (subs != null) put(out, subs);
    }

    static RevisionTable decode(ByteBuffer in) {
        RevisionTable table = new RevisionTable();
        table.rows = in.getInt();
        int flags = in.get();
        table.firstMain = in.getLong();
        table.offsets = table.column(in);
        table.sizes = table.column(in);
        if ((flags & HAS_MAINS) != 0) table.mains = table.column(in);
        if ((flags & HAS_SUBS) != 0) table.subs = table.column(in);
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
        resize(rows * 2);
    }
}
