package dev.quorate.store.vlog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quorate.store.Bytes;
import dev.quorate.store.mvcc.FoundVersion;
import dev.quorate.store.mvcc.KeyValue;
import dev.quorate.store.mvcc.Revision;
import dev.quorate.store.node.port.StatePosition;
import dev.quorate.store.vlog.ValueLogOptions.ReadMode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random histories against a model on the heap. A history overwrites and deletes keys, compacts, changes facts, forces,
 * reclaims, reopens, and loses power: then every file keeps what was forced and some of the rest.
 *
 * <p>What must hold after each start, at whatever batch the log ends: the latest version of every key and the latest
 * value of every fact as of that batch, and every version that no compaction up to it has given up. A batch that was
 * forced is never lost.
 */
class ValueLogModelTest {
    private static final int KEYS = 12;

    @TempDir
    Path root;

    /** What was true after a batch. */
    private record Moment(
            StatePosition position,
            Map<Revision, Bytes> versions,
            Map<Bytes, Revision> latest,
            Map<Bytes, Bytes> facts) {}

    /** What a recovery tells. */
    private static final class Told implements Recovery {
        final TreeMap<Revision, FoundVersion> versions = new TreeMap<>();
        final TreeMap<Bytes, Revision> latest = new TreeMap<>();
        final TreeMap<Bytes, Bytes> facts = new TreeMap<>();
        private FoundVersion before = new FoundVersion(Bytes.EMPTY, new Revision(0, 0), 0, 0, 0);

        @Override
        public void version(FoundVersion found) {
            int byKey = before.key().compareTo(found.key());
            assertTrue(byKey < 0 || (byKey == 0 && before.at().compareTo(found.at()) < 0), "in order");
            before = found;
            versions.put(found.at(), found);
            if (found.version() == 0) latest.remove(found.key());
            else latest.put(found.key(), found.at());
        }

        @Override
        public void fact(Bytes key, Bytes value) {
            if (value.isEmpty()) facts.remove(key);
            else facts.put(key, value);
        }
    }

    @Test
    void everyHistoryIsRemembered() throws Exception {
        int first = Integer.getInteger("seed", 1);
        int count = Integer.getInteger("seeds", System.getProperty("seed") == null ? 20 : 1);
        for (int seed = first; seed < first + count; seed++) {
            try {
                new History(root.resolve("h" + seed), seed).run(100);
            } catch (Throwable e) {
                throw new AssertionError("reproduce: -Dtest=ValueLogModelTest -Dseed=" + seed, e);
            }
        }
    }

    private static final class History {
        private final Path folder;
        private final SplittableRandom random;
        private final ValueLogOptions options;
        private final List<Moment> moments = new ArrayList<>();

        /** The model: all versions by key, what is garbage, facts. */
        private TreeMap<Bytes, TreeMap<Revision, Boolean>> keys = new TreeMap<>();

        private TreeMap<Revision, Bytes> versions = new TreeMap<>();
        private TreeMap<Bytes, Bytes> facts = new TreeMap<>();
        private final TreeSet<Revision> garbage = new TreeSet<>();
        /** What a power cut must leave; a process that starts again does not know it, the disk does. */
        private final Map<Path, Long> forcedLengths = new HashMap<>();

        private ValueLogFiles log;
        private long index;
        private long revision;
        private long safeIndex;

        History(Path folder, int seed) throws IOException {
            this.folder = folder;
            this.random = new SplittableRandom(seed);
            ReadMode mode = random.nextBoolean() ? ReadMode.MMAP : ReadMode.PREAD;
            this.options = new ValueLogOptions(2_000 + random.nextInt(6_000), mode, 0.2, 1L << 40);
            this.log = ValueLogFiles.open(folder, options, 0, new Told());
            moments.add(moment());
        }

        void run(int steps) throws IOException {
            for (int step = 0; step < steps; step++) {
                switch (random.nextInt(14)) {
                    case 0 -> compact();
                    case 1 -> force();
                    case 2 -> log.reclaim();
                    case 3 -> reopen();
                    case 4 -> losePower();
                    case 5, 6 -> checkpoint();
                    default -> batch();
                }
                if (step % 10 == 0) checkReads();
            }
            log.close();
        }

        private void batch() {
            int writes = random.nextInt(4);
            for (int i = 0; i < writes; i++) {
                revision++;
                int changes = random.nextInt(5) == 0 ? 3 : 1;
                TreeSet<Bytes> touched = new TreeSet<>();
                for (int sub = 0; sub < changes; sub++) {
                    Bytes key = Bytes.utf8("k" + random.nextInt(KEYS));
                    if (!touched.add(key)) break;
                    change(new Revision(revision, sub), key);
                }
            }
            while (random.nextInt(3) == 0) {
                Bytes key = Bytes.utf8("f" + random.nextInt(6));
                Bytes value = random.nextBoolean() ? Bytes.EMPTY : Bytes.utf8("v" + random.nextInt());
                log.appendFact(key, value);
                if (value.isEmpty()) facts.remove(key);
                else facts.put(key, value);
            }
            index += 1 + random.nextInt(3);
            log.endBatch(index, 1 + index / 50, revision);
            moments.add(moment());
        }

        private void change(Revision at, Bytes key) {
            boolean exists = keys.containsKey(key) && !keys.get(key).lastEntry().getValue();
            boolean tombstone = exists && random.nextInt(4) == 0;
            byte[] value = new byte[random.nextInt(10) == 0 ? 1_500 : random.nextInt(200)];
            random.nextBytes(value);
            KeyValue kv = tombstone
                    ? new KeyValue(key, 0, at.main(), 0, Bytes.EMPTY, 0)
                    : new KeyValue(key, 1, at.main(), 1, Bytes.wrap(value), 0);
            log.append(at, tombstone, kv.encoded());
            versions.put(at, kv.encoded());
            keys.computeIfAbsent(key, absent -> new TreeMap<>()).put(at, tombstone);
            assertEquals(kv.encoded(), log.read(at), "the writer reads its open batch");
        }

        /** Gives up, oldest first, what is superseded at the present revision. */
        private void compact() {
            for (TreeMap<Revision, Boolean> history : keys.values()) {
                List<Revision> all = new ArrayList<>(history.keySet());
                boolean deleted = history.lastEntry().getValue();
                List<Revision> dead = deleted ? all : all.subList(0, all.size() - 1);
                for (Revision each : dead) {
                    log.dead(each);
                    garbage.add(each);
                }
            }
            keys.values().forEach(history -> {
                if (history.lastEntry().getValue()) history.clear();
                else history.headMap(history.lastKey()).clear();
            });
            keys.values().removeIf(Map::isEmpty);
        }

        private void force() throws IOException {
            StatePosition safe = log.force();
            assertEquals(index, safe.index());
            safeIndex = index;
        }

        private void checkpoint() throws IOException {
            if (random.nextBoolean()) force();
            boolean more = true;
            while (more && random.nextInt(4) != 0) more = log.checkpoint();
        }

        private void noteForced() throws IOException {
            Path safe = folder.resolve(SafeIndex.FILE);
            if (Files.exists(safe)) forcedLengths.put(safe, Files.size(safe));
            for (Segment segment : log.segments().files())
                forcedLengths.merge(segment.file(), segment.syncedBytes(), Math::max);
        }

        private void reopen() throws IOException {
            noteForced();
            log.close();
            start();
            assertEquals(index, log.position().index(), "a clean stop loses nothing");
        }

        /** Files keep their forced length and of the rest a random part, with holes. */
        private void losePower() throws IOException {
            noteForced();
            log.close();
            List<Path> files;
            try (Stream<Path> list = Files.list(folder)) {
                files = list.toList();
            }
            for (Path file : files) {
                byte[] bytes = Files.readAllBytes(file);
                int forced = Math.toIntExact(forcedLengths.getOrDefault(file, 0L));
                if (forced == 0 && random.nextInt(4) == 0) {
                    Files.delete(file);
                    continue;
                }
                int kept = forced + random.nextInt(bytes.length - forced + 1);
                byte[] left = Arrays.copyOf(bytes, kept);
                for (int hole = random.nextInt(3); hole > 0 && kept > forced; hole--) {
                    int from = forced + random.nextInt(kept - forced);
                    Arrays.fill(left, from, Math.min(kept, from + 1 + random.nextInt(300)), (byte) 0);
                }
                Files.write(file, left);
            }
            start();
            forcedLengths.clear();
            for (Segment segment : log.segments().files()) forcedLengths.put(segment.file(), segment.writtenBytes());
        }

        private void start() throws IOException {
            Told told = new Told();
            String rebuilt = openedWithoutCheckpoints();
            log = ValueLogFiles.open(folder, options, safeIndex, told);
            assertEquals(rebuilt, picture(log, told), "checkpoints tell what a scan of everything tells");
            long end = log.position().index();
            assertTrue(end >= safeIndex, "what was forced is there");
            Moment then = moments.reversed().stream()
                    .filter(moment -> moment.position().index() == end)
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("the log ends inside a batch, at " + end));
            assertEquals(then.position(), log.position());
            assertEquals(then.latest(), told.latest, "the latest version of every key");
            assertEquals(then.facts(), told.facts, "the latest value of every fact");
            then.versions().forEach((at, encoded) -> {
                if (!garbage.contains(at)) assertEquals(found(at, encoded), told.versions.get(at), "version " + at);
            });
            told.versions.forEach(
                    (at, found) -> assertEquals(found(at, then.versions().get(at)), found));
            goBackTo(then, told);
        }

        private String openedWithoutCheckpoints() throws IOException {
            Path copy = Files.createDirectory(folder.resolveSibling("copy-of-" + folder.getFileName()));
            try (Stream<Path> list = Files.list(folder)) {
                for (Path file :
                        list.filter(each -> each.toString().endsWith(".seg")).toList())
                    Files.copy(file, copy.resolve(file.getFileName()));
            }
            Told told = new Told();
            try (ValueLogFiles scanned = ValueLogFiles.open(copy, options, safeIndex, told)) {
                return picture(scanned, told);
            } finally {
                StateFolder.delete(copy);
            }
        }

        /** Everything that an opened log knows. */
        private static String picture(ValueLogFiles log, Told told) {
            StringBuilder picture = new StringBuilder();
            picture.append(log.position()).append(told.versions).append(told.facts);
            for (Segment segment : log.segments().files()) {
                picture.append('\n').append(segment.name()).append(' ').append(segment.writtenBytes());
                picture.append(" dead=").append(segment.deadBytes()).append(segment.dead());
                RevisionTable table = segment.table();
                for (int row = 0; row < table.count(); row++)
                    picture.append(' ')
                            .append(table.main(row))
                            .append('/')
                            .append(table.sub(row))
                            .append('@')
                            .append(table.offset(row));
            }
            return picture.toString();
        }

        private static FoundVersion found(Revision at, Bytes encoded) {
            return FoundVersion.of(at, KeyValue.decode(encoded).version() == 0, encoded);
        }

        /** The model forgets what the log has lost; what the log still holds counts as not given up again. */
        private void goBackTo(Moment then, Told told) throws IOException {
            moments.removeIf(
                    moment -> moment.position().index() > then.position().index());
            index = then.position().index();
            revision = then.position().revision();
            versions = new TreeMap<>(then.versions());
            versions.keySet().retainAll(told.versions.keySet());
            facts = new TreeMap<>(then.facts());
            keys = new TreeMap<>();
            told.versions.forEach((at, found) ->
                    keys.computeIfAbsent(found.key(), absent -> new TreeMap<>()).put(at, found.version() == 0));
            garbage.removeIf(at -> at.main() > then.position().revision());
        }

        private void checkReads() {
            versions.forEach((at, encoded) -> {
                Bytes read = log.read(at);
                assertTrue(read.equals(encoded) || (garbage.contains(at) && read.isEmpty()), "read " + at);
            });
            TreeMap<Revision, Bytes> scanned = new TreeMap<>();
            long from = random.nextLong(revision + 2);
            long to = from + random.nextInt(30);
            log.scan(from, to, (at, tombstone, encoded) -> {
                assertTrue(scanned.isEmpty() || scanned.lastKey().compareTo(at) < 0, "a scan is in order");
                scanned.put(at, encoded);
                return true;
            });
            versions.subMap(new Revision(from, 0), true, new Revision(to, Long.MAX_VALUE), true)
                    .forEach((at, encoded) -> {
                        if (!garbage.contains(at) || scanned.containsKey(at)) assertEquals(encoded, scanned.get(at));
                    });
            assertTrue(log.liveBytes() <= log.sizeBytes());
            assertTrue(log.liveBytes() >= 0);
        }

        private Moment moment() {
            Map<Bytes, Revision> latest = new TreeMap<>();
            versions.forEach((at, encoded) -> {
                KeyValue kv = KeyValue.decode(encoded);
                if (kv.version() == 0) latest.remove(kv.key());
                else latest.put(kv.key(), at);
            });
            StatePosition position = new StatePosition(index, index == 0 ? 0 : 1 + index / 50, revision);
            return new Moment(position, new TreeMap<>(versions), latest, new TreeMap<>(facts));
        }
    }
}
