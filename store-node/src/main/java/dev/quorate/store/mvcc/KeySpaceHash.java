package dev.quorate.store.mvcc;

import dev.quorate.store.Bytes;
import java.util.zip.CRC32C;

/**
 * The hash of the key space that etcd members compare with each other: CRC-32C over the name of etcd's bucket and then,
 * in revision order, the bucket's key and value of every version that still counts.
 */
final class KeySpaceHash {
    private static final byte[] BUCKET = {'k', 'e', 'y'};
    private static final int MAX_KEY_BYTES = 18;

    private KeySpaceHash() {}

    static int of(KeyIndex.Node root, ValueLog log, long compactRevision, long revision) {
        // etcd's quirk: what it keeps of the compacted part is what the hashed revision sees, not the compacted one,
        // unless nothing at all lives there.
        long keptAt = livesAny(root, revision) ? revision : compactRevision;
        CRC32C crc = new CRC32C();
        crc.update(BUCKET);
        byte[] key = new byte[MAX_KEY_BYTES];
        log.scan(0, revision, (at, tombstone, encoded) -> {
            if (at.main() <= compactRevision && !isKept(root, encoded, at, keptAt)) return true;
            int size = at.bucketKey(key, tombstone);
            crc.update(key, 0, size);
            update(crc, encoded);
            return true;
        });
        return (int) crc.getValue();
    }

    private static void update(CRC32C crc, Bytes encoded) {
        crc.update(encoded.shared(), 0, encoded.size());
    }

    private static boolean livesAny(KeyIndex.Node root, long revision) {
        for (KeyCursor cursor = new KeyCursor(root, KeyRange.ALL, false); cursor.valid(); cursor.advance()) {
            if (cursor.versions().liveAt(revision) >= 0) return true;
        }
        return false;
    }

    /** Is this the version of its key that lives at a revision? */
    private static boolean isKept(KeyIndex.Node root, Bytes encoded, Revision at, long revision) {
        KeyVersions versions = KeyIndex.find(root, KeyValueForm.keyOf(encoded).shared());
        int i = versions == null ? -1 : versions.liveAt(revision);
        return versions != null && i >= 0 && versions.main(i) == at.main() && versions.sub(i) == at.sub();
    }
}
