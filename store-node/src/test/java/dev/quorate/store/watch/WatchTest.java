package dev.quorate.store.watch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quorate.store.Bytes;
import dev.quorate.store.mvcc.EventKind;
import dev.quorate.store.mvcc.HeapValueLog;
import dev.quorate.store.mvcc.KeyEvent;
import dev.quorate.store.mvcc.KeyRange;
import dev.quorate.store.mvcc.MvccStore;
import dev.quorate.store.mvcc.Txn;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class WatchTest {
    private final HeapValueLog log = new HeapValueLog(true);
    private final MvccStore store = new MvccStore(log);
    private final WatchRegistry registry = new WatchRegistry(store::view, 1 << 20);
    private final List<KeyEvent> history = new ArrayList<>();
    private int woken;

    private List<KeyEvent> change(String... words) {
        Txn txn = store.begin();
        for (String word : words) {
            if (word.startsWith("-")) {
                txn.deleteRange(KeyRange.single(Bytes.utf8(word.substring(1))), 0, key -> {});
            } else {
                txn.put(Bytes.utf8(word), Bytes.utf8("v" + txn.revisionOfChanges()), 0);
            }
        }
        return txn.commit();
    }

    private void publish(List<KeyEvent> events) {
        store.publish();
        history.addAll(events);
        registry.publish(new EventBatch(events, store.revision()));
    }

    private void put(String... keys) {
        publish(change(keys));
    }

    private Watch open(KeyRange range, long start) {
        return registry.open(new WatchRequest(range, start, false, false), () -> woken++);
    }

    /** It had nothing to hear since long before the compaction. */
    @Test
    void aQuietWatchThatMustReadHistoryReadsOnlyWhatItMissed() {
        put("a0");
        Watch watch = open(range("a", "b"), 0);
        assertThat(watch.poll(1 << 20)).isInstanceOf(Polled.Nothing.class);
        for (int i = 0; i < 10; i++) put("z" + i);
        long quiet = store.revision();
        store.compact(quiet);
        store.publish();

        String[] many = new String[600];
        for (int i = 0; i < many.length; i++) many[i] = "a" + i;
        put(many);

        assertThat(watch.poll(1 << 20)).isInstanceOfSatisfying(Polled.Events.class, events -> {
            assertThat(events.events()).hasSize(600);
            assertThat(events.headerRevision()).isEqualTo(quiet + 1);
        });
    }

    /** A stream that is not read can have very many of them, and each has had nothing to hear so far. */
    @Test
    void manyQuietWatchesDoNotFillTheMemoryTogether() {
        WatchRegistry small = new WatchRegistry(store::view, 200);
        List<Watch> watches = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            watches.add(small.open(new WatchRequest(key("k" + i), 0, false, false), () -> woken++));
            assertThat(watches.getLast().poll(1 << 20)).isInstanceOf(Polled.Nothing.class);
        }
        for (int i = 0; i < 100; i++) {
            List<KeyEvent> events = change("k" + i);
            store.publish();
            small.publish(new EventBatch(events, store.revision()));
            assertThat(small.queuedBytes()).isLessThan(600);
        }
        assertThat(woken).isEqualTo(100);
        for (Watch watch : watches) {
            assertThat(watch.poll(1 << 20))
                    .isInstanceOfSatisfying(
                            Polled.Events.class, one -> assertThat(one.events()).hasSize(1));
        }
    }

    private static KeyRange key(String key) {
        return KeyRange.single(Bytes.utf8(key));
    }

    private static KeyRange range(String from, String to) {
        return KeyRange.of(Bytes.utf8(from), Bytes.utf8(to));
    }

    private static String text(Polled polled) {
        return switch (polled) {
            case Polled.Nothing nothing -> "nothing";
            case Polled.Compacted compacted -> "compacted " + compacted.compactRevision();
            case Polled.Events events -> {
                StringBuilder text = new StringBuilder();
                for (KeyEvent event : events.events()) {
                    text.append(event.kind() == EventKind.PUT ? "" : "-")
                            .append(event.key())
                            .append('@')
                            .append(event.revision().main())
                            .append(' ');
                }
                yield text.append("upTo ").append(events.headerRevision()).toString();
            }
        };
    }

    private static String poll(Watch watch) {
        return text(watch.poll(1 << 20));
    }

    @Test
    void aLiveWatchGetsItsEventsAndIsWokenOnce() {
        put("a");
        Watch watch = open(key("a"), 0);
        assertThat(watch.openedAt()).isEqualTo(2);
        assertThat(poll(watch)).isEqualTo("nothing");
        put("b");
        assertThat(woken).isZero();
        put("a", "c");
        put("-a");
        assertThat(woken).isEqualTo(1);
        assertThat(poll(watch)).isEqualTo("a@4 -a@5 upTo 5");
        assertThat(poll(watch)).isEqualTo("nothing");
        put("a");
        assertThat(woken).isEqualTo(2);
        watch.close();
        assertThat(registry.size()).isZero();
        assertThat(registry.queuedBytes()).isZero();
    }

    @Test
    void aWatchFromThePastReadsHistoryInPiecesAndThenLives() {
        for (int i = 0; i < 5; i++) put("a", "b");
        Watch watch = open(range("a", "c"), 3);
        assertThat(watch.progress()).isEqualTo(OptionalLong.empty());
        assertThat(text(watch.poll(1))).isEqualTo("a@3 b@3 upTo 3");
        assertThat(text(watch.poll(1))).isEqualTo("a@4 b@4 upTo 4");
        assertThat(poll(watch)).isEqualTo("a@5 b@5 a@6 b@6 upTo 6");
        assertThat(poll(watch)).isEqualTo("nothing");
        assertThat(watch.progress()).isEqualTo(OptionalLong.of(6));
        put("b");
        assertThat(watch.progress()).isEqualTo(OptionalLong.empty());
        assertThat(poll(watch)).isEqualTo("b@7 upTo 7");
    }

    @Test
    void aWatchFromTheFutureSeesNothingBeforeAndReportsNoProgress() {
        Watch watch = open(KeyRange.ALL, 4);
        assertThat(poll(watch)).isEqualTo("nothing");
        put("a");
        put("a");
        assertThat(poll(watch)).isEqualTo("nothing");
        assertThat(watch.progress()).isEqualTo(OptionalLong.empty());
        assertThat(registry.progress(List.of(watch))).isEqualTo(OptionalLong.empty());
        put("a");
        assertThat(poll(watch)).isEqualTo("a@4 upTo 4");
        assertThat(watch.progress()).isEqualTo(OptionalLong.of(4));
    }

    @Test
    void aWatchBelowTheCompactedRevisionIsOver() {
        for (int i = 0; i < 5; i++) put("a");
        store.compact(4);
        store.publish();
        Watch late = open(key("a"), 3);
        assertThat(poll(late)).isEqualTo("compacted 4");
        Watch inTime = open(key("a"), 4);
        assertThat(poll(inTime)).isEqualTo("a@4 a@5 a@6 upTo 6");
        assertThat(registry.size()).isEqualTo(1);
    }

    @Test
    void filtersHideEventsButNotTheirRevisions() {
        Watch watch = registry.open(new WatchRequest(key("a"), 0, true, false), () -> woken++);
        assertThat(poll(watch)).isEqualTo("nothing");
        put("a");
        assertThat(woken).isZero();
        assertThat(watch.progress()).isEqualTo(OptionalLong.of(2));
        put("-a");
        assertThat(poll(watch)).isEqualTo("-a@3 upTo 3");
    }

    @Test
    void aWatchThatDoesNotPollFallsBehindAndLosesNothing() {
        Watch slow = open(KeyRange.ALL, 0);
        Watch other = open(key("k7"), 0);
        assertThat(poll(slow)).isEqualTo("nothing");
        for (int i = 0; i < 2_000; i++) put("k" + i % 10);
        assertThat(registry.queuedBytes()).isLessThan(100_000);
        assertThat(drain(slow)).isEqualTo(expected(KeyRange.ALL, 0));
        assertThat(drain(other)).isEqualTo(expected(key("k7"), 0));
        assertThat(slow.progress()).isEqualTo(OptionalLong.of(store.revision()));
        slow.close();
        other.close();
        assertThat(registry.queuedBytes()).isZero();
    }

    @Test
    void aGapInThePublicationsIsReadFromHistory() {
        Watch watch = open(KeyRange.ALL, 0);
        assertThat(poll(watch)).isEqualTo("nothing");
        change("a");
        change("b");
        store.publish();
        registry.publish(new EventBatch(List.of(), store.revision()));
        assertThat(woken).isEqualTo(1);
        assertThat(poll(watch)).isEqualTo("a@2 b@3 upTo 3");
    }

    /** Little of a long history concerns the watch: others get their turn while it looks for it. */
    @Test
    void aLongHistoryIsReadInPiecesEvenWhenNothingIsFound() {
        for (int i = 0; i < 2_000; i++) put("m/" + i);
        long from = store.revision() + 1;
        for (int i = 0; i < 3_000; i++) put(i % 1_000 == 999 ? "m/" + i : "k" + i);
        Watch watch = open(KeyRange.prefix(Bytes.utf8("m/")), from);
        int pieces = 0;
        List<String> got = new ArrayList<>();
        while (watch.poll(500) instanceof Polled.Events events) {
            pieces++;
            events.events().forEach(event -> got.add(line(event)));
        }
        assertThat(pieces).isGreaterThan(10);
        assertThat(got).hasSize(3).isEqualTo(expected(KeyRange.prefix(Bytes.utf8("m/")), from));
    }

    @Test
    void aKeyWithManyVersionsIsReadInPieces() {
        for (int i = 0; i < 1_000; i++) put("a");
        Watch watch = open(key("a"), 3);
        assertThat(((Polled.Events) watch.poll(500)).events()).hasSizeLessThan(50);
        Watch again = open(key("a"), 3);
        assertThat(drain(again)).isEqualTo(expected(key("a"), 3));
    }

    private List<String> expected(KeyRange range, long from) {
        List<String> expected = new ArrayList<>();
        for (KeyEvent event : history) {
            if (event.revision().main() >= from && range.contains(event.key())) expected.add(line(event));
        }
        return expected;
    }

    private static List<String> drain(Watch watch) {
        List<String> got = new ArrayList<>();
        while (watch.poll(500) instanceof Polled.Events events) events.events().forEach(event -> got.add(line(event)));
        return got;
    }

    private static String line(KeyEvent event) {
        return event.revision() + " " + event.kind() + " " + event.keyValue();
    }

    /** Many ranges at random: the index finds for each event exactly the watches that contain its key. */
    @Test
    void randomWatchesGetExactlyTheirEvents() {
        Random random = new Random(7);
        List<Watch> watches = new ArrayList<>();
        List<Long> starts = new ArrayList<>();
        for (int i = 0; i < 1_500; i++) {
            int dice = random.nextInt(10);
            if (dice < 3 && watches.size() < 200) {
                long start = random.nextBoolean() ? 0 : 1 + random.nextLong(store.revision() + 5);
                watches.add(open(randomRange(random), start));
                starts.add(start == 0 ? store.revision() + 1 : start);
            } else if (dice == 3 && !watches.isEmpty()) {
                int at = random.nextInt(watches.size());
                Watch watch = watches.remove(at);
                assertThat(drain(watch)).isEqualTo(expected(watch.request().range(), starts.remove(at)));
                watch.close();
            } else {
                put("k" + random.nextInt(30), random.nextBoolean() ? "x" : "-k" + random.nextInt(30) + "/");
            }
        }
        for (int i = 0; i < watches.size(); i++) {
            KeyRange range = watches.get(i).request().range();
            assertThat(drain(watches.get(i))).as(range + " " + starts.get(i)).isEqualTo(expected(range, starts.get(i)));
        }
    }

    private static KeyRange randomRange(Random random) {
        String from = "k" + random.nextInt(30);
        return switch (random.nextInt(4)) {
            case 0 -> key(from);
            case 1 -> KeyRange.of(Bytes.utf8(from), KeyRange.ALL.rangeEnd());
            case 2 -> KeyRange.prefix(Bytes.utf8(from));
            default -> range(from, from + "5");
        };
    }

    /** The publisher and a polling stream at the same time: nothing is lost, doubled or waited for in vain. */
    @Test
    void aStreamBesideThePublisherMissesNothing() throws InterruptedException {
        int revisions = 5_000;
        Semaphore signal = new Semaphore(0);
        Watch watch = registry.open(new WatchRequest(range("a", "c"), 0, false, false), signal::release);
        List<Long> got = new ArrayList<>();
        Thread stream = Thread.ofPlatform().start(() -> {
            while (got.size() < 2 * revisions) {
                switch (watch.poll(2_000)) {
                    case Polled.Events events ->
                        events.events()
                                .forEach(event -> got.add(event.revision().main()));
                    case Polled.Nothing nothing -> {
                        if (!await(signal)) return;
                    }
                    case Polled.Compacted compacted -> {
                        return;
                    }
                }
            }
        });
        for (int i = 0; i < revisions; i++) put("a", "b");
        stream.join(20_000);
        assertThat(got).hasSize(2 * revisions);
        for (int i = 0; i < got.size(); i++) assertThat(got.get(i)).isEqualTo(2 + i / 2);
    }

    private static boolean await(Semaphore signal) {
        try {
            return signal.tryAcquire(10, TimeUnit.SECONDS);
        } catch (InterruptedException interrupted) {
            return false;
        }
    }
}
