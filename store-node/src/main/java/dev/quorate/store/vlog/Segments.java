package dev.quorate.store.vlog;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The segments of a log in order: an immutable picture, replaced as a whole. Readers take it once and need no lock.
 *
 * <p>A batch is never split over two files, so all versions of one main revision stand in one of them.
 */
final class Segments {
    private final List<Segment> files;

    /** The lowest main revision that each file may hold; ascending. */
    private final long[] fromMain;

    private Segments(List<Segment> files, long[] fromMain) {
        this.files = List.copyOf(files);
        this.fromMain = fromMain;
    }

    static Segments none() {
        return new Segments(List.of(), new long[0]);
    }

    Segments with(Segment segment, long from) {
        List<Segment> more = new ArrayList<>(files);
        more.add(segment);
        long[] bounds = Arrays.copyOf(fromMain, more.size());
        bounds[more.size() - 1] = from;
        return new Segments(more, bounds);
    }

    /** One file in the place of several neighbours. */
    Segments replaced(int first, int count, Segment by) {
        List<Segment> fewer = new ArrayList<>(files.subList(0, first));
        fewer.add(by);
        fewer.addAll(files.subList(first + count, files.size()));
        long[] bounds = new long[fewer.size()];
        System.arraycopy(fromMain, 0, bounds, 0, first + 1);
        System.arraycopy(fromMain, first + count, bounds, first + 1, files.size() - first - count);
        return new Segments(fewer, bounds);
    }

    List<Segment> files() {
        return files;
    }

    Segment active() {
        return files.getLast();
    }

    /** The position of the file in which a main revision would stand. */
    int indexOf(long main) {
        int low = 0;
        int high = fromMain.length - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (fromMain[middle] <= main) low = middle;
            else high = middle - 1;
        }
        return low;
    }

    Segment of(long main) {
        return files.get(indexOf(main));
    }
}
