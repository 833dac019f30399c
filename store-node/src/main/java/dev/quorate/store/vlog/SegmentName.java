package dev.quorate.store.vlog;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name of a segment file: which places in the order of the log it stands for, and how often that was rewritten.
 */
record SegmentName(long first, long last, long generation) {
    private static final Pattern FORM = Pattern.compile("([0-9a-f]{16})-([0-9a-f]{16})-([0-9a-f]{8})\\.seg");

    static SegmentName at(long place) {
        return new SegmentName(place, place, 0);
    }

    static Optional<SegmentName> parse(String file) {
        Matcher matcher = FORM.matcher(file);
        if (!matcher.matches()) return Optional.empty();
        return Optional.of(new SegmentName(
                Long.parseLong(matcher.group(1), 16),
                Long.parseLong(matcher.group(2), 16),
                Long.parseLong(matcher.group(3), 16)));
    }

    String file() {
        return String.format(Locale.ROOT, "%016x-%016x-%08x.seg", first, last, generation);
    }

    boolean covers(SegmentName other) {
        return first <= other.first && other.last <= last && generation > other.generation;
    }
}
