package dev.quorate.store.wal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.quorate.store.Bytes;
import dev.quorate.store.raft.Entry;
import dev.quorate.store.raft.EntryKind;
import dev.quorate.store.raft.HardState;
import dev.quorate.store.wal.WalTest.Writing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Cuts and flips at every offset: what is opened afterwards is a prefix of what was written, or it is refused. */
class DamagedWalTest {
    private static final WalOptions OPTIONS = new WalOptions(4 << 10, false, nanos -> {});
    private static final int ENTRIES = 30;

    @TempDir
    Path root;

    private final List<Entry> written = new ArrayList<>();

    private Path original;
    private Path copy;
    private Path last;
    private byte[] lastBytes;
    private Recovered whole;

    @BeforeEach
    void write() throws Exception {
        original = root.resolve("original");
        copy = root.resolve("copy");
        Wal.create(original, WalTest.METADATA, OPTIONS);
        try (Writing writing = Writing.open(original, OPTIONS)) {
            writing.append(new HardState(1, 1, 0), WalTest.entries(1, 1, 15, 400));
        }
        written.addAll(WalTest.entries(1, 1, 15, 400));
        for (int i = 16; i <= ENTRIES; i++) {
            try (Writing writing = Writing.open(original, OPTIONS)) {
                List<Entry> next = WalTest.entries(1, i, i, 40 + i * 13);
                writing.append(new HardState(1, 1, i - 1), next);
                written.addAll(next);
            }
        }
        SegmentName name = SegmentName.list(original).getLast();
        last = copy.resolve(name.fileName());
        lastBytes = Files.readAllBytes(original.resolve(name.fileName()));
        assertTrue(SegmentName.list(original).size() >= 2);
        whole = WalTest.reopen(original, OPTIONS);
        assertEquals(written, whole.entries());
    }

    @Test
    void aTailCutAnywhereLeavesAPrefix() throws IOException {
        int end = usedBytes();
        restore(lastBytes);
        int before = -1;
        for (int at = 0; at <= end; at++) {
            Files.write(last, Arrays.copyOf(lastBytes, at));
            int entries = openedPrefix("cut at " + at).entries().size();
            assertTrue(entries >= before, "a longer file holds no less, at " + at);
            before = entries;
            if (at % 16 == 0)
                assertEquals(
                        entries, openedPrefix("again, cut at " + at).entries().size());
        }
        assertEquals(ENTRIES, before);
    }

    @Test
    void writingGoesOnAfterATornTail() throws Exception {
        SplittableRandom random = new SplittableRandom(7);
        for (int round = 0; round < 40; round++) {
            restore(Arrays.copyOf(lastBytes, random.nextInt(usedBytes())));
            int survived = openedPrefix("cut").entries().size();
            List<Entry> more = WalTest.entries(2, survived + 1, survived + 20, 300);
            try (Writing writing = Writing.open(copy, OPTIONS)) {
                writing.append(new HardState(2, 1, survived), more);
            }
            List<Entry> expected = new ArrayList<>(written.subList(0, survived));
            expected.addAll(more);
            assertEquals(expected, WalTest.reopen(copy, OPTIONS).entries());
        }
    }

    /** What a power cut does to a preallocated file: some sectors of the last write are there, others are still zero. */
    @Test
    void lostSectorsOfTheLastWriteAreATornTail() throws IOException {
        SplittableRandom random = new SplittableRandom(11);
        int end = usedBytes();
        restore(lastBytes);
        for (int round = 0; round < 300; round++) {
            int firstLost = random.nextInt(1, end / 512 + 1);
            byte[] bytes = lastBytes.clone();
            for (int sector = firstLost; sector * 512 < end; sector++) {
                boolean lost = sector == firstLost || random.nextBoolean();
                if (lost) Arrays.fill(bytes, sector * 512, Math.min(bytes.length, sector * 512 + 512), (byte) 0);
            }
            Files.write(last, bytes);
            openedPrefix("sectors lost from " + firstLost + ", round " + round);
        }
    }

    /** A wrong byte is noticed, or (bits that no reader looks at) changes nothing. It never costs an entry. */
    @Test
    void aFlippedBitIsRefusedEverywhere() throws IOException {
        int end = usedBytes();
        restore(lastBytes);
        List<Integer> silent = new ArrayList<>();
        for (int bit = 0; bit < 8 * end; bit++) {
            byte[] bytes = lastBytes.clone();
            bytes[bit / 8] ^= (byte) (1 << bit % 8);
            Files.write(last, bytes);
            if (reopened(bit / 8).filter(read -> !read.equals(whole)).isPresent()) silent.add(bit);
        }
        assertEquals(List.of(), silent, "flips that were not noticed");
    }

    @Test
    void aDamagedSegmentThatIsNotTheLastIsRefusedAndLeftAlone() throws IOException {
        String first = SegmentName.list(original).getFirst().fileName();
        byte[] firstBytes = Files.readAllBytes(original.resolve(first));
        int end = usedBytes(firstBytes);
        restore(lastBytes);
        for (int at = 0; at < end; at++) {
            byte[] damaged = firstBytes.clone();
            damaged[at] ^= (byte) (1 << at % 8);
            Files.write(copy.resolve(first), damaged);
            // A checksum's number has more bits than a checksum.
            if (reopened(at).filter(whole::equals).isPresent()) continue;
            DamagedWal refusal = assertThrows(DamagedWal.class, () -> Wal.open(copy, OPTIONS));
            assertTrue(
                    refusal.getMessage().contains(first)
                            || refusal.getMessage().contains(last.getFileName().toString()),
                    refusal.getMessage());
            assertTrue(refusal.getMessage().contains("at offset"), refusal.getMessage());
            assertTrue(Arrays.equals(damaged, Files.readAllBytes(copy.resolve(first))));
        }
    }

    @Test
    void aMissingSegmentIsRefused() throws IOException {
        restore(lastBytes);
        Files.delete(copy.resolve(SegmentName.list(copy).get(0).fileName()));
        DamagedWal refusal = assertThrows(DamagedWal.class, () -> Wal.open(copy, OPTIONS));
        assertTrue(refusal.getMessage().contains("mark"), refusal.getMessage());
    }

    @Test
    void aSegmentOfAnotherMemberIsRefused() throws IOException {
        Path other = root.resolve("other");
        Wal.create(other, new WalMetadata(99, 77), OPTIONS);
        restore(lastBytes);
        SegmentName name = SegmentName.list(copy).getLast();
        Files.copy(
                other.resolve(new SegmentName(0, 0).fileName()),
                copy.resolve(new SegmentName(name.sequence() + 1, ENTRIES + 1).fileName()));
        assertThrows(DamagedWal.class, () -> Wal.open(copy, OPTIONS));
    }

    /** Zero bytes inside a value are no torn sector as long as the record checks. */
    @Test
    void valuesOfZerosSurvive() throws Exception {
        Path zeros = root.resolve("zeros");
        Wal.create(zeros, WalTest.METADATA, OPTIONS);
        Entry entry = new Entry(1, 1, EntryKind.NORMAL, Bytes.wrap(new byte[5000]));
        try (Writing writing = Writing.open(zeros, OPTIONS)) {
            writing.append(new HardState(1, 1, 1), List.of(entry));
        }
        assertEquals(List.of(entry), WalTest.reopen(zeros, OPTIONS).entries());
    }

    /** Empty: refused in order. */
    private Optional<Recovered> reopened(int flippedAt) throws IOException {
        try {
            return Optional.of(WalTest.reopen(copy, OPTIONS));
        } catch (DamagedWal refused) {
            return Optional.empty();
        } catch (RuntimeException unexpected) {
            return fail("a flip at " + flippedAt + " is not refused in order", unexpected);
        }
    }

    private Recovered openedPrefix(String what) throws IOException {
        try {
            Recovered recovered = WalTest.reopen(copy, OPTIONS);
            int count = recovered.entries().size();
            assertTrue(count <= written.size(), what);
            assertEquals(written.subList(0, count), recovered.entries(), what);
            return recovered;
        } catch (DamagedWal refused) {
            return fail(what + " must not be refused", refused);
        }
    }

    private int usedBytes() {
        return usedBytes(lastBytes);
    }

    private static int usedBytes(byte[] bytes) {
        int end = bytes.length;
        while (bytes[end - 1] == 0) end--;
        return (end + 7) / 8 * 8;
    }

    private void restore(byte[] lastSegment) throws IOException {
        Files.createDirectories(copy);
        try (Stream<Path> files = Files.list(copy)) {
            for (Path file : files.toList()) Files.delete(file);
        }
        for (SegmentName name : SegmentName.list(original)) {
            Path target = copy.resolve(name.fileName());
            if (target.equals(last)) Files.write(target, lastSegment);
            else Files.copy(original.resolve(name.fileName()), target);
        }
    }
}
