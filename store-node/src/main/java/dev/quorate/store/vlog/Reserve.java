package dev.quorate.store.vlog;

import dev.quorate.store.disk.Kernel;
import dev.quorate.store.node.port.DurableLog.Room;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.function.Consumer;

/**
 * The room that is set aside before it is needed: the rest of the file that is written on, and, once half of that is
 * used, a spare one. So a full disk shows while what is under way still fits.
 */
final class Reserve {
    private static final String SPARE = "spare.tmp";

    private final long segmentBytes;
    private Consumer<Room> listener = room -> {};
    private volatile Runnable wanted = () -> {};
    private Room told = Room.ENOUGH;
    private boolean spareIsThere;
    private boolean cannotReserve;
    private boolean cannotWrite;

    /** One thread fills at a time, and none while room is lent. */
    private final Object filling = new Object();

    private boolean lent;

    Reserve(long segmentBytes) {
        this.segmentBytes = segmentBytes;
    }

    synchronized void listener(Consumer<Room> value) {
        listener = value;
        value.accept(told);
    }

    /** Hears when {@link #fill} has something to do, for a fast disk is full long before somebody looks again. */
    void onWanted(Runnable value) {
        wanted = value;
    }

    /** The writing thread, for each batch; {@code before} is 0 in a new file. */
    void written(long before, Segment active) {
        boolean halfUsed = before <= segmentBytes / 2 && active.writtenBytes() > segmentBytes / 2;
        if (halfUsed || (before == 0 && !active.isReserved())) wanted.run();
    }

    /** Not the writing thread: a file system may take its time. */
    void fill(Segment active, Path folder) {
        synchronized (filling) {
            if (lent) return;
            boolean failed = false;
            try {
                if (!active.isReserved()) active.reserve();
                if (active.writtenBytes() > segmentBytes / 2 && !hasSpare()) makeSpare(folder.resolve(SPARE));
            } catch (IOException e) {
                failed = true;
            }
            reserving(failed);
        }
    }

    /** What is set aside is given away until {@link #takeBack}, to somebody who will free more than that. */
    void lend() {
        synchronized (filling) {
            lent = true;
            reserving(true);
        }
    }

    void takeBack() {
        synchronized (filling) {
            lent = false;
        }
    }

    private synchronized boolean hasSpare() {
        return spareIsThere;
    }

    private void makeSpare(Path spare) throws IOException {
        try {
            FileChannel.open(spare, StandardOpenOption.CREATE, StandardOpenOption.WRITE)
                    .close();
            Kernel.reserve(spare, segmentBytes);
        } catch (IOException e) {
            Files.deleteIfExists(spare);
            throw e;
        }
        synchronized (this) {
            spareIsThere = true;
        }
    }

    /** Gives the spare file, if there is one, another name. */
    synchronized boolean take(Path target) throws IOException {
        if (!spareIsThere) return false;
        spareIsThere = false;
        Files.move(target.resolveSibling(SPARE), target, StandardCopyOption.ATOMIC_MOVE);
        return true;
    }

    /** Gives the spare file up. False if there is none. */
    synchronized boolean giveUp(Path folder) throws IOException {
        if (!spareIsThere) return false;
        spareIsThere = false;
        return Files.deleteIfExists(folder.resolve(SPARE));
    }

    synchronized void writing(boolean fails) {
        cannotWrite = fails;
        tell();
    }

    private synchronized void reserving(boolean fails) {
        cannotReserve = fails;
        tell();
    }

    private void tell() {
        Room now = cannotWrite ? Room.NONE : cannotReserve ? Room.LOW : Room.ENOUGH;
        if (now == told) return;
        told = now;
        listener.accept(now);
    }
}
