package dev.quorate.store.peer;

import com.google.common.util.concurrent.FutureCallback;
import com.google.common.util.concurrent.Futures;
import com.google.common.util.concurrent.MoreExecutors;
import dev.quorate.proto.peer.Hello;
import dev.quorate.proto.peer.LeaderAnswer;
import dev.quorate.proto.peer.PeerGrpc;
import dev.quorate.store.node.Mailbox;
import dev.quorate.store.node.NodeConfig;
import dev.quorate.store.node.NodeStatus.NodeIdentity;
import dev.quorate.store.node.port.LeaderCall;
import dev.quorate.store.node.port.Meters;
import dev.quorate.store.node.port.Peers;
import dev.quorate.store.node.port.SnapshotStore;
import dev.quorate.store.node.port.Transfers;
import dev.quorate.store.raft.Message;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.stub.MetadataUtils;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The way to the other members: for each of them one urgent lane, one bulk lane and one connection for calls. */
public final class PeerClients implements Peers, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PeerClients.class);
    private static final long CALL_TIMEOUT_MILLIS = 5_000;
    private static final long NOT_CONNECTED = -1;

    private final NodeIdentity self;
    private final List<String> peerUrls;
    private final Mailbox mailbox;
    private final Consumer<String> shutOut;
    private final Meters meters;
    private final PeerLoops loops;
    private final Map<Long, Lanes> lanes = new ConcurrentHashMap<>();

    /** Lanes to where a member is said to have moved, until one of them connects. */
    private final Map<Long, Lanes> moving = new ConcurrentHashMap<>();

    /** Members that called and are not in this member's list, which may be old. */
    private final Set<Long> strangers = ConcurrentHashMap.newKeySet();

    /**
     * @param peerUrls where this member listens
     * @param shutOut hears that the cluster went on without this member
     */
    public PeerClients(
            NodeIdentity self,
            List<String> peerUrls,
            NodeConfig.Tls tls,
            Mailbox mailbox,
            Meters meters,
            Consumer<String> shutOut) {
        this.self = self;
        this.peerUrls = List.copyOf(peerUrls);
        this.mailbox = mailbox;
        this.shutOut = shutOut;
        this.meters = meters;
        this.loops = new PeerLoops(tls);
    }

    @Override
    public void send(Message message) {
        Lanes to = lanes.get(message.to());
        if (to == null) return;
        boolean taken = (message.isBulk() ? to.bulk : to.urgent).offer(message);
        if (taken) to.meter.sentBytes().add(PeerLink.sizeBytes(message));
        else to.lost(message);
        if (taken && message instanceof Message.Heartbeat) to.roundTrips.sent(System.nanoTime());
    }

    /** Takes note of a message that came in: its size, and how long the answer to a heartbeat took. */
    public void heard(Message message) {
        Lanes from = lanes.get(message.from());
        if (from == null) return;
        from.meter.receivedBytes().add(PeerLink.sizeBytes(message));
        if (message instanceof Message.HeartbeatReply)
            from.roundTrips.answered(System.nanoTime()).ifPresent(from.meter.roundTrip()::took);
    }

    /** As etcd: a member that moves is reached where it was until it answers where it is said to be. */
    @Override
    public synchronized void update(SortedMap<Long, Address> members) {
        lanes.forEach((id, old) -> {
            Address now = members.get(id);
            if (now == null && !strangers.contains(id)) close(id, old);
            else if (now != null) move(id, old, now);
        });
        strangers.removeAll(members.keySet());
        members.forEach((id, address) -> {
            if (id != self.memberId() && !address.urls().isEmpty()) open(lanes, id, address);
        });
    }

    private void move(long id, Lanes old, Address now) {
        Lanes begun = moving.get(id);
        if (begun != null && !begun.address.equals(now)) {
            moving.remove(id);
            begun.close();
        }
        if (!old.address.equals(now) && !now.urls().isEmpty()) open(moving, id, now);
    }

    private synchronized void arrived(long id, Lanes there) {
        if (!moving.remove(id, there)) return;
        Lanes old = lanes.put(id, there);
        if (old != null) old.leave();
    }

    /**
     * A member called. Who was away while it joined knows it only from this call, and it can do nothing for that one
     * before it gets an answer: not even send what would tell it where to answer.
     */
    public synchronized void met(long id, Address address) {
        if (id == self.memberId() || address.urls().isEmpty() || lanes.containsKey(id)) return;
        strangers.add(id);
        open(lanes, id, address);
    }

    /** It was removed. */
    public synchronized void forget(long id) {
        if (!strangers.remove(id)) return;
        Lanes known = lanes.get(id);
        if (known != null) close(id, known);
    }

    private void close(long id, Lanes old) {
        lanes.remove(id);
        old.close();
        Lanes begun = moving.remove(id);
        if (begun != null) begun.close();
    }

    /** What stands in a log must not end every member that applies it. */
    private void open(Map<Long, Lanes> where, long id, Address address) {
        try {
            where.computeIfAbsent(id, member -> new Lanes(member, address));
        } catch (RuntimeException nonsense) {
            LOG.error(
                    "peer {} cannot be reached at {}; give it another peer URL or remove it: {}",
                    Long.toUnsignedString(id, 16),
                    address.urls(),
                    String.valueOf(nonsense.getMessage()));
        }
    }

    @Override
    public void sendSnapshot(long to, long leaderTerm, SnapshotStore from, LongConsumer delivered) {
        Lanes lane = lanes.get(to);
        if (lane == null) {
            delivered.accept(0);
            return;
        }
        Thread.ofVirtual().name("snapshot-out").start(() -> {
            Transfers.Transfer transfer = lane.meter.snapshotsSent().begin();
            long index = 0;
            try {
                index = new SnapshotSender(lane.stub()).send(leaderTerm, from);
            } finally {
                transfer.end(index > 0);
                delivered.accept(index);
            }
        });
    }

    /** For the port where they come in. */
    public Transfers snapshotsFrom(long member) {
        return meters.peer(member).snapshotsReceived();
    }

    @Override
    public CompletableFuture<LeaderCall.Answer> ask(long leader, LeaderCall call) {
        CompletableFuture<LeaderCall.Answer> answer = new CompletableFuture<>();
        Lanes lane = lanes.get(leader);
        if (lane == null) {
            answer.completeExceptionally(
                    Status.UNAVAILABLE.withDescription("unknown member").asException());
            return answer;
        }
        var reply = PeerGrpc.newFutureStub(lane.calls)
                .withWaitForReady()
                .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(lane.hello))
                .withDeadlineAfter(CALL_TIMEOUT_MILLIS, TimeUnit.MILLISECONDS)
                .call(PeerProtos.toProto(call));
        Futures.addCallback(
                reply,
                new FutureCallback<LeaderAnswer>() {
                    @Override
                    public void onSuccess(LeaderAnswer proto) {
                        answer.complete(PeerProtos.fromProto(proto));
                    }

                    @Override
                    public void onFailure(Throwable failure) {
                        if (PeerMethods.NOT_YET.equals(
                                Status.fromThrowable(failure).getDescription()))
                            answer.complete(LeaderCall.Answer.askAgain());
                        else answer.completeExceptionally(failure);
                    }
                },
                MoreExecutors.directExecutor());
        return answer;
    }

    @Override
    public long connectedMillis(long member) {
        Lanes lane = lanes.get(member);
        return lane == null ? NOT_CONNECTED : lane.connectedMillis();
    }

    @Override
    public synchronized void close() {
        lanes.values().forEach(Lanes::close);
        moving.values().forEach(Lanes::close);
        loops.close();
    }

    /** Everything that leads to one member. */
    private final class Lanes {
        final long member;
        final Address address;
        final Metadata hello = new Metadata();
        final ManagedChannel urgentChannel;
        final ManagedChannel calls;
        final PeerLink urgent;
        final PeerLink bulk;
        final Meters.Peer meter;
        final RoundTrips roundTrips = new RoundTrips();
        private volatile Optional<Long> connectedAtNanos = Optional.empty();
        private volatile long reportedNanos;

        Lanes(long member, Address address) {
            this.member = member;
            this.address = address;
            this.meter = meters.peer(member);
            String url = address.urls().getFirst();
            hello.put(
                    PeerMethods.HELLO,
                    Hello.newBuilder()
                            .setClusterId(self.clusterId())
                            .setFrom(self.memberId())
                            .setTo(member)
                            .setEpoch(self.epoch())
                            .addAllPeerUrls(peerUrls)
                            .build());
            urgentChannel = loops.channel(url, true);
            calls = loops.channel(url, false);
            urgent = new PeerLink(
                    new PeerLink.Limits(4_096, 16 << 20), urgentChannel, loops.loop(true), hello, listener(true));
            bulk = new PeerLink(new PeerLink.Limits(4_096, 64 << 20), calls, loops.loop(false), hello, listener(false));
        }

        private PeerLink.Listener listener(boolean forUrgent) {
            return new PeerLink.Listener() {
                @Override
                public void connected() {
                    if (!forUrgent) return;
                    connectedAtNanos = Optional.of(System.nanoTime());
                    arrived(member, Lanes.this);
                    LOG.info("peer {} connected", Long.toUnsignedString(member, 16));
                }

                @Override
                public void disconnected(Status why) {
                    if (forUrgent) refused(why);
                    // Where a member is not yet, nothing is lost.
                    if (lanes.get(member) != Lanes.this) return;
                    if (forUrgent) lost(why);
                    else reportUnreachable();
                }
            };
        }

        private void lost(Status why) {
            roundTrips.restart();
            if (connectedAtNanos.isPresent()) {
                connectedAtNanos = Optional.empty();
                LOG.warn("peer {} lost: {}", Long.toUnsignedString(member, 16), why.getDescription());
            }
        }

        private void refused(Status why) {
            String reason = String.valueOf(why.getDescription());
            if (why.getCode() != Status.Code.FAILED_PRECONDITION) return;
            if (reason.equals(PeerHost.REMOVED)) mailbox.removed();
            if (reason.equals(PeerHost.OLD_EPOCH)) shutOut.accept(reason);
        }

        private void lost(Message message) {
            meter.sendFailures().increment();
            if (message instanceof Message.Append) reportUnreachable();
        }

        /** Not for every lost message: once in a tenth of a second is enough to slow raft down. */
        void reportUnreachable() {
            long now = System.nanoTime();
            if (now - reportedNanos < 100_000_000) return;
            reportedNanos = now;
            mailbox.unreachable(member);
        }

        PeerGrpc.PeerStub stub() {
            return PeerGrpc.newStub(calls).withInterceptors(MetadataUtils.newAttachHeadersInterceptor(hello));
        }

        long connectedMillis() {
            return connectedAtNanos
                    .map(since -> (System.nanoTime() - since) / 1_000_000)
                    .orElse(NOT_CONNECTED);
        }

        void close() {
            leave();
            calls.shutdownNow();
        }

        /** What is under way on the connection for calls may end. */
        void leave() {
            urgent.close();
            bulk.close();
            urgentChannel.shutdownNow();
            calls.shutdown();
        }
    }
}
