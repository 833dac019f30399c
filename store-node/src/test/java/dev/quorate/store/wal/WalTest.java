package dev.quorate.store.wal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quorate.store.Bytes;
import dev.quorate.store.node.port.DurableLog;
import dev.quorate.store.node.port.DurableLog.Room;
import dev.quorate.store.raft.Entry;
import dev.quorate.store.raft.EntryId;
import dev.quorate.store.raft.EntryKind;
import dev.quorate.store.raft.HardState;
import dev.quorate.store.raft.Membership;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WalTest {
    static final WalOptions SMALL = new WalOptions(16 << 10, true, nanos -> {});
    static final WalMetadata METADATA = new WalMetadata(0xcafe_0000_0000_0001L, 77);
    static final Membership THREE = Membership.ofVoters(List.of(1L, 2L, 3L));

    @TempDir
    Path root;

    private Path directory;

    @BeforeEach
    void create() throws IOException {
        directory = root.resolve("wal");
        Wal.create(directory, METADATA, SMALL);
    }

    @Test
    void whatWasPersistedIsThereAfterReopening() throws Exception {
        HardState state = new HardState(3, 1, 2);
        List<Entry> entries = entries(3, 1, 5, 100);
        try (Writing writing = Writing.open(directory, SMALL)) {
            writing.append(state, entries);
        }
        Recovered recovered = reopen(directory, SMALL);
        assertEquals(METADATA, recovered.metadata());
        assertEquals(state, recovered.hardState());
        assertEquals(EntryId.NONE, recovered.base());
        assertEquals(EntryId.NONE, recovered.mark().id());
        assertEquals(entries, recovered.entries());
    }

    @Test
    void aNewLeadersEntriesReplaceTheTail() throws Exception {
        try (Writing writing = Writing.open(directory, SMALL)) {
            writing.append(new HardState(1, 1, 0), entries(1, 1, 6, 50));
            writing.append(new HardState(2, 2, 3), entries(2, 4, 5, 50));
        }
        List<Entry> expected = new ArrayList<>(entries(1, 1, 3, 50));
        expected.addAll(entries(2, 4, 5, 50));
        assertEquals(expected, reopen(directory, SMALL).entries());
    }

    @Test
    void segmentsFollowEachOtherAndEveryKindOfSizeFits() throws Exception {
        List<Entry> all = new ArrayList<>();
        RandomGenerator random = new SplittableRandom(7);
        for (int round = 0; round < 4; round++) {
            try (Writing writing = Writing.open(directory, SMALL)) {
                for (int i = 0; i < 40; i++) {
                    long index = all.size() + 1L;
                    int size = i == 7 ? 40_000 : i == 9 ? 2_500_000 : random.nextInt(1_500);
                    List<Entry> next = entries(1, index, index + i % 3, size);
                    all.addAll(next);
                    writing.append(new HardState(1, 1, index), next);
                }
            }
            assertEquals(all, reopen(directory, SMALL).entries());
        }
        assertTrue(SegmentName.list(directory).size() > 10);
    }

    @Test
    void releasedSegmentsGoOnlyBehindADurableMark() throws Exception {
        Membership members = new Membership(
                Membership.ofVoters(List.of(1L, -2L)).voters(),
                Membership.ofVoters(List.of(4L)).voters(),
                Membership.ofVoters(List.of(5L)).voters(),
                Membership.ofVoters(List.of()).voters(),
                true);
        try (Writing writing = Writing.open(directory, SMALL)) {
            writing.append(new HardState(1, 1, 0), entries(1, 1, 100, 1000));
            int before = SegmentName.list(directory).size();
            writing.wal.release(90);
            writing.append(null, entries(1, 101, 101, 10));
            assertEquals(before, SegmentName.list(directory).size(), "there is no mark yet");
            writing.wal.mark(new EntryId(1, 80), members);
            writing.wal.release(70);
            writing.append(null, entries(1, 102, 102, 10));
            assertTrue(SegmentName.list(directory).size() < before);
        }
        Recovered recovered = reopen(directory, SMALL);
        assertEquals(new Mark(new EntryId(1, 80), members), recovered.mark());
        assertTrue(recovered.base().index() <= 70 && recovered.base().index() > 50);
        assertEquals(1, recovered.base().term());
        assertEquals(80, recovered.hardState().commit(), "a mark is committed");
        assertEquals(
                entries(1, recovered.base().index() + 1, 100, 1000),
                recovered.entries().subList(0, (int) (100 - recovered.base().index())));
        assertEquals(102, recovered.entries().getLast().index());
    }

    @Test
    void releasedFilesAreUsedAgain() throws Exception {
        try (Writing writing = Writing.open(directory, SMALL)) {
            for (int i = 0; i < 20; i++) {
                long from = i * 30L + 1;
                writing.append(new HardState(1, 1, from - 1), entries(1, from, from + 29, 500));
                writing.wal.mark(new EntryId(1, from + 20), THREE);
                writing.wal.release(from + 20);
            }
            writing.append(null, entries(1, 601, 601, 10));
            try (Stream<Path> files = Files.list(directory)) {
                assertTrue(files.count() < 8);
            }
        }
        Recovered recovered = reopen(directory, SMALL);
        assertEquals(601, recovered.entries().getLast().index());
    }

    @Test
    void anInstalledStateForgetsAllEntries() throws Exception {
        try (Writing writing = Writing.open(directory, SMALL)) {
            writing.append(new HardState(1, 1, 2), entries(1, 1, 60, 1000));
            writing.install(new HardState(4, 0, 50), new EntryId(3, 50), THREE);
        }
        Recovered recovered = reopen(directory, SMALL);
        assertEquals(new Mark(new EntryId(3, 50), THREE), recovered.mark());
        assertEquals(new EntryId(3, 50), recovered.base());
        assertEquals(List.of(), recovered.entries());
        assertEquals(new HardState(4, 0, 50), recovered.hardState());
        assertEquals(1, SegmentName.list(directory).size());
        try (Writing writing = Writing.open(directory, SMALL)) {
            writing.append(null, entries(4, 51, 55, 10));
            writing.install(null, new EntryId(5, 200), THREE);
            writing.append(null, entries(5, 201, 203, 10));
        }
        recovered = reopen(directory, SMALL);
        assertEquals(new EntryId(5, 200), recovered.base());
        assertEquals(entries(5, 201, 203, 10), recovered.entries());
        assertEquals(200, recovered.hardState().commit());
    }

    /** A leader of term 5 that never saw the entries of term 4 puts its own of term 3 in their place (thesis, figure 3.7). */
    @Test
    void anOlderEntryMayTakeThePlaceOfANewerOneThatWasNeverCommitted() throws Exception {
        try (Writing writing = Writing.open(directory, SMALL)) {
            writing.append(new HardState(3, 0, 5), entries(3, 1, 5, 10));
            writing.append(new HardState(4, 0, 5), entries(4, 6, 9, 10));
            writing.append(new HardState(5, 0, 5), entries(3, 6, 7, 20));
        }
        Recovered recovered = reopen(directory, SMALL);
        assertEquals(new EntryId(3, 7), recovered.entries().getLast().id());
        assertEquals(entries(3, 6, 7, 20), recovered.entries().subList(5, 7));
    }

    /** Raft writes it alone when a removed member waits for it: a power cut must not take it back. */
    @Test
    void aCommitIndexThatIsWrittenAloneIsSynced() throws Exception {
        List<Long> syncs = new ArrayList<>();
        WalOptions counting = new WalOptions(16 << 10, true, syncs::add);
        try (Writing writing = Writing.open(directory, counting)) {
            writing.append(new HardState(1, 1, 0), entries(1, 1, 3, 10));
            assertEquals(1, syncs.size());
            writing.append(new HardState(1, 1, 3), List.of());
            assertEquals(2, syncs.size());
            writing.append(new HardState(2, 0, 3), List.of());
            assertEquals(3, syncs.size());
        }
        assertEquals(new HardState(2, 0, 3), reopen(directory, SMALL).hardState());
    }

    @Test
    void whatWaitsIsOneGroup() throws Exception {
        List<Long> syncs = new ArrayList<>();
        Wal wal = Wal.open(directory, new WalOptions(1 << 20, true, syncs::add));
        for (int i = 1; i <= 100; i++) wal.append(i, new HardState(1, 1, i), entries(1, i, i, 100), true);
        Heard heard = new Heard();
        wal.start(heard);
        for (long i = 1; i <= 100; i++) assertEquals(i, heard.next());
        assertEquals(1, syncs.size());
        wal.close();
        assertEquals(100, reopen(directory, SMALL).entries().size());
    }

    @Test
    void aSecondOneIsKeptOut() throws Exception {
        try (Wal wal = Wal.open(directory, SMALL)) {
            assertEquals(METADATA, wal.recovered().metadata());
            assertThrows(IOException.class, () -> Wal.open(directory, SMALL));
        }
        reopen(directory, SMALL);
        assertThrows(IOException.class, () -> Wal.create(directory, METADATA, SMALL));
        assertFalse(Wal.exists(root.resolve("elsewhere")));
    }

    static List<Entry> entries(long term, long from, long to, int size) {
        List<Entry> entries = new ArrayList<>();
        for (long index = from; index <= to; index++) {
            byte[] data = new byte[size];
            for (int i = 0; i < size; i++) data[i] = (byte) (index * 31 + i * 7 + term | 1);
            EntryKind kind = EntryKind.values()[(int) (index % 3)];
            entries.add(new Entry(term, index, kind, Bytes.wrap(data)));
        }
        return entries;
    }

    static Recovered reopen(Path directory, WalOptions options) throws IOException {
        try (Wal wal = Wal.open(directory, options)) {
            return wal.recovered();
        }
    }

    static final class Heard implements DurableLog.Listener {
        private final LinkedBlockingQueue<Object> heard = new LinkedBlockingQueue<>();
        private volatile long reported;
        final LinkedBlockingQueue<Room> room = new LinkedBlockingQueue<>();

        @Override
        public void persisted(long batch) {
            reported = Math.max(reported, batch);
            heard.add(batch);
        }

        @Override
        public void failed(Throwable cause) {
            heard.add(cause);
        }

        @Override
        public void room(Room now) {
            room.add(now);
        }

        long next() throws InterruptedException {
            Object next = any();
            if (next instanceof Throwable cause) throw new AssertionError("the log failed", cause);
            return (long) next;
        }

        /** The number of a batch, or why the log failed. */
        Object any() throws InterruptedException {
            Object next = heard.poll(20, TimeUnit.SECONDS);
            if (next == null) throw new AssertionError("the log does not answer");
            return next;
        }

        /** The last batch that was. */
        long reported() {
            return reported;
        }

        boolean isSilent() {
            return heard.isEmpty();
        }

        /** Null when nothing has been reported, or only that the log failed. */
        Long poll(long millis) throws InterruptedException {
            return heard.poll(millis, TimeUnit.MILLISECONDS) instanceof Long batch ? batch : null;
        }
    }

    /** A log whose every batch is waited for. */
    static final class Writing implements AutoCloseable {
        final Wal wal;
        final Heard heard = new Heard();
        private long batch;

        private Writing(Wal wal) {
            this.wal = wal;
            wal.start(heard);
        }

        static Writing open(Path directory, WalOptions options) throws IOException {
            return new Writing(Wal.open(directory, options));
        }

        void append(HardState state, List<Entry> entries) throws InterruptedException {
            wal.append(++batch, state, entries, true);
            assertEquals(batch, heard.next());
        }

        void install(HardState state, EntryId base, Membership members) throws InterruptedException {
            wal.install(++batch, state, base, members);
            assertEquals(batch, heard.next());
        }

        @Override
        public void close() throws IOException {
            wal.close();
        }
    }
}
