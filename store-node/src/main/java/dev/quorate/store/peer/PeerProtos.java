package dev.quorate.store.peer;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.quorate.proto.peer.ChangeMembers;
import dev.quorate.proto.peer.JoinInfoReply;
import dev.quorate.proto.peer.LeaderAnswer;
import dev.quorate.proto.peer.LeaderQuestion;
import dev.quorate.proto.peer.LeaseLife;
import dev.quorate.proto.peer.MoveLeader;
import dev.quorate.proto.peer.PeerMember;
import dev.quorate.proto.peer.RenewLease;
import dev.quorate.store.Bytes;
import dev.quorate.store.node.port.LeaderCall;
import dev.quorate.store.node.port.LeaderCall.ListedMember;
import dev.quorate.store.peer.PeerHost.JoinAnswer;
import java.util.List;

/** The calls between members as protobuf and back. */
final class PeerProtos {
    private PeerProtos() {}

    static LeaderQuestion toProto(LeaderCall call) {
        var proto = LeaderQuestion.newBuilder();
        switch (call) {
            case LeaderCall.RenewLease renew ->
                proto.setRenewLease(RenewLease.newBuilder().setId(renew.id()));
            case LeaderCall.LeaseLife life ->
                proto.setLeaseLife(LeaseLife.newBuilder().setId(life.id()).setKeys(life.withKeys()));
            case LeaderCall.MoveLeader move ->
                proto.setMoveLeader(MoveLeader.newBuilder().setTo(move.to()));
            case LeaderCall.ChangeMembers change ->
                proto.setChangeMembers(ChangeMembers.newBuilder()
                        .addAllAdd(toProto(change.add()))
                        .addAllPromote(change.promote())
                        .addAllRemove(change.remove())
                        .addAllUpdate(toProto(change.update())));
        }
        return proto.build();
    }

    static LeaderCall fromProto(LeaderQuestion proto) {
        return switch (proto.getCallCase()) {
            case RENEW_LEASE -> new LeaderCall.RenewLease(proto.getRenewLease().getId());
            case LEASE_LIFE ->
                new LeaderCall.LeaseLife(
                        proto.getLeaseLife().getId(), proto.getLeaseLife().getKeys());
            case MOVE_LEADER -> new LeaderCall.MoveLeader(proto.getMoveLeader().getTo());
            case CHANGE_MEMBERS ->
                new LeaderCall.ChangeMembers(
                        fromProto(proto.getChangeMembers().getAddList()),
                        List.copyOf(proto.getChangeMembers().getPromoteList()),
                        List.copyOf(proto.getChangeMembers().getRemoveList()),
                        fromProto(proto.getChangeMembers().getUpdateList()));
            case CALL_NOT_SET -> throw new IllegalArgumentException("a call that this version does not know");
        };
    }

    private static List<PeerMember> toProto(List<ListedMember> members) {
        return members.stream()
                .map(member -> PeerMember.newBuilder()
                        .setId(member.id())
                        .setName(member.name())
                        .addAllPeerUrls(member.peerUrls())
                        .setLearner(member.learner())
                        .build())
                .toList();
    }

    static List<ListedMember> fromProto(List<PeerMember> members) {
        return members.stream()
                .map(member -> new ListedMember(
                        member.getId(), member.getName(), List.copyOf(member.getPeerUrlsList()), member.getLearner()))
                .toList();
    }

    static LeaderAnswer toProto(LeaderCall.Answer answer) {
        return LeaderAnswer.newBuilder()
                .setRefusal(answer.refusal())
                .setTtl(answer.ttlSeconds())
                .setGrantedTtl(answer.grantedTtlSeconds())
                .addAllKeys(answer.keys().stream()
                        .map(key -> UnsafeByteOperations.unsafeWrap(key.shared()))
                        .toList())
                .setIndex(answer.index())
                .build();
    }

    static LeaderCall.Answer fromProto(LeaderAnswer proto) {
        return new LeaderCall.Answer(
                proto.getRefusal(),
                proto.getTtl(),
                proto.getGrantedTtl(),
                proto.getKeysList().stream()
                        .map(ByteString::toByteArray)
                        .map(Bytes::wrap)
                        .toList(),
                proto.getIndex());
    }

    static JoinInfoReply toProto(JoinAnswer answer) {
        return JoinInfoReply.newBuilder()
                .setVerdict(
                        switch (answer.verdict()) {
                            case NOT_LISTED -> JoinInfoReply.Verdict.NOT_LISTED;
                            case START -> JoinInfoReply.Verdict.START;
                            case STARTED_BEFORE -> JoinInfoReply.Verdict.STARTED_BEFORE;
                            case UNKNOWN -> JoinInfoReply.Verdict.UNKNOWN;
                            case NOT_BEGUN -> JoinInfoReply.Verdict.NOT_BEGUN;
                        })
                .setClusterId(answer.clusterId())
                .setMemberId(answer.memberId())
                .setEpoch(answer.epoch())
                .addAllMembers(toProto(answer.members()))
                .build();
    }

    static JoinAnswer fromProto(JoinInfoReply proto) {
        return new JoinAnswer(
                switch (proto.getVerdict()) {
                    case NOT_LISTED -> JoinAnswer.Verdict.NOT_LISTED;
                    case START -> JoinAnswer.Verdict.START;
                    case STARTED_BEFORE -> JoinAnswer.Verdict.STARTED_BEFORE;
                    case NOT_BEGUN -> JoinAnswer.Verdict.NOT_BEGUN;
                    case UNKNOWN, VERDICT_UNSPECIFIED, UNRECOGNIZED -> JoinAnswer.Verdict.UNKNOWN;
                },
                proto.getClusterId(),
                proto.getMemberId(),
                proto.getEpoch(),
                fromProto(proto.getMembersList()));
    }
}
