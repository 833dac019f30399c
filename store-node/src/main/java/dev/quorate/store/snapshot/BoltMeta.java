package dev.quorate.store.snapshot;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;

/** The page that says where everything is: the last transaction's, and the one before it as a spare. */
record BoltMeta(int pageBytes, long root, long pages, long transaction) {
    static final int BYTES = 80;
    private static final int MAGIC = 0xED0CDAED;
    private static final int VERSION = 2;
    private static final int FLAG = 4;
    private static final long NO_FREE_LIST = -1;
    private static final int SUMMED_BYTES = 56;
    private static final long FNV_OFFSET = 0xcbf29ce484222325L;
    private static final long FNV_PRIME = 0x100000001b3L;
    static final int SMALLEST_PAGE = 512;
    static final int LARGEST_PAGE = 1 << 20;

    /** The whole page with this number, 0 or 1. */
    ByteBuffer encoded(int page) {
        ByteBuffer bytes = ByteBuffer.allocate(pageBytes).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(page).putShort((short) FLAG).putShort((short) 0).putInt(0);
        bytes.putInt(MAGIC).putInt(VERSION).putInt(pageBytes).putInt(0);
        bytes.putLong(root).putLong(0).putLong(NO_FREE_LIST).putLong(pages).putLong(transaction);
        return bytes.putLong(sum(bytes)).clear();
    }

    private static long sum(ByteBuffer page) {
        long hash = FNV_OFFSET;
        for (int i = 0; i < SUMMED_BYTES; i++)
            hash = (hash ^ (page.get(BoltPages.HEADER_BYTES + i) & 0xff)) * FNV_PRIME;
        return hash;
    }

    /** Nothing if this is not the page with this number, written whole. */
    static Optional<BoltMeta> decode(ByteBuffer page, long id) {
        ByteBuffer bytes = page.order(ByteOrder.LITTLE_ENDIAN);
        if (bytes.remaining() < BYTES || bytes.getLong(0) != id || bytes.getShort(8) != FLAG) return Optional.empty();
        if (bytes.getInt(16) != MAGIC || bytes.getInt(20) != VERSION || bytes.getLong(72) != sum(bytes))
            return Optional.empty();
        BoltMeta meta = new BoltMeta(bytes.getInt(24), bytes.getLong(32), bytes.getLong(56), bytes.getLong(64));
        boolean sane = Integer.bitCount(meta.pageBytes) == 1
                && meta.pageBytes >= SMALLEST_PAGE
                && meta.pageBytes <= LARGEST_PAGE
                && meta.pages > 1
                && meta.pages < Long.MAX_VALUE / LARGEST_PAGE;
        return sane ? Optional.of(meta) : Optional.empty();
    }
}
