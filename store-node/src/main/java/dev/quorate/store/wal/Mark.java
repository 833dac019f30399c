package dev.quorate.store.wal;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.quorate.proto.raftpb.ConfState;
import dev.quorate.proto.walpb.Snapshot;
import dev.quorate.store.raft.EntryId;
import dev.quorate.store.raft.Membership;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;

/** The state up to this entry is safe outside the log: a start may begin after it, with this membership. */
public record Mark(EntryId id, Membership membership) {
    static final Mark NONE = new Mark(EntryId.NONE, Membership.EMPTY);

    byte[] encoded() {
        ConfState members = ConfState.newBuilder()
                .addAllVoters(membership.voters())
                .addAllLearners(membership.learners())
                .addAllVotersOutgoing(membership.outgoing())
                .addAllLearnersNext(membership.learnersNext())
                .setAutoLeave(membership.autoLeave())
                .build();
        return Snapshot.newBuilder()
                .setIndex(id.index())
                .setTerm(id.term())
                .setConfState(members)
                .build()
                .toByteArray();
    }

    static Mark decode(byte[] data) throws InvalidProtocolBufferException {
        Snapshot snapshot = Snapshot.parseFrom(data);
        ConfState members = snapshot.getConfState();
        Membership membership = new Membership(
                sorted(members.getVotersList()),
                sorted(members.getVotersOutgoingList()),
                sorted(members.getLearnersList()),
                sorted(members.getLearnersNextList()),
                members.getAutoLeave());
        return new Mark(new EntryId(snapshot.getTerm(), snapshot.getIndex()), membership);
    }

    private static TreeSet<Long> sorted(Collection<Long> ids) {
        TreeSet<Long> set = new TreeSet<>(Long::compareUnsigned);
        set.addAll(List.copyOf(ids));
        return set;
    }
}
