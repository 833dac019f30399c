package dev.quorate.store.mvcc;

import dev.quorate.store.Bytes;
import java.util.AbstractList;
import java.util.List;

/** The answer to a {@link RangeQuery}: the encoded key-values as they go to the wire, decoded only when asked. */
public sealed interface RangeResult {
    /**
     * What was found.
     *
     * @param revision the newest revision the answering picture knows, which may be later than the one asked for
     * @param count keys in the range at the asked revision, whatever limit and filters say
     */
    record Found(List<Bytes> encoded, boolean more, long count, long revision) implements RangeResult {
        public List<KeyValue> keyValues() {
            return new AbstractList<>() {
                @Override
                public KeyValue get(int index) {
                    return KeyValue.decode(encoded.get(index));
                }

                @Override
                public int size() {
                    return encoded.size();
                }
            };
        }
    }

    /** The asked revision is below the compacted one. */
    record Compacted(long compactRevision) implements RangeResult {}

    /** What was asked for is longer than an answer may be. */
    record TooLarge() implements RangeResult {}

    /** The asked revision has not happened yet. */
    record Future(long revision) implements RangeResult {}
}
