package dev.quorate.store.vlog;

import dev.quorate.store.node.port.SnapshotStore;
import dev.quorate.store.node.port.StatePosition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Where a member's state lives: {@code vlog} is the present one, {@code vlog.incoming} what has come of another one from
 * the leader, {@code vlog.whole-<index>} one that came whole, {@code vlog.staged} the one of them that takes the present
 * one's place.
 *
 * <p>The change is two renames; whichever of them a crash lets through, the next start finds exactly one whole state: a
 * staged folder without a present one was about to take its place. What is incoming outlives a crash, and the next stream
 * goes on with it, unless the present state has come past it by the log.
 */
public final class StateFolder implements SnapshotStore, AutoCloseable {
    private final Path parent;
    private final Path present;
    private final Path staged;
    private final Path old;
    private final Path come;
    private final ValueLogOptions options;
    private volatile ValueLogFiles log;
    private @Nullable ValueLogFiles replaced;
    private long replacedNanos;
    private @Nullable StateImport incoming;

    private StateFolder(Path parent, ValueLogOptions options, long safeIndex, Recovery recovery) throws IOException {
        this.parent = parent;
        this.present = present(parent);
        this.staged = parent.resolve("vlog.staged");
        this.old = parent.resolve("vlog.old");
        this.come = parent.resolve("vlog.incoming");
        this.options = options;
        if (!Files.exists(present) && Files.exists(staged)) move(staged, present);
        delete(staged);
        delete(old);
        for (Path left : wholeOnes()) delete(left);
        this.log = ValueLogFiles.open(present, options, safeIndex, recovery);
        // Before anything in it counts as safe, the folder's own name must be.
        ValueLogFiles.syncFolder(parent);
        dropOvertaken();
    }

    /** Opens the present state under a parent folder, as {@link ValueLogFiles#open} does. */
    public static StateFolder open(Path parent, ValueLogOptions options, long safeIndex, Recovery recovery)
            throws IOException {
        Files.createDirectories(parent);
        return new StateFolder(parent, options, safeIndex, recovery);
    }

    /** Where the present state is, if there is one. */
    public static Path present(Path parent) {
        return parent.resolve("vlog");
    }

    public static boolean exists(Path parent) {
        return Files.exists(present(parent));
    }

    /** For a state that never counted. */
    public static void remove(Path parent) throws IOException {
        delete(present(parent));
    }

    public ValueLogFiles log() {
        return log;
    }

    @Override
    public Export export() {
        return log.export();
    }

    /** A new stream ends the one before: its sender has lost the lead or the way here. */
    @Override
    public synchronized Import receive(StatePosition position, long sizeBytes) throws IOException {
        if (incoming != null) incoming.close();
        StateImport next = new StateImport(come, whole(position), position.index());
        incoming = next;
        long missing = sizeBytes
                - next.held().stream().mapToLong(SnapshotStore.Held::bytes).sum();
        long free = Files.getFileStore(come).getUsableSpace();
        if (missing <= free) return next;
        // What is there would only be in the way of what is to be written.
        next.discard();
        throw new IOException(
                "no space left for a state: it needs " + missing + " more bytes, and " + free + " are free");
    }

    /** Removes what has come of a state that the present one is past by now: nobody will bring the rest of it. */
    public synchronized void dropOvertaken() throws IOException {
        if (incoming != null && !incoming.hasEnded()) return;
        if (StateImport.announced(come) <= log.position().index()) delete(come);
    }

    private Path whole(StatePosition position) {
        return parent.resolve("vlog.whole-" + position.index());
    }

    private List<Path> wholeOnes() throws IOException {
        try (Stream<Path> folders = Files.list(parent)) {
            return folders.filter(one -> one.getFileName().toString().startsWith("vlog.whole-"))
                    .toList();
        }
    }

    /** Reads a state that came whole, every record checked. It does not count before {@link #activate}. */
    public ValueLogFiles openWhole(StatePosition announced, Recovery recovery) throws IOException {
        try {
            ValueLogFiles loaded = ValueLogFiles.open(whole(announced), options, announced.index(), recovery);
            if (loaded.position().equals(announced)) return loaded;
            loaded.close();
            throw new IOException("the state that arrived is at " + loaded.position() + ", not at " + announced);
        } catch (IOException | RuntimeException | Error e) {
            // In its place the next one could not be put.
            delete(whole(announced));
            throw e;
        }
    }

    /** Drops a state that came whole. */
    public void discard(ValueLogFiles loaded) throws IOException {
        loaded.close();
        delete(loaded.folder());
    }

    /**
     * Puts a state that came whole in the place of the present one. Readers that still hold the present one may finish:
     * its files are let go by {@link #dropReplaced}, with the next change or at the end.
     */
    public ValueLogFiles activate(ValueLogFiles loaded) throws IOException {
        loaded.force();
        ValueLogFiles before = log;
        move(loaded.folder(), staged);
        before.giveWay(() -> {
            move(present, old);
            move(staged, present);
        });
        ValueLogFiles.syncFolder(parent);
        loaded.moved(present);
        delete(old);
        log = loaded;
        replaced(before);
        return loaded;
    }

    private synchronized void replaced(ValueLogFiles before) {
        if (replaced != null) replaced.close();
        replaced = before;
        replacedNanos = System.nanoTime();
    }

    /** Until then its files, which nobody sees any more, need room on the disk, and its tables in memory. */
    public synchronized void dropReplaced(long patienceNanos) {
        if (replaced == null || replaced.isExported() || System.nanoTime() - replacedNanos < patienceNanos) return;
        replaced.close();
        replaced = null;
    }

    @Override
    public synchronized void close() {
        log.close();
        if (replaced != null) replaced.close();
    }

    private static void move(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    }

    static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) return;
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) Files.delete(file);
        }
    }
}
