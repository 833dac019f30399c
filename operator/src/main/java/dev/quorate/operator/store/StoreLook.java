package dev.quorate.operator.store;

import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** One look at a store cluster: a report by ordinal of everyone who answered, and the members if a quorum confirmed them. */
public record StoreLook(SortedMap<Integer, NodeReport> reports, Optional<List<StoreMember>> members, long leader) {

    /** The same without the numbers that move all the time: two looks are alike if nothing has happened. */
    public StoreLook still() {
        NavigableMap<Integer, NodeReport> still = new TreeMap<>();
        reports.forEach((ordinal, report) -> still.put(ordinal, report.still()));
        return new StoreLook(still, members, leader);
    }
}
