package dev.quorate.store.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.quorate.proto.etcdserverpb.KVGrpc;
import dev.quorate.proto.etcdserverpb.PutRequest;
import dev.quorate.proto.etcdserverpb.WatchCreateRequest;
import dev.quorate.proto.etcdserverpb.WatchGrpc;
import dev.quorate.proto.etcdserverpb.WatchProgressRequest;
import dev.quorate.proto.etcdserverpb.WatchRequest;
import dev.quorate.proto.etcdserverpb.WatchResponse;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class WatchStreamTest {
    private static LoneMember member;
    private ManagedChannel channel;
    private KVGrpc.KVBlockingStub kv;

    @BeforeAll
    static void open() throws Exception {
        member = new LoneMember();
    }

    @AfterAll
    static void close() {
        member.close();
    }

    @BeforeEach
    void connect() {
        channel = connection();
        kv = KVGrpc.newBlockingStub(channel);
    }

    private static ManagedChannel connection() {
        return NettyChannelBuilder.forAddress(member.address()).usePlaintext().build();
    }

    @AfterEach
    void disconnect() {
        channel.shutdownNow();
    }

    /** A client that says itself when it wants the next message. */
    private static final class Reader implements ClientResponseObserver<WatchRequest, WatchResponse> {
        final BlockingQueue<WatchResponse> heard = new LinkedBlockingQueue<>();
        final BlockingQueue<Status> ended = new LinkedBlockingQueue<>();

        @SuppressWarnings("NullAway.Init") // gRPC sets it before the call starts
        private ClientCallStreamObserver<WatchRequest> call;

        static Reader on(ManagedChannel channel, int messages) {
            Reader reader = new Reader();
            var _ = WatchGrpc.newStub(channel).watch(reader);
            reader.call.request(messages);
            return reader;
        }

        @Override
        public void beforeStart(ClientCallStreamObserver<WatchRequest> stream) {
            call = stream;
            stream.disableAutoRequestWithInitial(0);
        }

        @Override
        public void onNext(WatchResponse message) {
            heard.add(message);
        }

        @Override
        public void onError(Throwable failure) {
            ended.add(Status.fromThrowable(failure));
        }

        @Override
        public void onCompleted() {
            ended.add(Status.OK);
        }

        Reader watch(String key, long id) {
            call.onNext(WatchRequest.newBuilder()
                    .setCreateRequest(WatchCreateRequest.newBuilder()
                            .setKey(RawRequests.bytes(key))
                            .setWatchId(id))
                    .build());
            return this;
        }

        WatchResponse next() throws InterruptedException {
            WatchResponse message = heard.poll(10, TimeUnit.SECONDS);
            assertThat(message).isNotNull();
            return message;
        }

        /** The revisions of so many events, in the order in which they came. */
        List<Long> revisions(int events) throws InterruptedException {
            List<Long> revisions = new ArrayList<>();
            while (revisions.size() < events)
                next().getEventsList()
                        .forEach(event -> revisions.add(event.getKv().getModRevision()));
            return revisions;
        }
    }

    /** Puts that come together are one batch, and yet each revision is a message. */
    @Test
    void whatHappensNowComesRevisionByRevision() throws Exception {
        Reader reader = Reader.on(channel, Integer.MAX_VALUE).watch("now", 1);
        assertThat(reader.next().getCreated()).isTrue();
        var async = KVGrpc.newFutureStub(channel);
        for (int round = 0; round < 20; round++) {
            for (int i = 0; i < 12; i++) {
                var _ = async.put(
                        PutRequest.newBuilder().setKey(RawRequests.bytes("now")).build());
            }
            for (int i = 0; i < 12; i++) {
                WatchResponse message = reader.next();
                assertThat(message.getEventsList()).hasSize(1);
                assertThat(message.getHeader().getRevision())
                        .isEqualTo(message.getEvents(0).getKv().getModRevision());
            }
        }
    }

    @Test
    void aClientThatDoesNotReadHarmsNobodyAndMissesNothing() throws Exception {
        int puts = 150;
        ManagedChannel other = connection();
        try {
            Reader slow = Reader.on(other, 1).watch("slow", 1);
            Reader quick = Reader.on(channel, Integer.MAX_VALUE).watch("slow", 1);
            assertThat(slow.next().getCreated()).isTrue();
            assertThat(quick.next().getCreated()).isTrue();
            List<Long> written = new ArrayList<>();
            for (int i = 0; i < puts; i++) {
                PutRequest put = PutRequest.newBuilder()
                        .setKey(RawRequests.bytes("slow"))
                        .setValue(ByteString.copyFrom(new byte[64 * 1024]))
                        .build();
                written.add(kv.put(put).getHeader().getRevision());
            }
            assertThat(quick.revisions(puts)).isEqualTo(written);
            assertThat(slow.heard).isEmpty();
            slow.call.request(Integer.MAX_VALUE);
            assertThat(slow.revisions(puts)).isEqualTo(written);
        } finally {
            other.shutdownNow();
        }
    }

    @Test
    void hundredsOfWatchesShareOneStream() throws Exception {
        int watches = 300;
        Reader reader = Reader.on(channel, Integer.MAX_VALUE);
        for (int id = 1; id <= watches; id++) reader.watch("many", id);
        for (int id = 1; id <= watches; id++)
            assertThat(reader.next().getWatchId()).isEqualTo(id);
        long revision = kv.put(RawRequests.put("many", "1").build()).getHeader().getRevision();
        Set<Long> told = new HashSet<>();
        for (int i = 0; i < watches; i++) {
            WatchResponse message = reader.next();
            assertThat(message.getHeader().getRevision()).isEqualTo(revision);
            assertThat(message.getEventsCount()).isEqualTo(1);
            told.add(message.getWatchId());
        }
        assertThat(told).hasSize(watches);
        assertThat(member.node().orElseThrow().watches().size()).isEqualTo(watches);
        reader.call.cancel("enough", null);
        while (member.node().orElseThrow().watches().size() > 0) Thread.onSpinWait();
    }

    /** While events come, some watch is always a little behind them. */
    @Test
    @Timeout(60)
    void progressIsToldAlthoughEventsKeepComing() throws Exception {
        int watches = 300;
        Reader reader = Reader.on(channel, Integer.MAX_VALUE);
        for (int id = 1; id <= watches; id++) reader.watch("busy", id);
        for (int id = 1; id <= watches; id++) reader.next();
        AtomicBoolean over = new AtomicBoolean();
        Thread writer = Thread.startVirtualThread(() -> {
            while (!over.get()) kv.put(RawRequests.put("busy", "1").build());
        });
        try {
            reader.revisions(watches * 10);
            WatchProgressRequest request = WatchProgressRequest.getDefaultInstance();
            for (int i = 0; i < 3; i++) {
                reader.call.onNext(
                        WatchRequest.newBuilder().setProgressRequest(request).build());
                while (reader.next().getEventsCount() > 0) {}
            }
        } finally {
            over.set(true);
            writer.join();
        }
    }

    @Test
    void streamsThatWantALeaderEndAfterThreeChecksWithoutOne() {
        LeaderWatch leaders = new LeaderWatch(new NoNode());
        AtomicInteger ended = new AtomicInteger();
        leaders.add(ended::incrementAndGet);
        Runnable goes = leaders.add(ended::incrementAndGet);
        leaders.check();
        leaders.check();
        assertThat(ended).hasValue(0);
        goes.run();
        leaders.check();
        leaders.check();
        assertThat(ended).hasValue(1);
    }
}
