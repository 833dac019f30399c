package dev.quorate.store.state;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quorate.store.Bytes;
import dev.quorate.store.mvcc.EventsPage;
import dev.quorate.store.mvcc.KeyRange;
import dev.quorate.store.mvcc.MvccView;
import dev.quorate.store.mvcc.RangeQuery;
import dev.quorate.store.mvcc.RangeResult;
import dev.quorate.store.mvcc.Revision;
import dev.quorate.store.mvcc.ValueLog;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Arrays;
import java.util.Random;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.Test;

/** What one operation on the key space costs; tiny in the build, {@code -Dbench=1000000} for real numbers. */
class KeySpaceBenchTest {
    private static final int KEYS = Integer.getInteger("bench", 2_000);
    private static final int BATCH = 32;

    /** Revisions have one change each here, so an array is log enough and its cost does not show. */
    private static final class ArrayLog implements ValueLog {
        private Bytes[] versions = new Bytes[1024];

        @Override
        public void append(Revision revision, boolean tombstone, Bytes encodedKeyValue) {
            int main = (int) revision.main();
            if (main >= versions.length) versions = Arrays.copyOf(versions, main * 2);
            versions[main] = encodedKeyValue;
        }

        @Override
        public void appendFact(Bytes key, Bytes value) {}

        @Override
        public void endBatch(long appliedIndex, long appliedTerm, long revision) {}

        @Override
        public Bytes read(Revision revision) {
            return versions[(int) revision.main()];
        }

        @Override
        public void scan(long fromMain, long toMainInclusive, Visitor visitor) {
            for (long main = Math.max(2, fromMain); main <= toMainInclusive; main++) {
                if (!visitor.version(new Revision(main, 0), false, versions[(int) main])) return;
            }
        }

        @Override
        public long sizeBytes() {
            return 0;
        }

        @Override
        public long liveBytes() {
            return 0;
        }

        @Override
        public void dead(Revision revision) {}
    }

    private final StoreState state = new StoreState(new ArrayLog());
    private final Random random = new Random(1);
    private final byte[] value = new byte[256];
    private long index;

    private static Bytes key(int i) {
        return Bytes.utf8(String.format("/registry/pods/namespace-%03d/pod-%08d", i % 100, i));
    }

    private void put(int i) {
        index++;
        state.apply(index, 1, new Envelope(index, Op.Put.of(key(i), Bytes.wrap(value))));
        if (index % BATCH == 0) state.endBatch(index, 1);
    }

    private static void measure(String what, int times, IntConsumer work) {
        // CPU time of this thread: what other processes take from the machine does not count.
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        long start = threads.getCurrentThreadCpuTime();
        for (int i = 0; i < times; i++) work.accept(i);
        long nanos = threads.getCurrentThreadCpuTime() - start;
        System.out.printf("bench %-28s %,10d ns%n", what, nanos / Math.max(1, times));
    }

    @Test
    void putGetPageCountAndCatchUp() {
        measure("key to text (in all rows)", KEYS, i -> key(random.nextInt(KEYS)));
        measure("put, new keys", KEYS, this::put);
        measure("put, random keys", KEYS, i -> put(random.nextInt(KEYS)));
        state.endBatch(index, 1);
        MvccView view = state.view();
        measure("get", KEYS, i -> assertFound(view, RangeQuery.get(key(random.nextInt(KEYS))), 1));
        KeyRange all = KeyRange.prefix(Bytes.utf8("/registry/"));
        measure("count of everything", 1_000, i -> view.range(RangeQuery.of(all).shaped(RangeQuery.Shape.COUNT_ONLY)));
        int page = Math.min(1_000, KEYS);
        measure("page of 1,000", 100, i -> assertFound(view, RangeQuery.of(all).limited(page), page));
        long old = view.revision() - Math.min(KEYS / 2, 5_000);
        measure(
                "page of 1,000, older",
                100,
                i -> assertFound(view, RangeQuery.of(all).at(old).limited(page), page));
        measure("history, 1,000 revisions", 100, i -> {
            EventsPage events = view.events(view.revision() - page + 1, all, Long.MAX_VALUE);
            assertThat(((EventsPage.Events) events).events()).hasSize(page);
        });
        measure("hash of everything", 1, i -> view.hashKv(0));
        index++;
        state.apply(index, 1, new Envelope(index, new Command.Compact(view.revision(), false)));
        state.endBatch(index, 1);
        measure("compaction, per 1,000 keys", Math.max(1, KEYS / 1_000), i -> state.compactStep(1_000));
        assertFound(state.view(), RangeQuery.of(all), KEYS);
        pagesBehindBirths(all, page);
    }

    /** Paging at a revision after which many keys came to life: each page must count those that did not live then. */
    private void pagesBehindBirths(KeyRange all, int page) {
        long old = state.view().revision();
        int born = 0;
        for (int births : new int[] {1_000, 10_000, 60_000, 200_000}) {
            if (births > KEYS) return;
            while (born < births) put(KEYS + born++);
            state.endBatch(index, 1);
            MvccView view = state.view();
            measure(
                    "page, " + births + " births later",
                    50,
                    i -> assertFound(view, RangeQuery.of(all).at(old).limited(page), page));
        }
    }

    private static void assertFound(MvccView view, RangeQuery query, int count) {
        RangeResult.Found found = (RangeResult.Found) view.range(query);
        if (found.encoded().size() != count)
            throw new AssertionError(query + " found " + found.encoded().size());
    }
}
