package dev.quorate.store.sim;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A disk in memory that fails as disks do. {@link #root} is a path that java.nio takes like any other.
 *
 * <pre>
 * 1. force of a file makes its bytes durable, force of a folder the names in it; nothing else does.
 * 2. A crash loses of each file's unforced writes any sectors, so writes are torn and reordered; of each folder's
 *    unforced names the last ones.
 * 3. The power may go in the middle of anything: {@link #cutAfter} counts the calls that change something.
 * 4. A mapping shows what is written. Locks end with the power.
 * 5. A force may fail: {@link #failForceAfter}. What it was to bring to the platter is then there in part, and no later
 *    force brings the rest: the system has thrown away that it was not written.
 * </pre>
 */
public final class SimDisk {
    private final RandomGenerator random;
    private final SimFolder top = new SimFolder();
    private final SimFileSystem fileSystem = new SimFileSystem(this);
    private long callsLeft = Long.MAX_VALUE;
    private boolean out;
    private int life;
    private int forcesLeft = Integer.MAX_VALUE;
    private final Set<SimNode> failed = new HashSet<>();
    private int forcedAgain;

    /** The power went while a call was under way. */
    public static final class PowerCut extends Error {
        private static final long serialVersionUID = 1;

        PowerCut() {
            super("the power is off");
        }
    }

    public SimDisk(RandomGenerator random) {
        this.random = random;
    }

    public Path root() {
        return new SimPath(fileSystem, true, List.of());
    }

    /** The power goes before this many calls more have changed something. */
    public void cutAfter(int calls) {
        callsLeft = calls;
    }

    /** After this many forces the next one fails. */
    public void failForceAfter(int forces) {
        forcesLeft = forces;
    }

    /** How often something was forced although a force of it had failed before. */
    public int forcedAgain() {
        return forcedAgain;
    }

    public boolean isOut() {
        return out;
    }

    /** The power goes, if it has not, and comes back. */
    public void crash() {
        top.crash(random);
        begin();
    }

    /** Only the process ended: what it wrote can be read, be it on the platter or not. */
    public void kill() {
        top.abandon();
        begin();
    }

    private void begin() {
        life++;
        out = false;
        callsLeft = Long.MAX_VALUE;
    }

    /** One bit of a file below this path turns, although it was forced; returns which file, if there is any. */
    public @Nullable Path rot(Path below) throws IOException {
        List<Path> files = new ArrayList<>();
        try (Stream<Path> all = Files.walk(below)) {
            all.filter(Files::isRegularFile).forEach(files::add);
        }
        if (files.isEmpty()) return null;
        Path chosen = files.get(random.nextInt(files.size()));
        return node(chosen) instanceof SimFile file && file.rot(random) ? chosen : null;
    }

    int life() {
        return life;
    }

    /** Before every call. */
    void power(int ofLife) {
        if (out || ofLife != life) throw new PowerCut();
    }

    /** Before every call that changes something. */
    void change(int ofLife) {
        power(ofLife);
        if (callsLeft-- > 0) return;
        out = true;
        throw new PowerCut();
    }

    void force(int ofLife, SimNode node) throws IOException {
        change(ofLife);
        if (failed.contains(node)) forcedAgain++;
        if (forcesLeft-- == 0) {
            failed.add(node);
            node.forceInPart(random);
            throw new IOException("Input/output error");
        }
        node.force();
    }

    @Nullable
    SimNode find(Path path) {
        SimNode node = top;
        for (Path name : path) {
            if (!(node instanceof SimFolder folder)) return null;
            node = folder.get(name.toString());
        }
        return node;
    }

    SimNode node(Path path) throws NoSuchFileException {
        SimNode node = find(path);
        if (node == null) throw new NoSuchFileException(path.toString());
        return node;
    }

    SimFolder folder(Path path) throws IOException {
        if (node(path) instanceof SimFolder folder) return folder;
        throw new NotDirectoryException(path.toString());
    }

    SimFolder parent(Path path) throws IOException {
        Path parent = path.getParent();
        if (parent == null) throw new IOException("the root has no parent");
        return folder(parent);
    }

    /** What is tried again and again with another force that fails. */
    @FunctionalInterface
    public interface Attempt {
        /** False when there were not so many forces that this one would have failed. */
        boolean failedAt(int force) throws Exception;
    }

    /** The first force fails, then the second, and so on; returns how many there were. */
    public static int eachForceFails(Attempt attempt) {
        int failures = 0;
        for (boolean failed = true; failed; failures++) {
            try {
                failed = attempt.failedAt(failures);
            } catch (Throwable e) {
                throw new AssertionError("force " + failures + " fails", e);
            }
        }
        return failures;
    }
}
