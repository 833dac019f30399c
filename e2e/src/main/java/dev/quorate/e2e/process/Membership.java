package dev.quorate.e2e.process;

import dev.quorate.proto.etcdserverpb.ClusterGrpc;
import dev.quorate.proto.etcdserverpb.MemberAddRequest;
import dev.quorate.proto.etcdserverpb.MemberListRequest;
import dev.quorate.proto.etcdserverpb.MemberPromoteRequest;
import dev.quorate.proto.etcdserverpb.MemberRemoveRequest;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** Changes who belongs to a cluster, as an administrator would: a refusal is waited out and asked again. */
final class Membership implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 60;
    private static final long CALL_SECONDS = 5;

    private final ManagedChannel channel;

    Membership(InetSocketAddress member) {
        channel = NettyChannelBuilder.forAddress(member).usePlaintext().build();
    }

    void remove(long id) throws InterruptedException {
        MemberRemoveRequest request = MemberRemoveRequest.newBuilder().setID(id).build();
        ask("member not found", cluster -> cluster.memberRemove(request));
    }

    /** Returns the new member's id. */
    long addLearner(String peerUrl) throws InterruptedException {
        MemberAddRequest request = MemberAddRequest.newBuilder()
                .addPeerURLs(peerUrl)
                .setIsLearner(true)
                .build();
        ask("Peer URLs already exists", cluster -> cluster.memberAdd(request));
        return ask(
                        "",
                        cluster -> cluster.memberList(MemberListRequest.newBuilder()
                                .setLinearizable(true)
                                .build()))
                .orElseThrow()
                .getMembersList()
                .stream()
                .filter(member -> member.getPeerURLsList().contains(peerUrl))
                .findFirst()
                .orElseThrow()
                .getID();
    }

    void promote(long id) throws InterruptedException {
        MemberPromoteRequest request =
                MemberPromoteRequest.newBuilder().setID(id).build();
        ask("can only promote a learner member", cluster -> cluster.memberPromote(request));
    }

    /** A call without an answer may have done it: then a second one is refused with a text that ends so, and nothing is returned. */
    private <T> Optional<T> ask(String doneBefore, Function<ClusterGrpc.ClusterBlockingStub, T> question)
            throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        boolean unknown = false;
        while (true) {
            try {
                return Optional.of(question.apply(
                        ClusterGrpc.newBlockingStub(channel).withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS)));
            } catch (StatusRuntimeException refused) {
                String text = String.valueOf(refused.getStatus().getDescription());
                if (unknown && !doneBefore.isEmpty() && text.endsWith(doneBefore)) return Optional.empty();
                if (System.nanoTime() > end) throw refused;
                unknown = true;
                channel.resetConnectBackoff();
                TimeUnit.MILLISECONDS.sleep(200);
            }
        }
    }

    @Override
    public void close() {
        channel.shutdownNow();
    }
}
