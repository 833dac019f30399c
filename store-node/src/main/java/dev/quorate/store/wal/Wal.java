package dev.quorate.store.wal;

import dev.quorate.store.Invariant;
import dev.quorate.store.node.port.DurableLog;
import dev.quorate.store.raft.Entry;
import dev.quorate.store.raft.EntryId;
import dev.quorate.store.raft.HardState;
import dev.quorate.store.raft.Membership;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * The log on disk. Its thread takes all batches that wait, writes them with as few calls as possible, syncs once and
 * then reports each of them.
 *
 * <p>Order of life: {@link #create} once, {@link #open}, look at {@link #recovered}, {@link #start}, {@link #close}.
 */
public final class Wal implements DurableLog, AutoCloseable {
    private static final int MAX_GROUP = 4096;

    private final DirectoryLock lock;
    private @Nullable Recovered recovered;
    private final WalWriter writer;
    private final Space space;
    private final BlockingQueue<Work> queue = new LinkedBlockingQueue<>();
    private @Nullable Thread thread;

    private sealed interface Work {
        record Append(long batch, Optional<HardState> hardState, List<Entry> entries, boolean mustSync)
                implements Work {}

        record SetMark(Mark mark) implements Work {}

        record Release(long upToIndex) implements Work {}

        record Install(long batch, Optional<HardState> hardState, Mark base) implements Work {}

        record Close() implements Work {}
    }

    private Wal(DirectoryLock lock, Recovered recovered, WalWriter writer, Space space) {
        this.lock = lock;
        this.recovered = recovered;
        this.writer = writer;
        this.space = space;
    }

    private static final Listener NOBODY = new Listener() {
        @Override
        public void persisted(long batch) {}

        @Override
        public void failed(Throwable cause) {}
    };

    /** Whether there is a log to open. One whose creation was cut off does not count. */
    public static boolean exists(Path directory) throws IOException {
        return !SegmentName.list(directory).isEmpty();
    }

    public static void create(Path directory, WalMetadata metadata, WalOptions options) throws IOException {
        if (exists(directory)) throw new IOException("there is already a write-ahead log in " + directory);
        WalWriter.create(directory, metadata, options);
    }

    /** Its files go, and nothing else that may be in the directory. */
    public static void remove(Path directory) throws IOException {
        List<SegmentName> segments = SegmentName.list(directory);
        if (segments.isEmpty()) return;
        try (DirectoryLock _ = DirectoryLock.take(directory)) {
            for (SegmentName segment : segments) Files.delete(directory.resolve(segment.fileName()));
            Directories.sync(directory);
        }
    }

    /** Reads what is there, cuts a torn tail and makes ready to write. A damaged log is refused and left as it is. */
    public static Wal open(Path directory, WalOptions options) throws IOException {
        DirectoryLock lock = DirectoryLock.take(directory);
        try {
            WalReader reader = new WalReader(directory, options.segmentBytes());
            Recovered recovered = reader.read();
            Space space = new Space();
            return new Wal(
                    lock, recovered, WalWriter.resume(directory, options, space, recovered, reader.tail()), space);
        } catch (IOException | RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    /** What was found; only before {@link #start}, for it can be large. */
    public Recovered recovered() {
        if (recovered == null) throw new Invariant.Broken("what was recovered is asked for after the start");
        return recovered;
    }

    /** From now on batches are written and the listener hears of them. */
    public void start(Listener listener) {
        recovered = null;
        space.listener(listener);
        thread = Thread.ofPlatform().name("wal").start(() -> run(listener));
    }

    @Override
    public void append(long batch, @Nullable HardState hardState, List<Entry> entries, boolean mustSync) {
        queue.add(new Work.Append(batch, Optional.ofNullable(hardState), entries, mustSync));
    }

    @Override
    public void mark(EntryId applied, Membership membership) {
        queue.add(new Work.SetMark(new Mark(applied, membership)));
    }

    @Override
    public void release(long upToIndex) {
        queue.add(new Work.Release(upToIndex));
    }

    @Override
    public void install(long batch, @Nullable HardState hardState, EntryId base, Membership membership) {
        queue.add(new Work.Install(batch, Optional.ofNullable(hardState), new Mark(base, membership)));
    }

    /** Writes and syncs what waits, then ends. A full disk is not waited for. */
    @Override
    public void close() throws IOException {
        space.close();
        queue.add(new Work.Close());
        join();
        writer.close();
        lock.close();
    }

    private void join() throws IOException {
        if (thread == null) return;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while the log was closing", e);
        }
    }

    private void run(Listener listener) {
        List<Work> group = new ArrayList<>();
        try {
            boolean closing = false;
            while (!closing) {
                group.add(queue.take());
                closing = step(group, listener);
                group.clear();
            }
        } catch (InterruptedException | IOException | RuntimeException | Error e) {
            listener.failed(e);
        }
    }

    /** In the place of {@link #start}, for what must be safe before a member runs: writes all that waits. */
    public void writeNow() throws IOException {
        while (step(NOBODY)) {}
    }

    /** In the place of {@link #start}, for the simulation: writes what waits; false if nothing did. One thread. */
    public boolean step(Listener listener) throws IOException {
        Work first = queue.poll();
        if (first == null) return false;
        List<Work> group = new ArrayList<>();
        group.add(first);
        step(group, listener);
        return true;
    }

    /** The group and all that waits behind it; returns whether the log is to close. */
    private boolean step(List<Work> group, Listener listener) throws IOException {
        queue.drainTo(group, MAX_GROUP - 1);
        List<Long> done = new ArrayList<>();
        boolean closing = write(group, done);
        for (long batch : done) listener.persisted(batch);
        return closing;
    }

    /** Marks go with the group's sync; what is released is released after it. */
    private boolean write(List<Work> group, List<Long> done) throws IOException {
        boolean sync = false;
        boolean closing = false;
        long release = 0;
        for (Work work : group) {
            switch (work) {
                case Work.Append append -> {
                    sync |= writer.append(append.hardState(), append.entries()) && append.mustSync();
                    if (append.batch() != 0) done.add(append.batch());
                }
                case Work.SetMark mark -> {
                    writer.mark(mark.mark());
                    sync = true;
                }
                case Work.Release wanted -> release = Math.max(release, wanted.upToIndex());
                case Work.Install install -> {
                    writer.install(install.hardState(), install.base());
                    if (install.batch() != 0) done.add(install.batch());
                }
                case Work.Close close -> closing = true;
            }
        }
        if (sync || closing) writer.sync();
        else writer.flush();
        if (release > 0) writer.release(release);
        return closing;
    }
}
