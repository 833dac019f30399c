package dev.quorate.store.vlog;

import dev.quorate.store.Bytes;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Where the latest record of each fact stands. Guarded by the log. */
final class Facts {
    /** A record that says a fact is gone is kept until nothing older can contradict it. */
    record Place(Segment segment, int offset, int sizeBytes, boolean gone) {}

    /** A fact of a batch that is not written yet; the offset counts from the batch's begin. */
    record Pending(Bytes key, int offset, int sizeBytes, boolean gone) {}

    private final Map<Bytes, Place> latest = new HashMap<>();
    private final List<Pending> pending = new ArrayList<>();

    void add(Bytes key, Bytes value, int offset) {
        int size = Records.HEADER_BYTES + Integer.BYTES + key.size() + value.size();
        pending.add(new Pending(key, offset, size, value.isEmpty()));
    }

    /** The batch is in the file from this offset on. */
    void settle(Segment segment, int base) {
        for (Pending fact : pending) {
            Place place = new Place(segment, base + fact.offset(), fact.sizeBytes(), fact.gone());
            Place before = latest.put(fact.key(), place);
            if (before != null && !before.gone()) before.segment().addDeadBytes(before.sizeBytes());
            if (fact.gone()) segment.addDeadBytes(fact.sizeBytes());
        }
        pending.clear();
    }

    void rollback() {
        pending.clear();
    }

    /** The latest facts that stand in one of these files. */
    Map<Bytes, Place> in(Collection<Segment> files) {
        Map<Bytes, Place> there = new HashMap<>();
        latest.forEach((key, place) -> {
            if (files.contains(place.segment())) there.put(key, place);
        });
        return there;
    }

    /** Returns false if the fact has been written anew meanwhile. */
    boolean moved(Bytes key, Place from, Place to) {
        return latest.replace(key, from, to);
    }

    /** Nothing older can speak of it any more. */
    void forget(Bytes key, Place gone) {
        latest.remove(key, gone);
    }
}
