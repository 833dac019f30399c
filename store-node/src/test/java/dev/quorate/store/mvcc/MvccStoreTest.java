package dev.quorate.store.mvcc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quorate.store.Bytes;
import dev.quorate.store.mvcc.RangeQuery.Filters;
import dev.quorate.store.mvcc.RangeQuery.Order;
import dev.quorate.store.mvcc.RangeQuery.Shape;
import dev.quorate.store.mvcc.RangeQuery.Sort;
import dev.quorate.store.mvcc.RangeQuery.Target;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Random histories against a store that keeps a whole copy of the keys for every revision. */
class MvccStoreTest {
    private static final class Model {
        final Random random;
        final HeapValueLog log;
        final MvccStore store;
        final TreeMap<Long, TreeMap<Bytes, KeyValue>> states = new TreeMap<>();
        final List<KeyEvent> events = new ArrayList<>();
        final List<MvccView> pictures = new ArrayList<>();
        final int keys;
        long compacted = -1;

        Model(long seed) {
            random = new Random(seed);
            keys = 1 + random.nextInt(60);
            log = new HeapValueLog(random.nextBoolean());
            store = new MvccStore(log);
            states.put(1L, new TreeMap<>());
        }

        Bytes key() {
            return Bytes.utf8("k" + random.nextInt(keys));
        }

        KeyRange range() {
            return switch (random.nextInt(4)) {
                case 0 -> KeyRange.ALL;
                case 1 -> KeyRange.single(key());
                case 2 -> KeyRange.of(key(), KeyRange.ALL.from());
                default -> KeyRange.of(key(), key());
            };
        }

        SortedMap<Bytes, KeyValue> newest() {
            return states.lastEntry().getValue();
        }

        void step() {
            int dice = random.nextInt(20);
            if (dice == 0) compact();
            else if (dice == 1) store.compactStep(1 + random.nextInt(20));
            else if (dice == 2) pictures.add(publish());
            else change(random.nextInt(3) == 0 ? 4 : 1);
        }

        private MvccView publish() {
            store.publish();
            return store.view();
        }

        private void compact() {
            long to = compacted + 1 + random.nextInt(10);
            if (to > store.revision() || to <= compacted) return;
            store.compact(to);
            compacted = to;
        }

        private void change(int ops) {
            Txn txn = store.begin();
            TreeMap<Bytes, KeyValue> state = new TreeMap<>(newest());
            for (int i = 0; i < ops; i++) {
                if (random.nextInt(3) != 0) put(txn, state);
                else delete(txn, state);
                assertThat(keyValues(txn.range(RangeQuery.of(KeyRange.ALL), Long.MAX_VALUE)))
                        .isEqualTo(List.copyOf(state.values()));
            }
            List<KeyEvent> committed = txn.commit();
            if (committed.isEmpty()) return;
            events.addAll(committed);
            states.put(store.revision(), state);
        }

        private void put(Txn txn, SortedMap<Bytes, KeyValue> state) {
            Bytes key = key();
            Bytes value = Bytes.utf8("v" + random.nextInt(50));
            long lease = random.nextInt(3);
            KeyValue before = state.get(key);
            long main = txn.revisionOfChanges();
            long create = before == null ? main : before.createRevision();
            state.put(key, new KeyValue(key, create, main, before == null ? 1 : before.version() + 1, value, lease));
            txn.put(key, value, lease);
        }

        private void delete(Txn txn, SortedMap<Bytes, KeyValue> state) {
            KeyRange range = range();
            List<KeyValue> gone = state.values().stream()
                    .filter(kv -> range.contains(kv.key()))
                    .toList();
            List<Bytes> deleted = new ArrayList<>();
            List<Bytes> previous = txn.deleteRange(range, Long.MAX_VALUE, deleted::add);
            assertThat(previous.stream().map(KeyValue::decode).toList()).isEqualTo(gone);
            assertThat(deleted).isEqualTo(gone.stream().map(KeyValue::key).toList());
            gone.forEach(kv -> state.remove(kv.key()));
        }
    }

    private static List<KeyValue> keyValues(RangeResult result) {
        return ((RangeResult.Found) result).keyValues();
    }

    @Test
    void answersLikeAListOfAllStates() {
        for (long seed = 0; seed < 100; seed++) {
            Model model = new Model(seed);
            for (int i = 0; i < 150; i++) {
                model.step();
                if (i % 25 == 0) check(model, model.store.working(), seed);
            }
            for (MvccView picture : model.pictures) check(model, picture, seed);
            while (model.store.compactStep(5)) check(model, model.store.working(), seed);
            model.store.publish();
            while (model.store.compactStep(5)) check(model, model.store.working(), seed);
            check(model, model.store.view(), seed);
            checkDead(model);
        }
    }

    /** A compaction that comes before the last one is done goes on where that was. */
    @Test
    void everyKeyHasItsTurnHoweverOftenACompactionComes() {
        HeapValueLog log = new HeapValueLog(true);
        MvccStore store = new MvccStore(log);
        for (int i = 1_000; i < 2_000; i++) put(store, "k" + i);
        boolean firstIsDone = false;
        for (int i = 0; i < 300; i++) {
            put(store, "k1999");
            store.publish();
            store.compact(store.revision());
            store.publish();
            store.compactStep(64);
            assertThat(log.versions().size()).as("after %s compactions", i).isLessThan(1_100);
            assertThat(store.isCompacting()).isTrue();
            firstIsDone = !store.isCompacting(1_002);
        }
        assertThat(firstIsDone).isTrue();
        while (store.compactStep(64))
            assertThat(store.isCompacting(store.revision())).isTrue();
        assertThat(store.isCompacting(store.revision())).isFalse();
        assertThat(log.versions()).hasSize(1_000);
    }

    private static void put(MvccStore store, String key) {
        Txn txn = store.begin();
        txn.put(Bytes.utf8(key), Bytes.utf8("v"), 0);
        txn.commit();
    }

    private static void check(Model model, MvccView view, long seed) {
        for (int i = 0; i < 12; i++) {
            RangeQuery query = query(model, view);
            long at = query.revision() <= 0 ? view.revision() : query.revision();
            RangeResult result = view.range(query);
            String what = "seed " + seed + " " + query + " compacted " + model.compacted;
            if (at > view.revision()) {
                assertThat(result).as(what).isInstanceOf(RangeResult.Future.class);
            } else if (at < view.compactRevision()) {
                assertThat(result).as(what).isInstanceOf(RangeResult.Compacted.class);
            } else if (at >= model.compacted || result instanceof RangeResult.Found) {
                // An old picture may or may not still find what a later compaction took.
                checkFound(query, model.states.floorEntry(at).getValue(), (RangeResult.Found) result, what);
            }
        }
        checkEvents(model, view);
    }

    private static RangeQuery query(Model model, MvccView view) {
        Random random = model.random;
        long revision = random.nextInt(3) == 0 ? 0 : random.nextLong(view.revision() + 2);
        RangeQuery query = RangeQuery.of(model.range()).at(revision).limited(random.nextInt(8));
        if (random.nextInt(3) == 0) query = query.shaped(any(Shape.class, random));
        if (random.nextBoolean()) return query;
        Sort sort = new Sort(any(Order.class, random), any(Target.class, random));
        Filters filters = random.nextBoolean()
                ? Filters.NONE
                : new Filters(bound(random), bound(random), bound(random), bound(random));
        return new RangeQuery(query.range(), query.revision(), query.limit(), sort, filters, query.shape());
    }

    private static <T extends Enum<T>> T any(Class<T> type, Random random) {
        List<T> all = List.copyOf(EnumSet.allOf(type));
        return all.get(random.nextInt(all.size()));
    }

    private static long bound(Random random) {
        return random.nextBoolean() ? 0 : random.nextInt(100);
    }

    private static void checkFound(
            RangeQuery query, SortedMap<Bytes, KeyValue> state, RangeResult.Found found, String what) {
        List<KeyValue> all = new ArrayList<>();
        for (KeyValue kv : state.values()) if (query.range().contains(kv.key())) all.add(kv);
        assertThat(found.count()).as(what).isEqualTo(all.size());
        if (query.shape() == Shape.COUNT_ONLY) {
            assertThat(found.encoded()).isEmpty();
            assertThat(found.more()).isFalse();
            return;
        }
        long limit = query.limit() == 0 ? Long.MAX_VALUE : query.limit();
        Sort sort = query.sort();
        List<KeyValue> expected = new ArrayList<>(all);
        if (sort.order() == Order.NONE && query.filters().equals(Filters.NONE) && expected.size() > limit) {
            expected = new ArrayList<>(expected.subList(0, (int) limit + 1));
        }
        expected.removeIf(kv -> !passes(query.filters(), kv));
        Comparator<KeyValue> order = comparator(sort.target());
        expected.sort(sort.order() == Order.DESCEND ? order.reversed() : order);
        boolean more = expected.size() > limit;
        if (more) expected = expected.subList(0, (int) limit);
        if (query.shape() == Shape.KEYS_ONLY)
            expected = expected.stream().map(MvccStoreTest::bare).toList();
        assertThat(found.more()).as(what).isEqualTo(more);
        assertThat(List.copyOf(found.keyValues())).as(what).isEqualTo(List.copyOf(expected));
    }

    private static KeyValue bare(KeyValue kv) {
        return new KeyValue(kv.key(), kv.createRevision(), kv.modRevision(), kv.version(), Bytes.EMPTY, 0);
    }

    private static boolean passes(Filters filters, KeyValue kv) {
        return (filters.maxMod() == 0 || kv.modRevision() <= filters.maxMod())
                && (filters.minMod() == 0 || kv.modRevision() >= filters.minMod())
                && (filters.maxCreate() == 0 || kv.createRevision() <= filters.maxCreate())
                && (filters.minCreate() == 0 || kv.createRevision() >= filters.minCreate());
    }

    private static Comparator<KeyValue> comparator(Target target) {
        return switch (target) {
            case KEY -> Comparator.comparing(KeyValue::key);
            case VERSION -> Comparator.comparingLong(KeyValue::version);
            case CREATE -> Comparator.comparingLong(KeyValue::createRevision);
            case MOD -> Comparator.comparingLong(KeyValue::modRevision);
            case VALUE -> Comparator.comparing(KeyValue::value);
        };
    }

    /**
     * Reads the history in small pages and puts it together again. Of a transaction at the compacted revision itself only
     * the last change of each key is sure to be left, as in etcd: it is not compared.
     */
    private static void checkEvents(Model model, MvccView view) {
        KeyRange range = model.range();
        long from = Math.max(1, view.revision() - model.random.nextInt(60));
        if (from == model.compacted) from++;
        List<String> expected = new ArrayList<>();
        for (KeyEvent event : model.events) {
            long main = event.revision().main();
            if (main >= from && main <= view.revision() && range.contains(event.key())) expected.add(text(event));
        }
        List<String> read = new ArrayList<>();
        long next = from;
        while (next <= view.revision()) {
            switch (view.events(next, range, 100)) {
                case EventsPage.Compacted compacted -> {
                    assertThat(next).isLessThan(compacted.compactRevision());
                    return;
                }
                case EventsPage.Events page -> {
                    page.events().forEach(event -> read.add(text(event)));
                    assertThat(page.upTo()).isGreaterThanOrEqualTo(next);
                    next = page.upTo() + 1;
                }
            }
        }
        assertThat(from).isGreaterThanOrEqualTo(view.compactRevision());
        assertThat(read).isEqualTo(expected);
    }

    private static String text(KeyEvent event) {
        return event.kind() + " " + event.revision() + " " + event.keyValue();
    }

    /** After the compaction has run to its end, the dead are exactly those that nobody can see any more. */
    private static void checkDead(Model model) {
        TreeSet<Revision> expected = new TreeSet<>();
        TreeMap<Bytes, KeyEvent> newest = new TreeMap<>();
        for (KeyEvent event : model.events) {
            if (event.revision().main() > model.compacted) break;
            KeyEvent before = newest.put(event.key(), event);
            if (before != null) expected.add(before.revision());
        }
        for (KeyEvent event : newest.values()) {
            boolean old = event.revision().main() < model.compacted;
            if (event.kind() == EventKind.DELETE && old) expected.add(event.revision());
        }
        assertThat(model.log.dead()).doesNotHaveDuplicates();
        assertThat(new TreeSet<>(model.log.dead())).isEqualTo(expected);
    }
}
