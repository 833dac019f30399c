package dev.quorate.store.sim;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/** A file of a {@link SimDisk}: what readers see, what is on the platter, and the writes in between. */
final class SimFile implements SimNode {
    static final int SECTOR = 512;

    private final Content live;
    private final Content durable = new Content();
    private final List<Change> pending = new ArrayList<>();
    private final List<Mapping> mappings = new ArrayList<>();
    boolean locked;

    /** A write, or a new length where there are no bytes. */
    private record Change(int at, byte[] bytes, int length) {}

    private record Mapping(Arena arena, MemorySegment memory, long from) {}

    private static final class Content {
        private byte[] bytes = {};
        private int size;

        void put(int at, byte[] from, int offset, int count) {
            grow(at + count);
            System.arraycopy(from, offset, bytes, at, count);
        }

        void grow(int to) {
            if (to <= size) return;
            if (to > bytes.length) bytes = Arrays.copyOf(bytes, Math.max(to, 2 * bytes.length));
            Arrays.fill(bytes, size, to, (byte) 0);
            size = to;
        }

        void resize(int to) {
            grow(to);
            size = to;
        }

        void become(Content other) {
            bytes = Arrays.copyOf(other.bytes, other.size);
            size = other.size;
        }
    }

    SimFile() {
        live = new Content();
    }

    int size() {
        return live.size;
    }

    int read(int at, byte[] into, int offset, int count) {
        if (at >= live.size) return -1;
        int read = Math.min(count, live.size - at);
        System.arraycopy(live.bytes, at, into, offset, read);
        return read;
    }

    void write(int at, byte[] bytes) {
        if (bytes.length == 0) return;
        live.put(at, bytes, 0, bytes.length);
        pending.add(new Change(at, bytes, 0));
        show(at, bytes);
    }

    void resize(int to) {
        if (to == live.size) return;
        live.resize(to);
        pending.add(new Change(0, new byte[0], to));
    }

    private void show(int at, byte[] bytes) {
        mappings.removeIf(mapping -> !mapping.arena.scope().isAlive());
        for (Mapping mapping : mappings) {
            long start = Math.max(at, mapping.from);
            long end = Math.min(at + (long) bytes.length, mapping.from + mapping.memory.byteSize());
            if (start < end)
                MemorySegment.copy(
                        MemorySegment.ofArray(bytes), start - at, mapping.memory, start - mapping.from, end - start);
        }
    }

    /** A mapping shows later writes as well; where it reaches behind the end, the file becomes longer. */
    MemorySegment map(int from, int size, Arena arena) {
        if (from + size > live.size) resize(from + size);
        MemorySegment memory = arena.allocate(size);
        MemorySegment.copy(MemorySegment.ofArray(live.bytes), from, memory, 0, size);
        mappings.add(new Mapping(arena, memory, from));
        return memory.asReadOnly();
    }

    @Override
    public void force() {
        for (Change change : pending) keep(change, durable);
        pending.clear();
    }

    private static void keep(Change change, Content content) {
        if (change.bytes.length == 0) content.resize(change.length);
        else content.put(change.at, change.bytes, 0, change.bytes.length);
    }

    /** What was not forced is lost, or not, or in part, or in another order. */
    @Override
    public void forceInPart(RandomGenerator random) {
        int whole = switch (random.nextInt(4)) {
            case 0 -> 0;
            case 1 -> pending.size();
            default -> random.nextInt(pending.size() + 1);
        };
        Content cache = new Content();
        cache.become(durable);
        for (Change change : pending.subList(0, whole)) keep(change, cache);
        durable.become(cache);
        boolean torn = random.nextBoolean();
        for (int i = whole; i < pending.size(); i++) {
            keep(pending.get(i), cache);
            if (torn || i == whole) tear(pending.get(i), cache, random);
        }
        pending.clear();
    }

    @Override
    public void crash(RandomGenerator random) {
        forceInPart(random);
        abandon();
        live.become(durable);
    }

    @Override
    public void abandon() {
        mappings.forEach(mapping -> {
            if (mapping.arena.scope().isAlive()) mapping.arena.close();
        });
        mappings.clear();
        locked = false;
    }

    /**
     * Every sector reaches the disk or does not; so does a new length. A sector goes as it was in the cache: with what was
     * written into it before.
     */
    private void tear(Change change, Content cache, RandomGenerator random) {
        if (change.bytes.length == 0) {
            if (random.nextBoolean()) durable.resize(change.length);
            return;
        }
        int end = change.at + change.bytes.length;
        for (int place = change.at - change.at % SECTOR; place < end; place += SECTOR) {
            if (random.nextBoolean()) durable.put(place, cache.bytes, place, Math.min(SECTOR, cache.size - place));
        }
    }

    /** Turns one bit of what is on the platter, and shows it unless it was written again; false if the file is empty. */
    boolean rot(RandomGenerator random) {
        if (durable.size == 0) return false;
        int at = random.nextInt(durable.size);
        byte turned = (byte) (durable.bytes[at] ^ (1 << random.nextInt(8)));
        durable.bytes[at] = turned;
        boolean rewritten = pending.stream()
                .anyMatch(change ->
                        change.bytes.length == 0 || (change.at <= at && at < change.at + change.bytes.length));
        if (!rewritten && at < live.size) {
            live.bytes[at] = turned;
            show(at, new byte[] {turned});
        }
        return true;
    }
}
