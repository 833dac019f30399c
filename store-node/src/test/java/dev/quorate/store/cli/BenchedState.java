package dev.quorate.store.cli;

import dev.quorate.store.Bytes;
import dev.quorate.store.mvcc.MvccView;
import dev.quorate.store.node.port.Meters;
import dev.quorate.store.node.port.StatePosition;
import dev.quorate.store.state.AnswerRoom;
import dev.quorate.store.state.Command;
import dev.quorate.store.state.Op;
import dev.quorate.store.state.StoreState;
import dev.quorate.store.vlog.ValueLogOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;

/** A member's state on disk without the member: changes are applied as the apply thread would, in batches. */
final class BenchedState implements AutoCloseable {
    private static final int BATCH = 32;
    private static final int COMPACT_STEP_KEYS = 1_000;
    private static final Bytes VALUE = Bytes.wrap(new byte[256]);

    private final Path folder;
    private DiskState disk;
    private StoreState state;
    private long index;

    private BenchedState(Path folder) throws IOException {
        this.folder = folder;
        this.disk = open(folder);
        this.state = disk.active().state();
    }

    static BenchedState create() throws IOException {
        return new BenchedState(Files.createTempDirectory("quorate-bench"));
    }

    static Bytes key(int i) {
        return Bytes.utf8("/registry/pods/namespace-" + (100 + i % 100) + "/pod-" + (10_000_000 + i));
    }

    void put(int i) {
        index++;
        state.apply(index, Op.Put.of(key(i), VALUE), AnswerRoom.usual());
        if (index % BATCH == 0) endBatch();
    }

    void endBatch() {
        state.endBatch(index, 1);
    }

    void compactAll() {
        index++;
        state.apply(index, new Command.Compact(view().revision(), false), AnswerRoom.usual());
        endBatch();
        while (state.compactStep(COMPACT_STEP_KEYS)) endBatch();
    }

    MvccView view() {
        return state.view();
    }

    /** Syncs, and writes the checkpoints that are due. */
    void checkpoint() {
        endBatch();
        CompletableFuture<StatePosition> safe = new CompletableFuture<>();
        disk.force(safe::complete);
        safe.join();
        while (disk.upkeep()) endBatch();
    }

    /** Lets go of the state and loads it from what is on disk. */
    void reopen() throws IOException {
        endBatch();
        disk.close();
        disk = open(folder);
        state = disk.active().state();
    }

    @Override
    public void close() throws IOException {
        disk.close();
        TestFolders.delete(folder);
    }

    private static DiskState open(Path folder) throws IOException {
        return DiskState.open(
                folder,
                0,
                new DiskState.Around(ValueLogOptions.DEFAULT, Runnable::run, new Meters(), (thread, failure) -> {
                    throw new AssertionError(thread, failure);
                }));
    }
}
