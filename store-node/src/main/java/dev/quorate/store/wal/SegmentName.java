package dev.quorate.store.wal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The name of a segment file: its place in the row, and the index that its first entry was expected to have. */
record SegmentName(long sequence, long index) implements Comparable<SegmentName> {
    private static final Pattern FORM = Pattern.compile("([0-9a-f]{16})-([0-9a-f]{16})\\.wal");

    String fileName() {
        HexFormat hex = HexFormat.of();
        return hex.toHexDigits(sequence) + '-' + hex.toHexDigits(index) + ".wal";
    }

    static Optional<SegmentName> parse(String fileName) {
        Matcher matcher = FORM.matcher(fileName);
        if (!matcher.matches()) return Optional.empty();
        return Optional.of(new SegmentName(
                Long.parseUnsignedLong(matcher.group(1), 16), Long.parseUnsignedLong(matcher.group(2), 16)));
    }

    /** The segments of a directory in order; none if there is no such directory. */
    static List<SegmentName> list(Path directory) throws IOException {
        List<SegmentName> names = new ArrayList<>();
        if (!Files.isDirectory(directory)) return names;
        try (Stream<Path> files = Files.list(directory)) {
            files.forEach(file -> parse(file.getFileName().toString()).ifPresent(names::add));
        }
        Collections.sort(names);
        return names;
    }

    @Override
    public int compareTo(SegmentName other) {
        return Long.compareUnsigned(sequence, other.sequence);
    }
}
