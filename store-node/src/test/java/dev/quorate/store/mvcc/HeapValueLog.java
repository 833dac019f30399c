package dev.quorate.store.mvcc;

import dev.quorate.store.Bytes;
import dev.quorate.store.Invariant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/** A value log on the heap: the oracle beside the one on disk. It reclaims what is dead at once, or never. */
public final class HeapValueLog implements ValueLog {
    /** One stored version. */
    public record Stored(boolean tombstone, Bytes encoded) {}

    private final ConcurrentSkipListMap<Revision, Stored> versions = new ConcurrentSkipListMap<>();
    private final TreeMap<Bytes, Bytes> facts = new TreeMap<>();
    private final List<Revision> dead = new ArrayList<>();
    private final boolean reclaims;
    private @Nullable Runnable beforeRead;
    private long appliedIndex;
    private long revision;
    private long bytes;

    public HeapValueLog(boolean reclaims) {
        this.reclaims = reclaims;
    }

    @Override
    public void append(Revision at, boolean tombstone, Bytes encodedKeyValue) {
        Invariant.check(versions.isEmpty() || versions.lastKey().compareTo(at) < 0, "versions come in order");
        versions.put(at, new Stored(tombstone, encodedKeyValue));
        bytes += encodedKeyValue.size();
    }

    @Override
    public void appendFact(Bytes key, Bytes value) {
        if (value.isEmpty()) facts.remove(key);
        else facts.put(key, value);
    }

    @Override
    public void endBatch(long index, long appliedTerm, long newRevision) {
        appliedIndex = index;
        revision = newRevision;
    }

    @Override
    public Bytes read(Revision at) {
        Runnable first = beforeRead;
        beforeRead = null;
        if (first != null) first.run();
        Stored stored = versions.get(at);
        return stored == null ? Bytes.EMPTY : stored.encoded();
    }

    @Override
    public void scan(long fromMain, long toMainInclusive, Visitor visitor) {
        Revision from = new Revision(fromMain, 0);
        Revision to = new Revision(toMainInclusive, Long.MAX_VALUE);
        for (Map.Entry<Revision, Stored> one :
                versions.subMap(from, true, to, true).entrySet()) {
            Stored stored = one.getValue();
            if (!visitor.version(one.getKey(), stored.tombstone(), stored.encoded())) return;
        }
    }

    @Override
    public long sizeBytes() {
        return bytes;
    }

    @Override
    public long liveBytes() {
        return sizeBytes();
    }

    @Override
    public void dead(Revision at) {
        dead.add(at);
        if (!reclaims) return;
        Stored gone = versions.remove(at);
        if (gone != null) bytes -= gone.encoded().size();
    }

    /** Comes between a reader that has found a version and its bytes. */
    public void beforeNextRead(Runnable what) {
        beforeRead = what;
    }

    public List<Revision> dead() {
        return dead;
    }

    public Map<Revision, Stored> versions() {
        return versions;
    }

    public Map<Bytes, Bytes> facts() {
        return facts;
    }

    public long appliedIndex() {
        return appliedIndex;
    }

    public long revision() {
        return revision;
    }
}
