package dev.quorate.e2e.traffic;

import com.google.protobuf.ByteString;
import dev.quorate.e2e.history.Operation;
import dev.quorate.e2e.history.Operation.Answer;
import dev.quorate.e2e.history.Operation.Request;
import dev.quorate.proto.etcdserverpb.Compare;
import dev.quorate.proto.etcdserverpb.DeleteRangeRequest;
import dev.quorate.proto.etcdserverpb.DeleteRangeResponse;
import dev.quorate.proto.etcdserverpb.KVGrpc;
import dev.quorate.proto.etcdserverpb.PutRequest;
import dev.quorate.proto.etcdserverpb.PutResponse;
import dev.quorate.proto.etcdserverpb.RangeRequest;
import dev.quorate.proto.etcdserverpb.RangeResponse;
import dev.quorate.proto.etcdserverpb.RequestOp;
import dev.quorate.proto.etcdserverpb.TxnRequest;
import dev.quorate.proto.etcdserverpb.TxnResponse;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;

/** Clients that put, delete, compare and read a few keys at random, each on its own thread and member, until stopped. */
public final class Workload implements AutoCloseable {
    private static final int KEYS = 8;
    private static final long DEADLINE_MILLIS = 2_000;

    private final Queue<Operation> operations = new ConcurrentLinkedQueue<>();
    private final List<ManagedChannel> channels = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean stopped;

    private Workload() {}

    public static Workload start(List<InetSocketAddress> members, int clients, long seed) {
        Workload workload = new Workload();
        SplittableRandom seeds = new SplittableRandom(seed);
        for (int client = 0; client < clients; client++) {
            ManagedChannel channel = NettyChannelBuilder.forAddress(members.get(client % members.size()))
                    .usePlaintext()
                    .build();
            workload.channels.add(channel);
            int number = client;
            SplittableRandom random = seeds.split();
            workload.threads.add(Thread.ofVirtual().start(() -> workload.work(number, channel, random)));
        }
        return workload;
    }

    public int count() {
        return operations.size();
    }

    /** How many calls were answered so far. */
    public long answered() {
        return operations.stream()
                .filter(operation -> operation.answer().isPresent())
                .count();
    }

    /** Stops all clients and returns what they wrote down. */
    public List<Operation> stop() throws InterruptedException {
        stopped = true;
        for (Thread thread : threads) thread.join();
        return List.copyOf(operations);
    }

    @Override
    public void close() {
        stopped = true;
        for (ManagedChannel channel : channels) channel.shutdownNow();
    }

    private void work(int client, ManagedChannel channel, SplittableRandom random) {
        long lastSeen = 0;
        for (long number = 0; !stopped; number++) {
            Request request = next(client, number, lastSeen, random);
            long start = System.nanoTime();
            Optional<Answer> answer;
            try {
                answer = Optional.of(call(channel, request));
                lastSeen = answer.get().modRevision();
            } catch (StatusRuntimeException e) {
                answer = Optional.empty();
                channel.resetConnectBackoff();
            }
            operations.add(new Operation(client, start, System.nanoTime(), request, answer));
            if (answer.isEmpty()) pause();
        }
    }

    private static Request next(int client, long number, long lastSeen, SplittableRandom random) {
        String key = "key" + random.nextInt(KEYS);
        String value = client + "-" + number;
        String other = "key" + (KEYS + random.nextInt(KEYS));
        return switch (random.nextInt(11)) {
            case 0, 1, 2, 3 -> new Request.Put(key, value);
            case 4 -> new Request.Delete(key);
            case 5, 6 -> new Request.CompareAndPut(key, random.nextInt(4) == 0 ? 0 : lastSeen, value);
            case 7 -> new Request.Get(key, true);
            case 8 -> new Request.PutBoth(key, other, value);
            default -> new Request.Get(key, false);
        };
    }

    private static Answer call(ManagedChannel channel, Request request) {
        KVGrpc.KVBlockingStub kv =
                KVGrpc.newBlockingStub(channel).withDeadlineAfter(DEADLINE_MILLIS, TimeUnit.MILLISECONDS);
        ByteString key = ByteString.copyFromUtf8(request.key());
        return switch (request) {
            case Request.Put put -> {
                PutResponse reply = kv.put(put(key, put.value()));
                yield written(reply.getHeader().getRevision(), true);
            }
            case Request.Delete delete -> {
                DeleteRangeResponse reply = kv.deleteRange(
                        DeleteRangeRequest.newBuilder().setKey(key).build());
                yield new Answer(reply.getHeader().getRevision(), reply.getDeleted() > 0, Optional.empty(), 0);
            }
            case Request.CompareAndPut compare -> {
                TxnResponse reply = kv.txn(TxnRequest.newBuilder()
                        .addCompare(Compare.newBuilder()
                                .setKey(key)
                                .setTarget(Compare.CompareTarget.MOD)
                                .setResult(Compare.CompareResult.EQUAL)
                                .setModRevision(compare.expectedModRevision()))
                        .addSuccess(RequestOp.newBuilder().setRequestPut(put(key, compare.value())))
                        .build());
                yield written(reply.getHeader().getRevision(), reply.getSucceeded());
            }
            case Request.PutBoth both -> {
                TxnResponse reply = kv.txn(TxnRequest.newBuilder()
                        .addSuccess(RequestOp.newBuilder().setRequestPut(put(key, both.value())))
                        .addSuccess(RequestOp.newBuilder()
                                .setRequestPut(put(ByteString.copyFromUtf8(both.other()), both.value())))
                        .build());
                yield written(reply.getHeader().getRevision(), true);
            }
            case Request.Get get -> {
                RangeResponse reply = kv.range(RangeRequest.newBuilder()
                        .setKey(key)
                        .setSerializable(get.serializable())
                        .build());
                long revision = reply.getHeader().getRevision();
                yield reply.getKvsCount() == 0
                        ? new Answer(revision, false, Optional.empty(), 0)
                        : new Answer(
                                revision,
                                false,
                                Optional.of(reply.getKvs(0).getValue().toStringUtf8()),
                                reply.getKvs(0).getModRevision());
            }
        };
    }

    private static Answer written(long revision, boolean applied) {
        return new Answer(revision, applied, Optional.empty(), applied ? revision : 0);
    }

    private static PutRequest put(ByteString key, String value) {
        return PutRequest.newBuilder()
                .setKey(key)
                .setValue(ByteString.copyFromUtf8(value))
                .build();
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(20);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
