package dev.quorate.store.cli;

import dev.quorate.store.Bytes;
import dev.quorate.store.mvcc.EventKind;
import dev.quorate.store.mvcc.KeyEvent;
import dev.quorate.store.mvcc.KeyRange;
import dev.quorate.store.mvcc.KeyValue;
import dev.quorate.store.mvcc.MvccView;
import dev.quorate.store.watch.Polled;
import dev.quorate.store.watch.Watch;
import dev.quorate.store.watch.WatchRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A client that watches everything and goes on with another member where it was cut off, or begins again about where the
 * history begins.
 */
final class SimWatcher {
    /** The value before an event may have been compacted. */
    static final String UNKNOWN = "?";

    /** What it heard without a gap: all that happened after one revision, up to another. */
    private static final class Stretch {
        private final long after;
        private long upTo;
        private final List<SimModel.Event> heard = new ArrayList<>();

        private Stretch(long after) {
            this.after = after;
            this.upTo = after;
        }
    }

    private final SimWorld world;
    private final RandomGenerator random;
    private final List<Stretch> stretches = new ArrayList<>();
    private SimMember.@Nullable Life life;
    private @Nullable Watch watch;

    SimWatcher(SimWorld world, RandomGenerator random) {
        this.world = world;
        this.random = random;
        stretches.add(new Stretch(1));
    }

    void begin() {
        world.agenda.after(1 + random.nextInt(100), () -> {
            world.kept(() -> {
                if (life != null
                        && (life.member().isAstray() || life.node.silence().isPresent())) life = null;
                look();
            });
            begin();
        });
    }

    private void look() {
        SimMember.Life now = life;
        if (now == null || now.ended || random.nextInt(50) == 0) {
            if (watch != null && now != null && !now.ended) watch.close();
            now = world.anybody().life();
            life = now;
            if (now == null || now.member().isAstray() || now.node.silence().isPresent()) {
                life = null;
                watch = null;
                return;
            }
            long compacted = now.node.state().view().compactRevision();
            if (compacted > 1 && !world.isLate() && random.nextInt(3) == 0) {
                long start = compacted - (random.nextBoolean() ? 0 : random.nextInt(10));
                stretches.add(new Stretch(Math.max(1, start - 1)));
            }
            watch = now.node
                    .watches()
                    .open(new WatchRequest(KeyRange.ALL, stretches.getLast().upTo + 1, false, false), () -> {});
        }
        Watch open = watch;
        SimMember.Life asked = now;
        if (open != null && !world.damage.read(asked, () -> poll(asked, open))) life = null;
    }

    private void poll(SimMember.Life now, Watch open) {
        switch (open.poll(1 + random.nextInt(!world.isLate() && random.nextBoolean() ? 50 : 2_000))) {
            case Polled.Events events -> hear(events, now.node.state().view());
            case Polled.Nothing nothing -> {}
            case Polled.Compacted compacted -> {
                if (compacted.compactRevision() <= stretches.getLast().upTo)
                    throw new AssertionError("compacted at " + compacted.compactRevision()
                            + " says a watch that was at " + stretches.getLast().upTo);
                stretches.add(new Stretch(compacted.compactRevision()));
                life = null;
            }
        }
    }

    private void hear(Polled.Events events, MvccView view) {
        Stretch stretch = stretches.getLast();
        // A value that is read only now may be rotten: then nothing of this is heard.
        List<SimModel.Event> heard = new ArrayList<>();
        for (KeyEvent event : events.events()) {
            long revision = event.revision().main();
            if (revision <= stretch.upTo) throw new AssertionError("a watch heard " + revision + " again");
            boolean put = event.kind() == EventKind.PUT;
            Bytes previous = event.previous(view);
            String before =
                    previous.isEmpty() ? "" : KeyValue.decode(previous).value().toUtf8();
            String value = put ? event.keyValue().value().toUtf8() : "";
            boolean unknown = previous.isEmpty() && revision - 1 < view.compactRevision();
            heard.add(new SimModel.Event(revision, event.key().toUtf8(), value, unknown ? UNKNOWN : before));
        }
        stretch.heard.addAll(heard);
        if (events.headerRevision() < stretch.upTo && !events.events().isEmpty())
            throw new AssertionError("a watch at " + stretch.upTo + " is told " + events.headerRevision());
        stretch.upTo = Math.max(stretch.upTo, events.headerRevision());
        world.watched += events.events().size();
    }

    void reckon(SimModel model, long revision) {
        for (int i = 0; i < 100 && (life == null || life.ended); i++) look();
        // What happened a moment ago may still be on its way, but not for long.
        SimMember.Life now = life;
        Watch open = watch;
        for (int i = 0; i < 100 && now != null && !now.ended && open != null; i++) poll(now, open);
        for (Stretch stretch : stretches) model.checkWatched(stretch.after, stretch.upTo, stretch.heard);
        if (stretches.getLast().upTo != revision && !model.isStopped())
            throw new AssertionError("a watch at "
                    + (life == null ? "nobody" : life.member().id + " " + life.raft.status()) + " has come to "
                    + stretches.getLast().upTo + " of " + revision);
    }
}
