package dev.quorate.store.snapshot;

import dev.quorate.store.Bytes;
import dev.quorate.store.mvcc.Revision;
import dev.quorate.store.node.port.SnapshotStore;
import dev.quorate.store.node.port.StatePosition;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A state as an etcd database file.
 *
 * <p>The facts of the value log are named and encoded as in etcd's buckets. The file says what was compacted and not that
 * it is finished, so that whoever opens it finishes it. But of what was given up, the log may have lost some versions of
 * a key and not the older ones, and who counts them anew, as etcd does, must not meet such gaps: so all of it is left out.
 */
public final class BoltFile implements SnapshotStore.Database {
    private static final long LAST_TRANSACTION = 2;
    private static final String KEYS = "key";

    /** etcd takes a file in which one of them is missing for damaged. */
    private static final List<String> BUCKETS = List.of(
            "alarm", "auth", "authRoles", "authUsers", "cluster", KEYS, "lease", "members", "members_removed", "meta");

    private final SnapshotStore.Export state;
    private final GivenUp givenUp;
    private final SortedMap<String, SortedMap<Bytes, Bytes>> facts = new TreeMap<>();
    private final long root;
    private final long pageCount;

    /** Knows which versions nobody may ask for any more. */
    @FunctionalInterface
    public interface GivenUp {
        boolean contains(Revision revision, Bytes encodedKeyValue);
    }

    /** Reads the state once, to lay it out. Closed with the file. */
    public BoltFile(SnapshotStore.Export state, GivenUp givenUp, String storageVersion) throws IOException {
        this.state = state;
        this.givenUp = givenUp;
        for (String bucket : BUCKETS) facts.put(bucket, new TreeMap<>());
        meta("consistent_index", number(state.position().index()));
        meta("term", number(state.position().term()));
        meta("storageVersion", Bytes.utf8(storageVersion));
        state.records(new SnapshotStore.Records() {
            @Override
            public void version(Revision revision, boolean tombstone, Bytes encodedKeyValue) {}

            @Override
            public void fact(Bytes key, Bytes value) {
                put(key, value);
            }
        });
        BoltPages pages = new BoltPages(page -> {});
        this.root = pages(pages);
        this.pageCount = pages.pageCount();
    }

    private void meta(String name, Bytes value) {
        facts.getOrDefault("meta", new TreeMap<>()).put(Bytes.utf8(name), value);
    }

    private static Bytes number(long number) {
        return Bytes.wrap(ByteBuffer.allocate(Long.BYTES).putLong(number).array());
    }

    /** Its name is the bucket's, a slash, and the key there; etcd's alarms are keys without a value. */
    private void put(Bytes name, Bytes value) {
        int slash = 0;
        while (name.shared()[slash] != '/') slash++;
        String bucket = name.slice(0, slash).toUtf8();
        SortedMap<Bytes, Bytes> entries = facts.get(bucket);
        if (entries == null) throw new IllegalStateException("etcd has no bucket " + bucket);
        Bytes key = name.slice(slash + 1, name.size());
        if (value.isEmpty()) entries.remove(key);
        else entries.put(key, bucket.equals("alarm") ? Bytes.EMPTY : value);
    }

    @Override
    public StatePosition position() {
        return state.position();
    }

    @Override
    public long sizeBytes() {
        return pageCount * BoltPages.PAGE_BYTES;
    }

    @Override
    public void writeTo(SnapshotStore.Sink sink) throws IOException {
        // The one with the higher transaction counts; the other is what a writer would have left before it.
        for (int page = 0; page < 2; page++)
            sink.write(new BoltMeta(BoltPages.PAGE_BYTES, root, pageCount, LAST_TRANSACTION - page).encoded(page));
        long again = pages(new BoltPages(sink::write));
        if (again != root) throw new IOException("the state has changed while it was read");
    }

    /** Returns the page of the root. */
    private long pages(BoltPages pages) throws IOException {
        BoltPages.Tree root = pages.new Tree();
        for (String bucket : BUCKETS)
            root.addBucket(Bytes.utf8(bucket), bucket.equals(KEYS) ? keys(pages) : entries(pages, bucket));
        return root.end();
    }

    private long entries(BoltPages pages, String bucket) throws IOException {
        BoltPages.Tree tree = pages.new Tree();
        for (Map.Entry<Bytes, Bytes> entry :
                facts.getOrDefault(bucket, new TreeMap<>()).entrySet()) tree.add(entry.getKey(), entry.getValue());
        return tree.end();
    }

    private long keys(BoltPages pages) throws IOException {
        BoltPages.Tree tree = pages.new Tree();
        state.records(new SnapshotStore.Records() {
            @Override
            public void version(Revision revision, boolean tombstone, Bytes encodedKeyValue) throws IOException {
                if (!givenUp.contains(revision, encodedKeyValue))
                    tree.add(revision.bucketKey(tombstone), encodedKeyValue);
            }

            @Override
            public void fact(Bytes key, Bytes value) {}
        });
        return tree.end();
    }

    @Override
    public void close() {
        state.close();
    }
}
