package dev.quorate.store.snapshot;

import dev.quorate.store.Bytes;
import dev.quorate.store.Invariant;
import dev.quorate.store.mvcc.FoundVersion;
import dev.quorate.store.mvcc.Revision;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/**
 * A snapshot that {@code etcdctl snapshot save} wrote, from a store of ours or from an etcd: a database file and the
 * SHA-256 of its bytes behind it. A database that was copied from an etcd's directory has no such end.
 */
public final class EtcdSnapshot implements AutoCloseable {
    private static final int HASH_BYTES = 32;

    /** Pages are multiples of this, so what is left over tells whether there is a checksum. */
    private static final int PAGES_ARE_MULTIPLES_OF = 512;

    private static final int PIECE_BYTES = 1 << 20;

    /** Nobody has counted so far, and a raise must not come out below zero. */
    private static final long HIGHEST_MAIN = 1L << 62;

    private final Path path;
    private final long sizeBytes;
    private final byte[] hash;
    private final BoltDatabase database;

    /** Takes every version in the order of the revisions. */
    @FunctionalInterface
    public interface Versions {
        void version(Revision revision, boolean tombstone, Bytes encodedKeyValue) throws IOException;
    }

    /** Takes the entries of a bucket in the order of their keys. */
    @FunctionalInterface
    public interface Entries {
        void entry(Bytes key, Bytes value) throws IOException;
    }

    private EtcdSnapshot(Path path, long sizeBytes, byte[] hash, BoltDatabase database) {
        this.path = path;
        this.sizeBytes = sizeBytes;
        this.hash = hash;
        this.database = database;
    }

    /** Reads all of the file once, to compare its checksum; {@code unchecked} takes one without, or with a wrong one. */
    public static EtcdSnapshot open(Path path, boolean unchecked) throws IOException {
        long size = Files.size(path);
        boolean hasHash = size % PAGES_ARE_MULTIPLES_OF == HASH_BYTES;
        if (!hasHash && !unchecked)
            throw new IOException(
                    path + " has no checksum at its end: it is cut off, or was copied from a data directory"
                            + " and not saved as a snapshot; --skip-hash-check takes the latter");
        long database = hasHash ? size - HASH_BYTES : size;
        MessageDigest digest = sha256();
        byte[] expected;
        try (InputStream in = Files.newInputStream(path)) {
            digest(in, database, digest);
            expected = in.readAllBytes();
        }
        byte[] hash = digest.digest();
        if (!unchecked && !Arrays.equals(hash, expected))
            throw new IOException(path + " is damaged: its SHA-256 is not the one at its end; take another backup");
        return new EtcdSnapshot(path, database, hash, BoltDatabase.open(path, database));
    }

    private static void digest(InputStream in, long size, MessageDigest digest) throws IOException {
        byte[] piece = new byte[PIECE_BYTES];
        long left = size;
        while (left > 0) {
            int got = in.read(piece, 0, (int) Math.min(left, piece.length));
            if (got < 0) throw new IOException("the file became shorter while it was read");
            digest.update(piece, 0, got);
            left -= got;
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has SHA-256", e);
        }
    }

    /** SHA-256 of the database. */
    public byte[] hash() {
        return hash.clone();
    }

    /** Of the database. */
    public long sizeBytes() {
        return sizeBytes;
    }

    /** Nothing if there is no bucket of this name. */
    public void bucket(String name, Entries entries) throws IOException {
        database.bucket(name, entries);
    }

    /** An etcd that was restored itself has an entry without a key at its raised revision: it is told like the rest. */
    public void versions(Versions versions) throws IOException {
        database.bucket("key", (key, value) -> {
            Revision revision = revision(key);
            boolean tombstone = key.size() > Revision.BUCKET_KEY_BYTES;
            check(revision, tombstone, value);
            versions.version(revision, tombstone, value);
        });
    }

    private Revision revision(Bytes key) throws IOException {
        int size = key.size();
        boolean marked = size == Revision.BUCKET_KEY_BYTES + 1;
        if (size == Revision.BUCKET_KEY_BYTES || marked) {
            ByteBuffer bytes = ByteBuffer.wrap(key.shared());
            Revision revision = new Revision(bytes.getLong(0), bytes.getLong(Long.BYTES + 1));
            boolean main = revision.main() > 0 && revision.main() < HIGHEST_MAIN;
            boolean sub = revision.sub() >= 0 && revision.sub() < Integer.MAX_VALUE;
            if (main && sub && revision.bucketKey(marked).equals(key)) return revision;
        }
        throw new IOException(path + " is damaged: the bucket of keys has an entry that is no revision");
    }

    private void check(Revision revision, boolean tombstone, Bytes value) throws IOException {
        try {
            if (value.isEmpty()) return;
            FoundVersion found = FoundVersion.of(revision, tombstone, value);
            if (tombstone || (found.create() > 0 && found.create() <= revision.main() && found.version() > 0)) return;
        } catch (Invariant.Broken unreadable) {
            throw new IOException(path + " is damaged: revision " + revision.main() + " is unreadable", unreadable);
        }
        throw new IOException(path + " is damaged: revision " + revision.main() + " is no version of a key");
    }

    @Override
    public void close() throws IOException {
        database.close();
    }
}
