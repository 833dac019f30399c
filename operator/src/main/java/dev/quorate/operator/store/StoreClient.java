package dev.quorate.operator.store;

import dev.quorate.proto.admin.AdminGrpc;
import dev.quorate.proto.admin.AdminGrpc.AdminBlockingStub;
import dev.quorate.proto.admin.BootstrapRequest;
import dev.quorate.proto.admin.LocalStatusRequest;
import dev.quorate.proto.admin.LocalStatusResponse;
import dev.quorate.proto.admin.PromoteMembersRequest;
import dev.quorate.proto.admin.RemoveMembersRequest;
import dev.quorate.proto.etcdserverpb.ClusterGrpc;
import dev.quorate.proto.etcdserverpb.MaintenanceGrpc;
import dev.quorate.proto.etcdserverpb.MemberAddRequest;
import dev.quorate.proto.etcdserverpb.MemberListRequest;
import dev.quorate.proto.etcdserverpb.MemberListResponse;
import dev.quorate.proto.etcdserverpb.MoveLeaderRequest;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A client of store nodes by their addresses (host:port). Every call has a deadline. */
public final class StoreClient implements AutoCloseable {
    private static final long ASK_SECONDS = 2;
    private static final long LIST_SECONDS = 3;
    private static final long CHANGE_SECONDS = 5;
    private static final String RUNNING = "RUNNING";

    private final ConcurrentMap<String, ManagedChannel> channels = new ConcurrentHashMap<>();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    /**
     * Asks everyone at once, then one of those that are ready for the members. Where members run and no quorum is seen, it
     * looks twice: one slow answer, as from a cold connection, is no lost quorum.
     */
    public StoreLook look(SortedMap<Integer, String> addresses) {
        StoreLook first = lookOnce(addresses);
        boolean allAnswered = first.reports().size() == addresses.size();
        boolean anyRuns = first.reports().values().stream()
                .anyMatch(report -> report.state().equals(RUNNING));
        boolean conclusive = first.members().isPresent() || (allAnswered && !anyRuns);
        return conclusive ? first : lookOnce(addresses);
    }

    private StoreLook lookOnce(SortedMap<Integer, String> addresses) {
        NavigableMap<Integer, Future<Optional<NodeReport>>> asked = new TreeMap<>();
        addresses.forEach((ordinal, address) -> asked.put(ordinal, threads.submit(() -> ask(address))));
        NavigableMap<Integer, NodeReport> reports = new TreeMap<>();
        asked.forEach((ordinal, answer) -> answer(answer).ifPresent(report -> reports.put(ordinal, report)));
        Optional<List<StoreMember>> members = reports.entrySet().stream()
                .filter(entry ->
                        entry.getValue().ready() && entry.getValue().state().equals(RUNNING))
                .map(entry -> members(addresses.get(entry.getKey())))
                .flatMap(Optional::stream)
                .findFirst();
        return new StoreLook(reports, members, leader(reports));
    }

    /** Whom the node with the newest term takes for the leader. */
    private static long leader(SortedMap<Integer, NodeReport> reports) {
        return reports.values().stream()
                .filter(report -> report.state().equals(RUNNING) && report.leaderId() != 0)
                .max(Comparator.comparingLong(NodeReport::term))
                .map(NodeReport::leaderId)
                .orElse(0L);
    }

    private Optional<NodeReport> ask(String address) {
        try {
            LocalStatusResponse status = AdminGrpc.newBlockingStub(channel(address))
                    .withDeadlineAfter(ASK_SECONDS, TimeUnit.SECONDS)
                    .localStatus(LocalStatusRequest.getDefaultInstance());
            return Optional.of(new NodeReport(
                    status.getState().name(),
                    status.getClusterId(),
                    status.getMemberId(),
                    status.getLeaderId(),
                    status.getTerm(),
                    status.getAppliedIndex(),
                    status.getReady(),
                    status.getVersion(),
                    status.getMessage()));
        } catch (StatusRuntimeException e) {
            return Optional.empty();
        }
    }

    private static Optional<NodeReport> answer(Future<Optional<NodeReport>> asked) {
        try {
            return asked.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        } catch (ExecutionException e) {
            throw new IllegalStateException("asking a store node failed in an unforeseen way", e.getCause());
        }
    }

    private Optional<List<StoreMember>> members(@Nullable String address) {
        if (address == null) {
            return Optional.empty();
        }
        try {
            MemberListResponse list = ClusterGrpc.newBlockingStub(channel(address))
                    .withDeadlineAfter(LIST_SECONDS, TimeUnit.SECONDS)
                    .memberList(
                            MemberListRequest.newBuilder().setLinearizable(true).build());
            return Optional.of(list.getMembersList().stream()
                    .map(member -> new StoreMember(
                            member.getID(), member.getIsLearner(), List.copyOf(member.getPeerURLsList())))
                    .toList());
        } catch (StatusRuntimeException e) {
            return Optional.empty();
        }
    }

    public void bootstrap(String address, String token, String name, String peerUrl) {
        BootstrapRequest request = BootstrapRequest.newBuilder()
                .setToken(token)
                .setName(name)
                .addPeerUrls(peerUrl)
                .build();
        change("bootstrap", () -> admin(address).bootstrap(request));
    }

    public void addLearner(String address, String peerUrl) {
        MemberAddRequest request = MemberAddRequest.newBuilder()
                .addPeerURLs(peerUrl)
                .setIsLearner(true)
                .build();
        change(
                "add learner",
                () -> ClusterGrpc.newBlockingStub(channel(address))
                        .withDeadlineAfter(CHANGE_SECONDS, TimeUnit.SECONDS)
                        .memberAdd(request));
    }

    public void promote(String address, List<Long> ids) {
        PromoteMembersRequest request =
                PromoteMembersRequest.newBuilder().addAllIds(ids).build();
        change("promote", () -> admin(address).promoteMembers(request));
    }

    public void remove(String address, List<Long> ids) {
        RemoveMembersRequest request =
                RemoveMembersRequest.newBuilder().addAllIds(ids).build();
        change("remove", () -> admin(address).removeMembers(request));
    }

    /** The address must be the leader's. */
    public void moveLeader(String address, long to) {
        MoveLeaderRequest request =
                MoveLeaderRequest.newBuilder().setTargetID(to).build();
        change(
                "move leader",
                () -> MaintenanceGrpc.newBlockingStub(channel(address))
                        .withDeadlineAfter(CHANGE_SECONDS, TimeUnit.SECONDS)
                        .moveLeader(request));
    }

    private AdminBlockingStub admin(String address) {
        return AdminGrpc.newBlockingStub(channel(address)).withDeadlineAfter(CHANGE_SECONDS, TimeUnit.SECONDS);
    }

    private static void change(String what, Runnable call) {
        try {
            call.run();
        } catch (StatusRuntimeException e) {
            throw new StoreFailure(
                    what + ": " + e.getStatus().getCode() + " " + e.getStatus().getDescription(), e);
        }
    }

    private ManagedChannel channel(String address) {
        ManagedChannel channel = channels.computeIfAbsent(
                address,
                to -> NettyChannelBuilder.forTarget("dns:///" + to)
                        .usePlaintext()
                        .keepAliveTime(10, TimeUnit.SECONDS)
                        .idleTimeout(5, TimeUnit.MINUTES)
                        .build());
        // A pod that was away must be found by the next look, not after twice as long as it was away.
        channel.resetConnectBackoff();
        return channel;
    }

    /** Closes the connections to everyone who is not in use any more. */
    public void keepOnly(Set<String> addresses) {
        channels.forEach((address, channel) -> {
            if (!addresses.contains(address) && channels.remove(address, channel)) {
                channel.shutdown();
            }
        });
    }

    @Override
    public void close() {
        channels.values().forEach(ManagedChannel::shutdownNow);
        threads.shutdownNow();
    }
}
