package dev.quorate.store.mvcc;

import dev.quorate.store.Bytes;
import dev.quorate.store.Invariant;
import dev.quorate.store.mvcc.RangeQuery.Filters;
import dev.quorate.store.mvcc.RangeQuery.Order;
import dev.quorate.store.mvcc.RangeQuery.Shape;
import dev.quorate.store.mvcc.RangeQuery.Target;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * An immutable picture of the key space at one moment: what is written later never shows.
 *
 * <p>A picture may outlive a compaction. What the compaction took is then answered as Compacted, never as absent.
 */
public final class MvccView {
    private final KeyIndex.Node root;
    private final long revision;
    private final long compactRevision;
    private final LivenessLog.Mark liveness;
    private final ValueLog log;
    private final CompactionMark compaction;

    MvccView(KeyIndex.Node root, long revision, LivenessLog.Mark liveness, ValueLog log, CompactionMark compaction) {
        this.root = root;
        this.revision = revision;
        this.compactRevision = compaction.working();
        this.liveness = liveness;
        this.log = log;
        this.compaction = compaction;
    }

    public long revision() {
        return revision;
    }

    /** -1 before any compaction. */
    public long compactRevision() {
        return compactRevision;
    }

    /** A compaction has gone past this picture: what was read in it may have been incomplete. */
    public boolean isOvertaken() {
        return compaction.published() > revision;
    }

    public RangeResult range(RangeQuery query) {
        return range(query, Long.MAX_VALUE);
    }

    /** The same; {@link RangeResult.TooLarge} when it is longer than this. */
    public RangeResult range(RangeQuery query, long maxBytes) {
        return range(query, maxBytes, false);
    }

    /** The same, in the order of keys, and what is longer than this ends early, with more to come. */
    public RangeResult piece(RangeQuery query, long maxBytes) {
        return range(query, maxBytes, true);
    }

    private RangeResult range(RangeQuery query, long maxBytes, boolean cuts) {
        long at = query.revision() <= 0 ? revision : query.revision();
        if (at > revision) return new RangeResult.Future(revision);
        if (at < compactRevision) return new RangeResult.Compacted(compactRevision);
        if (query.range().isEmpty()) return new RangeResult.Found(List.of(), false, 0, revision);
        if (query.shape() == Shape.COUNT_ONLY) {
            return new RangeResult.Found(List.of(), false, count(query.range(), at), revision);
        }
        return isInKeyOrder(query) ? page(query, at, maxBytes, cuts) : sorted(query, at, maxBytes);
    }

    public Optional<KeyValue> get(Bytes key) {
        Bytes encoded = encodedAt(key, revision);
        return encoded.isEmpty() ? Optional.empty() : Optional.of(KeyValue.decode(encoded));
    }

    /** The encoded KeyValue of a key at a revision; EMPTY when it does not exist there or the revision is compacted. */
    public Bytes encodedAt(Bytes key, long at) {
        if (at < compactRevision) return Bytes.EMPTY;
        KeyVersions versions = KeyIndex.find(root, key.shared());
        int i = versions == null ? -1 : versions.liveAt(at);
        if (versions == null || i < 0) return Bytes.EMPTY;
        Bytes encoded = log.read(versions.revision(i));
        if (encoded.isEmpty()) checkCompacted(at);
        return encoded;
    }

    /** The numbers of a key; all zero when it does not exist. */
    public record Numbers(long version, long createRevision, long modRevision) {
        private static final Numbers ABSENT = new Numbers(0, 0, 0);

        public boolean exists() {
            return version != 0;
        }
    }

    /** What the index alone knows of a key at the newest revision of this picture. */
    public Numbers numbers(Bytes key) {
        KeyVersions versions = KeyIndex.find(root, key.shared());
        int i = versions == null ? -1 : versions.liveAt(revision);
        if (versions == null || i < 0) return Numbers.ABSENT;
        return new Numbers(versions.version(i), versions.create(i), versions.main(i));
    }

    /** Has a compaction before this picture given this version of a key up, whether it has come to it yet or not? */
    public boolean isGivenUp(Bytes key, Revision at) {
        if (at.main() > compactRevision) return false;
        KeyVersions versions = KeyIndex.find(root, key.shared());
        if (versions == null) return true;
        int first = versions.firstKept(compactRevision);
        return first == versions.count() || at.compareTo(versions.revision(first)) < 0;
    }

    /** History from a revision on, oldest first, cut at whole revisions when {@code maxBytes} are reached. */
    public EventsPage events(long fromRevision, KeyRange range, long maxBytes) {
        if (fromRevision < compactRevision) return new EventsPage.Compacted(compactRevision);
        EventsPage page = new History(root, log, revision).events(fromRevision, range, maxBytes);
        long compacted = compaction.published();
        return fromRevision < compacted ? new EventsPage.Compacted(compacted) : page;
    }

    /** Equal to etcd's HashKV for the same history; revision 0 = newest. Reads everything: never on a hot thread. */
    public HashResult hashKv(long asked) {
        long at = asked == 0 ? revision : asked;
        if (at > revision) return new HashResult.Future(revision);
        if (at < compactRevision) return new HashResult.Compacted(compactRevision);
        int hash = KeySpaceHash.of(root, log, compactRevision, at);
        long compacted = compaction.published();
        if (at < compacted) return new HashResult.Compacted(compacted);
        return new HashResult.Hash(hash, compactRevision, at);
    }

    /** Number of keys that live at the newest revision of this picture. */
    public long keys() {
        return root.live();
    }

    /** Number of keys in the range that live at a revision of this picture. */
    long count(KeyRange range, long at) {
        if (range.isSingle()) {
            KeyVersions versions = KeyIndex.find(root, range.from().shared());
            return versions != null && versions.liveAt(at) >= 0 ? 1 : 0;
        }
        long now = liveNow(range);
        if (at == revision) return now;
        long correction = LivenessLog.correction(liveness, at, range, Math.max(1024, now));
        if (correction != LivenessLog.UNKNOWN) return now + correction;
        long count = 0;
        for (KeyCursor cursor = new KeyCursor(root, range, false); cursor.valid(); cursor.advance()) {
            if (cursor.versions().liveAt(at) >= 0) count++;
        }
        return count;
    }

    private long liveNow(KeyRange range) {
        long below = KeyIndex.liveBelow(root, range.from().shared());
        long upTo = range.isUnbounded() ? root.live() : KeyIndex.liveBelow(root, KeyCursor.upperBound(range));
        return upTo - below;
    }

    /** The order in which etcd may stop reading at the limit: by key, whatever field an unsorted query names. */
    private static boolean isInKeyOrder(RangeQuery query) {
        boolean byKey = query.sort().target() == Target.KEY && query.sort().order() != Order.DESCEND;
        return byKey && query.filters().equals(Filters.NONE);
    }

    private RangeResult page(RangeQuery query, long at, long maxBytes, boolean cuts) {
        boolean newest = at == revision;
        long limit = query.limit() <= 0 ? Long.MAX_VALUE : query.limit();
        List<Bytes> encoded = new ArrayList<>(query.range().isSingle() ? 1 : 16);
        boolean cut = false;
        long bytes = 0;
        for (KeyCursor cursor = new KeyCursor(root, query.range(), newest); cursor.valid(); cursor.advance()) {
            KeyVersions versions = cursor.versions();
            int i = versions.liveAt(at);
            if (i < 0) continue;
            if (encoded.size() >= limit || (cuts && bytes >= maxBytes)) {
                cut = true;
                break;
            }
            Bytes one = bytesOf(Bytes.wrap(cursor.key()), versions, i, query.shape(), at);
            if (one == null) return gone();
            encoded.add(one);
            bytes += one.size();
            if (!cuts && bytes > maxBytes) return new RangeResult.TooLarge();
        }
        long count = cut ? count(query.range(), at) : encoded.size();
        return new RangeResult.Found(encoded, cut, count, revision);
    }

    /**
     * Whether all keys of the range are as they should be at the newest revision of this picture. Holds one value at a time;
     * with {@link Shape#KEYS_ONLY} it reads none.
     */
    public boolean all(KeyRange range, Shape shape, Predicate<KeyValue> holds) {
        for (KeyCursor cursor = new KeyCursor(root, range, true); cursor.valid(); cursor.advance()) {
            KeyVersions versions = cursor.versions();
            int i = versions.liveAt(revision);
            if (i < 0) continue;
            Bytes one = bytesOf(Bytes.wrap(cursor.key()), versions, i, shape, revision);
            if (one == null || !holds.test(KeyValue.decode(one))) return false;
        }
        return true;
    }

    /** A key that was found, before its value is read. */
    private record Hit(Bytes key, KeyVersions versions, int i) {
        long version() {
            return versions.version(i);
        }

        long create() {
            return versions.create(i);
        }

        long mod() {
            return versions.main(i);
        }
    }

    private RangeResult sorted(RangeQuery query, long at, long maxBytes) {
        List<Hit> hits = new ArrayList<>();
        long count = 0;
        boolean unsorted = query.sort().order() == Order.NONE && query.filters().equals(Filters.NONE);
        long limit = query.limit() <= 0 ? Long.MAX_VALUE : query.limit();
        boolean cut = false;
        for (KeyCursor cursor = new KeyCursor(root, query.range(), at == revision); cursor.valid(); cursor.advance()) {
            int i = cursor.versions().liveAt(at);
            if (i < 0) continue;
            // etcd stops after limit + 1 keys of a query without an order, and sorts what it has.
            if (unsorted && limit != Long.MAX_VALUE && hits.size() > limit) {
                cut = true;
                break;
            }
            count++;
            Hit hit = new Hit(Bytes.wrap(cursor.key()), cursor.versions(), i);
            if (passes(query.filters(), hit)) hits.add(hit);
        }
        if (cut) count = count(query.range(), at);
        Optional<RangeResult> failure = sort(hits, query, at, maxBytes);
        if (failure.isPresent()) return failure.get();
        boolean more = hits.size() > limit;
        long bytes = 0;
        List<Bytes> encoded = new ArrayList<>(more ? (int) limit : hits.size());
        for (Hit hit : more ? hits.subList(0, (int) limit) : hits) {
            Bytes one = bytesOf(hit.key(), hit.versions(), hit.i(), query.shape(), at);
            if (one == null) return gone();
            encoded.add(one);
            bytes += one.size();
            if (bytes > maxBytes) return new RangeResult.TooLarge();
        }
        return new RangeResult.Found(encoded, more, count, revision);
    }

    private static boolean passes(Filters filters, Hit hit) {
        return (filters.maxMod() == 0 || hit.mod() <= filters.maxMod())
                && (filters.minMod() == 0 || hit.mod() >= filters.minMod())
                && (filters.maxCreate() == 0 || hit.create() <= filters.maxCreate())
                && (filters.minCreate() == 0 || hit.create() >= filters.minCreate());
    }

    /** A compaction after this picture was taken has let values go while they were read. */
    private RangeResult gone() {
        return new RangeResult.Compacted(compaction.published());
    }

    private Optional<RangeResult> sort(List<Hit> hits, RangeQuery query, long at, long maxBytes) {
        Order order = query.sort().order();
        if (query.sort().target() == Target.VALUE) return sortByValue(hits, order, at, maxBytes);
        Comparator<Hit> comparator = switch (query.sort().target()) {
            case VERSION -> Comparator.comparingLong(Hit::version);
            case CREATE -> Comparator.comparingLong(Hit::create);
            case MOD -> Comparator.comparingLong(Hit::mod);
            case KEY, VALUE -> Comparator.comparing(Hit::key);
        };
        hits.sort(order == Order.DESCEND ? comparator.reversed() : comparator);
        return Optional.empty();
    }

    private Optional<RangeResult> sortByValue(List<Hit> hits, Order order, long at, long maxBytes) {
        record Valued(Hit hit, Bytes value) {}
        List<Valued> valued = new ArrayList<>(hits.size());
        long bytes = 0;
        for (Hit hit : hits) {
            Bytes encoded = bytesOf(hit.key(), hit.versions(), hit.i(), Shape.FULL, at);
            if (encoded == null) return Optional.of(gone());
            bytes += encoded.size();
            if (bytes > maxBytes) return Optional.of(new RangeResult.TooLarge());
            valued.add(new Valued(hit, KeyValue.decode(encoded).value()));
        }
        Comparator<Valued> comparator = Comparator.comparing(Valued::value);
        valued.sort(order == Order.DESCEND ? comparator.reversed() : comparator);
        hits.clear();
        for (Valued one : valued) hits.add(one.hit());
        return Optional.empty();
    }

    /** Null when the value is gone because of a compaction past {@code at}. */
    private @Nullable Bytes bytesOf(Bytes key, KeyVersions versions, int i, Shape shape, long at) {
        if (shape == Shape.KEYS_ONLY) {
            return new KeyValue(key, versions.create(i), versions.main(i), versions.version(i), Bytes.EMPTY, 0)
                    .encoded();
        }
        Bytes encoded = log.read(versions.revision(i));
        if (!encoded.isEmpty()) return encoded;
        checkCompacted(at);
        return null;
    }

    private void checkCompacted(long at) {
        Invariant.check(at < compaction.published(), "a value is missing although its revision is not compacted", at);
    }
}
