package dev.quorate.store.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import com.google.protobuf.ByteString;
import dev.quorate.proto.mvccpb.KeyValue;
import dev.quorate.store.FreePorts;
import dev.quorate.store.disk.SmallDisk;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real members on a disk that is really full. */
class FullDiskTest {
    private static final String NO_SPACE = "etcdserver: mvcc: database space exceeded";
    private static final int DISK_MEGABYTES = 700;
    private static final long CALL_MILLIS = 10_000;
    private static final int WRITERS = 200;
    private static final String VALUE = "v".repeat(400_000);

    @TempDir
    Path folder;

    private final List<TestProcess> members = new ArrayList<>();
    private final SortedSet<String> acknowledged = new ConcurrentSkipListSet<>();

    @AfterEach
    void end() throws Exception {
        for (TestProcess member : members) member.close();
    }

    @Test
    void aFullDiskStopsWritesAndNothingElseAndRoomBringsThemBack() throws Exception {
        try (SmallDisk disk = SmallDisk.mount(folder.resolve("disk"), DISK_MEGABYTES)) {
            TestProcess member = startWithFirst(disk);
            disk.leave(40L << 20);
            fill(member, "k", Integer.MAX_VALUE);
            disk.leave(0);
            assertReadable(member);
            assertRefused(member);
            assertThat(member.status().getErrorsList()).anyMatch(error -> error.contains("disk:NOSPACE"));
            member.delete("first", CALL_MILLIS);

            member.kill();
            member.start();
            member.awaitReady();
            assertReadable(member);
            assertRefused(member);

            disk.makeRoom();
            awaitWritable(member);
            assertReadable(member);
            assertThat(member.status().getErrorsList()).isEmpty();
            member.close();
        }
    }

    /** What is under way then is more than the room that is set aside: it fits or is refused, and nobody waits in vain. */
    @Test
    void aDiskThatManyFillAtOnceIsStillRead() throws Exception {
        try (SmallDisk disk = SmallDisk.mount(folder.resolve("disk"), DISK_MEGABYTES)) {
            TestProcess member = startWithFirst(disk);
            disk.leave(100L << 20);
            List<Future<?>> writers = new ArrayList<>();
            try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
                for (int i = 0; i < WRITERS; i++) {
                    String prefix = "w%03d-".formatted(i);
                    writers.add(threads.submit(() -> fill(member, prefix, Integer.MAX_VALUE)));
                }
            }
            for (Future<?> writer : writers) writer.get();
            assertReadable(member);
            assertRefused(member);
            member.delete("first", CALL_MILLIS);
            disk.makeRoom();
            awaitWritable(member);
            member.close();
        }
    }

    /** Nobody else has to help: what is compacted is given back although the copy of what lives needs room first. */
    @Test
    void aDiskFullOfOldVersionsIsEmptiedByACompaction() throws Exception {
        try (SmallDisk disk = SmallDisk.mount(folder.resolve("disk"), 420)) {
            TestProcess member = start(List.of(disk.root())).getFirst();
            fill(member, "k", 100);
            disk.leave(0);
            long revision =
                    member.range("k", "", false, CALL_MILLIS).getHeader().getRevision();
            member.compact(revision, CALL_MILLIS);
            awaitWritable(member);
            assertReadable(member);
            member.close();
        }
    }

    @Test
    void aFullFollowerHoldsNobodyUpAndCatchesUpLater() throws Exception {
        try (SmallDisk disk = SmallDisk.mount(folder.resolve("disk"), DISK_MEGABYTES)) {
            List<TestProcess> three = start(List.of(disk.root(), folder, folder));
            lead(three, three.get(1));
            writesGoOnAndTheFullOneCatchesUp(disk, three);
        }
    }

    @Test
    void aFullLeaderHoldsNobodyUpAndCatchesUpLater() throws Exception {
        try (SmallDisk disk = SmallDisk.mount(folder.resolve("disk"), DISK_MEGABYTES)) {
            List<TestProcess> three = start(List.of(disk.root(), folder, folder));
            lead(three, three.getFirst());
            writesGoOnAndTheFullOneCatchesUp(disk, three);
        }
    }

    private void writesGoOnAndTheFullOneCatchesUp(SmallDisk disk, List<TestProcess> three) throws Exception {
        TestProcess full = three.getFirst();
        TestProcess other = three.get(1);
        disk.leave(4L << 20);
        for (int i = 0; i < 300; i++) putSomehow(other, "k%04d".formatted(i), VALUE);
        assertThat(disk.freeBytes()).isLessThan(40L << 20);
        assertThat(full.range("k0000", "k0003", true, CALL_MILLIS).getKvsCount())
                .isEqualTo(3);
        assertRefused(full);
        full.kill();
        full.start();
        await(() -> readable(full));
        disk.makeRoom();
        full.awaitReady();
        awaitWritable(full);
        long last = other.range("k", "k0001", false, CALL_MILLIS).getHeader().getRevision();
        await(() -> full.range("k", "k0001", true, CALL_MILLIS).getHeader().getRevision() >= last);
        for (TestProcess member : three) assertReadable(member);
        full.close();
    }

    private TestProcess startWithFirst(SmallDisk disk) throws Exception {
        TestProcess member = start(List.of(disk.root())).getFirst();
        put(member, "first", "v");
        return member;
    }

    private List<TestProcess> start(List<Path> folders) throws Exception {
        int count = folders.size();
        List<Integer> ports = FreePorts.take(2 * count);
        StringBuilder cluster = new StringBuilder();
        for (int i = 0; i < count; i++)
            cluster.append(i == 0 ? "" : ",").append((char) ('a' + i)).append("=http://127.0.0.1:" + ports.get(i));
        for (int i = 0; i < count; i++)
            members.add(new TestProcess(
                    "" + (char) ('a' + i), ports.get(i), ports.get(count + i), folders.get(i), cluster.toString()));
        for (TestProcess member : members) member.start();
        for (TestProcess member : members) member.awaitReady();
        return members;
    }

    private void lead(List<TestProcess> all, TestProcess wanted) {
        await(() -> all.stream().anyMatch(TestProcess::leads));
        for (TestProcess one : all) if (one != wanted && one.leads()) one.moveLeader(wanted, CALL_MILLIS);
        await(wanted::leads);
    }

    private void put(TestProcess member, String key, String value) {
        member.put(key, value, CALL_MILLIS);
        acknowledged.add(key);
    }

    /** Elections may be on the way, refusals for want of room are not. */
    private void putSomehow(TestProcess member, String key, String value) {
        for (int tries = 0; tries < 5; tries++) {
            try {
                put(member, key, value);
                return;
            } catch (StatusRuntimeException refused) {
                assertThat(refused.getMessage()).doesNotContain(NO_SPACE);
            }
        }
        fail("five times without an answer: " + key);
    }

    private void fill(TestProcess member, String prefix, int keys) {
        for (int i = 0; i < 2_000; i++) {
            try {
                put(member, prefix + "%04d".formatted(i % keys), VALUE);
            } catch (StatusRuntimeException full) {
                assertThat(full).hasMessageContaining(NO_SPACE);
                return;
            }
        }
        fail("the disk does not get full");
    }

    private static void assertRefused(TestProcess member) {
        assertThatThrownBy(() -> member.put("refused", "v", CALL_MILLIS))
                .hasMessageContaining(NO_SPACE)
                .extracting(Status::fromThrowable)
                .extracting(Status::getCode)
                .isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    }

    /** Every one of them, with its value. */
    private void assertReadable(TestProcess member) {
        ByteString value = ByteString.copyFromUtf8(VALUE);
        for (String key : acknowledged) {
            if (key.equals("first")) continue;
            for (boolean serializable : new boolean[] {true, false})
                assertThat(member.range(key, "", serializable, CALL_MILLIS).getKvsList())
                        .as(key)
                        .extracting(KeyValue::getValue)
                        .containsExactly(value);
        }
    }

    private static boolean readable(TestProcess member) {
        try {
            return member.range("k0000", "k0003", true, CALL_MILLIS).getKvsCount() == 3;
        } catch (StatusRuntimeException starting) {
            return false;
        }
    }

    private void awaitWritable(TestProcess member) {
        await(() -> {
            try {
                member.put("again", "v", CALL_MILLIS);
                return true;
            } catch (StatusRuntimeException notYet) {
                assertThat(notYet.getMessage()).startsWith(Status.Code.RESOURCE_EXHAUSTED.name());
                return false;
            }
        });
    }

    private static void await(Condition condition) {
        long due = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!condition.holds()) {
            if (System.nanoTime() > due) fail("waited too long");
            LockSupport.parkNanos(50_000_000);
        }
    }

    private interface Condition {
        boolean holds();
    }
}
