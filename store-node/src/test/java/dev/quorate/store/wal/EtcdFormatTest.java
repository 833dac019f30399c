package dev.quorate.store.wal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.quorate.proto.etcdserverpb.InternalRaftRequest;
import dev.quorate.proto.etcdserverpb.KVGrpc;
import dev.quorate.proto.etcdserverpb.PutRequest;
import dev.quorate.proto.etcdserverpb.RangeRequest;
import dev.quorate.proto.etcdserverpb.RequestHeader;
import dev.quorate.store.Bytes;
import dev.quorate.store.differential.EtcdProcess;
import dev.quorate.store.raft.Entry;
import dev.quorate.store.raft.EntryId;
import dev.quorate.store.raft.EntryKind;
import dev.quorate.store.raft.HardState;
import dev.quorate.store.raft.Membership;
import dev.quorate.store.wal.WalTest.Writing;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Our log and etcd's are the same format. {@code wal/etcd-3.5.30} is what an etcd had written when it was killed, without
 * the zeros behind it: some puts, a restart, a transaction, two snapshots. {@code wal/written} and {@code wal/installed}
 * pin our own; {@code -Drewrite} accepts new bytes.
 */
class EtcdFormatTest {
    private static final Path RECORDED = Path.of("src/test/resources/wal");
    private static final WalOptions AS_ETCD = new WalOptions(64_000_000, false, nanos -> {});
    private static final WalOptions TINY = new WalOptions(2 << 10, false, nanos -> {});
    private static final long ETCD = 0xbac7_efc3_61f1_457eL;

    private static final Membership JOINT = new Membership(
            Membership.ofVoters(List.of(1L, 2L, -3L)).voters(),
            Membership.ofVoters(List.of(1L, 4L)).voters(),
            Membership.ofVoters(List.of(5L)).voters(),
            Membership.ofVoters(List.of(4L)).voters(),
            true);

    @TempDir
    Path root;

    @Test
    void aLogOfEtcdIsReadAndGoneOnWith() throws Exception {
        Recovered read = new WalReader(RECORDED.resolve("etcd-3.5.30"), AS_ETCD.segmentBytes()).read();
        assertEquals(new WalMetadata(ETCD, 0x6c43_8ba6_ce8a_0f60L), read.metadata());
        assertEquals(new HardState(3, ETCD, 15), read.hardState());
        assertEquals(new Mark(new EntryId(3, 12), Membership.ofVoters(List.of(ETCD))), read.mark());
        assertEquals(EntryId.NONE, read.base());
        assertEquals(
                List.of(
                        "1/1", "2/2", "2/3", "2/4", "2/5", "2/6", "2/7", "2/8", "2/9", "3/10", "3/11", "3/12", "3/13",
                        "3/14", "3/15"),
                read.entries().stream().map(entry -> entry.id().toString()).toList());
        assertEquals(EntryKind.CHANGE, read.entries().getFirst().kind());
        assertEquals("value 1", request(read, 6).getPut().getValue().toStringUtf8());
        assertEquals("k2", request(read, 9).getDeleteRange().getKey().toStringUtf8());
        assertEquals("z".repeat(700), request(read, 14).getPut().getValue().toStringUtf8());
        assertEquals(2, request(read, 15).getTxn().getSuccessCount());

        Path copy = root.resolve("copy");
        copyLog("etcd-3.5.30", copy);
        List<Entry> all = new ArrayList<>(read.entries());
        all.addAll(WalTest.entries(4, 16, 20, 1_000));
        try (Writing writing = Writing.open(copy, TINY)) {
            writing.append(new HardState(4, 0, 15), all.subList(15, 20));
        }
        assertEquals(all, WalTest.reopen(copy, TINY).entries());
    }

    @Test
    void ourFormatStaysAsItIs() throws Exception {
        Path directory = root.resolve("wal");
        Wal.create(directory, WalTest.METADATA, TINY);
        try (Writing writing = Writing.open(directory, TINY)) {
            writing.append(new HardState(1, 1, 0), WalTest.entries(1, 1, 5, 100));
            Entry empty = new Entry(2, 3, EntryKind.NORMAL, Bytes.EMPTY);
            writing.append(new HardState(2, -3, 2), List.of(empty));
            writing.append(new HardState(2, -3, 3), WalTest.entries(2, 4, 10, 200));
            writing.wal.mark(new EntryId(2, 5), JOINT);
            writing.append(null, WalTest.entries(2, 11, 13, 500));
        }
        compare("written", directory);
        Recovered read = new WalReader(RECORDED.resolve("written"), TINY.segmentBytes()).read();
        assertEquals(WalTest.METADATA, read.metadata());
        assertEquals(new HardState(2, -3, 5), read.hardState());
        assertEquals(new Mark(new EntryId(2, 5), JOINT), read.mark());
        assertEquals(WalTest.entries(1, 1, 2, 100), read.entries().subList(0, 2));
        assertEquals(WalTest.entries(2, 11, 13, 500), read.entries().subList(10, 13));

        try (Writing writing = Writing.open(directory, TINY)) {
            writing.install(new HardState(3, 0, 4), new EntryId(3, 100), WalTest.THREE);
            writing.append(null, WalTest.entries(3, 101, 101, 20));
        }
        compare("installed", directory);
        read = new WalReader(RECORDED.resolve("installed"), TINY.segmentBytes()).read();
        assertEquals(new EntryId(3, 100), read.base());
        assertEquals(new HardState(3, 0, 100), read.hardState());
        assertEquals(WalTest.entries(3, 101, 101, 20), read.entries());
    }

    /** With {@code -Detcd=PATH}: it replays segments of ours, with a tail that a later term replaced, and writes on. */
    @Test
    void etcdGoesOnWithALogOfOurs() throws Exception {
        String etcd = System.getProperty("etcd", "");
        assumeFalse(etcd.isEmpty(), "-Detcd is not given");
        Recovered read = new WalReader(RECORDED.resolve("etcd-3.5.30"), AS_ETCD.segmentBytes()).read();
        List<Entry> all = new ArrayList<>(read.entries());
        for (int i = 0; i < 50; i++) all.add(put(all.size() + 1L, "ours" + i, "v".repeat(i * 20)));
        Path data = root.resolve("data");
        Path directory = data.resolve("member/wal");
        Wal.create(directory, read.metadata(), TINY);
        try (Writing writing = Writing.open(directory, TINY)) {
            writing.append(new HardState(2, ETCD, 6), all.subList(0, 9));
            writing.append(null, WalTest.entries(2, 10, 14, 700));
            writing.append(new HardState(3, ETCD, all.size()), all.subList(9, all.size()));
        }
        assertTrue(SegmentName.list(directory).size() > 5);

        try (EtcdProcess process = new EtcdProcess(Path.of(etcd), root, data)) {
            process.awaitReady();
            assertEquals(List.of("again"), get(process, "k1"));
            assertEquals(List.of(), get(process, "k2"));
            assertEquals(List.of("v".repeat(980)), get(process, "ours49"));
        }
        Recovered after = WalTest.reopen(directory, TINY);
        assertEquals(all, after.entries().subList(0, all.size()));
        assertTrue(after.entries().getLast().term() > 3, "etcd has led and written");
        assertEquals(read.metadata(), after.metadata());
    }

    private static InternalRaftRequest request(Recovered read, int index) throws InvalidProtocolBufferException {
        return InternalRaftRequest.parseFrom(
                read.entries().get(index - 1).data().toByteArray());
    }

    private static Entry put(long index, String key, String value) {
        PutRequest put = PutRequest.newBuilder()
                .setKey(ByteString.copyFromUtf8(key))
                .setValue(ByteString.copyFromUtf8(value))
                .build();
        byte[] data = InternalRaftRequest.newBuilder()
                .setHeader(RequestHeader.newBuilder().setID(index))
                .setPut(put)
                .build()
                .toByteArray();
        return new Entry(3, index, EntryKind.NORMAL, Bytes.wrap(data));
    }

    private static List<String> get(EtcdProcess etcd, String key) {
        ManagedChannel channel = NettyChannelBuilder.forAddress("127.0.0.1", etcd.port())
                .usePlaintext()
                .build();
        try {
            return KVGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(20, TimeUnit.SECONDS)
                    .range(RangeRequest.newBuilder()
                            .setKey(ByteString.copyFromUtf8(key))
                            .build())
                    .getKvsList()
                    .stream()
                    .map(kv -> kv.getValue().toStringUtf8())
                    .toList();
        } finally {
            channel.shutdownNow();
        }
    }

    private static void copyLog(String name, Path to) throws IOException {
        Files.createDirectories(to);
        for (SegmentName segment : SegmentName.list(RECORDED.resolve(name)))
            Files.copy(RECORDED.resolve(name).resolve(segment.fileName()), to.resolve(segment.fileName()));
    }

    /** The bytes that are used; behind them a segment is zero. */
    private static void compare(String name, Path directory) throws IOException {
        Path recorded = RECORDED.resolve(name);
        if (System.getProperty("rewrite") != null) {
            Files.createDirectories(recorded);
            for (SegmentName old : SegmentName.list(recorded)) Files.delete(recorded.resolve(old.fileName()));
            for (SegmentName segment : SegmentName.list(directory))
                Files.write(recorded.resolve(segment.fileName()), used(directory.resolve(segment.fileName())));
        }
        assertEquals(SegmentName.list(recorded), SegmentName.list(directory));
        for (SegmentName segment : SegmentName.list(recorded)) {
            byte[] expected = Files.readAllBytes(recorded.resolve(segment.fileName()));
            assertArrayEquals(expected, used(directory.resolve(segment.fileName())), segment.fileName());
        }
    }

    private static byte[] used(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        int end = bytes.length;
        while (bytes[end - 1] == 0) end--;
        return Arrays.copyOf(bytes, (end + 7) / 8 * 8);
    }
}
