package dev.quorate.store.codec;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.quorate.proto.raftpb.ConfChange;
import dev.quorate.proto.raftpb.ConfChangeSingle;
import dev.quorate.proto.raftpb.ConfChangeTransition;
import dev.quorate.proto.raftpb.ConfChangeType;
import dev.quorate.proto.raftpb.ConfChangeV2;
import dev.quorate.store.Bytes;
import dev.quorate.store.Invariant;
import dev.quorate.store.raft.Entry;
import dev.quorate.store.raft.EntryKind;
import dev.quorate.store.raft.MembershipChange;
import dev.quorate.store.raft.MembershipChange.ChangeKind;
import dev.quorate.store.raft.MembershipChange.Single;
import dev.quorate.store.state.Member;
import dev.quorate.store.state.MemberChange;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Membership changes as etcd's log carries them: raftpb.ConfChange for one member, raftpb.ConfChangeV2 for several,
 * with the members as JSON in the context.
 */
public final class ChangeCodec {
    private ChangeCodec() {}

    /** A change entry, decoded: for the consensus and for the list of members. */
    public record Change(long requestId, MembershipChange raft, List<MemberChange> members) {}

    /** What goes on the log for these changes. */
    public record Encoded(MembershipChange raft, EntryKind kind, Bytes data) {}

    public static Encoded encode(long requestId, List<MemberChange> changes) {
        MembershipChange raft =
                new MembershipChange(changes.stream().map(ChangeCodec::single).toList(), false);
        if (changes.size() == 1) {
            MemberChange change = changes.getFirst();
            ConfChange proto = ConfChange.newBuilder()
                    .setId(requestId)
                    .setType(type(single(change).kind()))
                    .setNodeId(change.id())
                    .setContext(ByteString.copyFromUtf8(MemberJson.write(change)))
                    .build();
            return new Encoded(raft, EntryKind.CHANGE, Bytes.wrap(proto.toByteArray()));
        }
        ConfChangeV2.Builder proto = ConfChangeV2.newBuilder()
                .setTransition(ConfChangeTransition.ConfChangeTransitionJointImplicit)
                .setContext(ByteString.copyFromUtf8(MemberJson.writeAll(requestId, changes)));
        for (MemberChange change : changes)
            proto.addChanges(ConfChangeSingle.newBuilder()
                    .setType(type(single(change).kind()))
                    .setNodeId(change.id()));
        return new Encoded(raft, EntryKind.CHANGE_V2, Bytes.wrap(proto.build().toByteArray()));
    }

    public static Change decode(Entry entry) {
        try {
            return switch (entry.kind()) {
                case CHANGE -> decodeOne(ConfChange.parseFrom(entry.data().shared()));
                case CHANGE_V2 ->
                    decodeSeveral(ConfChangeV2.parseFrom(entry.data().shared()));
                case NORMAL -> throw new Invariant.Broken("a normal entry is no change: " + entry.index());
            };
        } catch (InvalidProtocolBufferException damaged) {
            throw new Invariant.Broken("entry " + entry.index() + " is no change of the membership: " + damaged);
        }
    }

    private static Change decodeOne(ConfChange proto) {
        MemberChange change = MemberJson.read(
                kind(proto.getType()), proto.getNodeId(), proto.getContext().toString(StandardCharsets.UTF_8));
        return new Change(proto.getId(), MembershipChange.of(single(change)), List.of(change));
    }

    private static Change decodeSeveral(ConfChangeV2 proto) {
        if (proto.getChangesCount() == 0) return new Change(0, MembershipChange.LEAVE_JOINT, List.of());
        List<Single> singles = new ArrayList<>();
        for (ConfChangeSingle one : proto.getChangesList())
            singles.add(new Single(kind(one.getType()), one.getNodeId()));
        MemberJson.Several several =
                MemberJson.readAll(singles, proto.getContext().toString(StandardCharsets.UTF_8));
        return new Change(several.requestId(), new MembershipChange(singles, false), several.changes());
    }

    private static Single single(MemberChange change) {
        return switch (change) {
            case MemberChange.Added added ->
                added.member().learner()
                        ? MembershipChange.addLearner(added.id())
                        : MembershipChange.addVoter(added.id());
            case MemberChange.Promoted promoted -> MembershipChange.addVoter(promoted.id());
            case MemberChange.Removed removed -> MembershipChange.remove(removed.id());
            case MemberChange.Updated updated -> new Single(ChangeKind.UPDATE, updated.id());
        };
    }

    private static ConfChangeType type(ChangeKind kind) {
        return switch (kind) {
            case ADD_VOTER -> ConfChangeType.ConfChangeAddNode;
            case ADD_LEARNER -> ConfChangeType.ConfChangeAddLearnerNode;
            case REMOVE -> ConfChangeType.ConfChangeRemoveNode;
            case UPDATE -> ConfChangeType.ConfChangeUpdateNode;
        };
    }

    private static ChangeKind kind(ConfChangeType type) {
        return switch (type) {
            case ConfChangeAddNode -> ChangeKind.ADD_VOTER;
            case ConfChangeAddLearnerNode -> ChangeKind.ADD_LEARNER;
            case ConfChangeRemoveNode -> ChangeKind.REMOVE;
            case ConfChangeUpdateNode -> ChangeKind.UPDATE;
        };
    }

    /** The changes of a first start, the same on every member: one entry for each, sorted by id. */
    public static List<Entry> firstEntries(List<Member> members) {
        List<Entry> entries = new ArrayList<>();
        for (Member member : members) {
            Encoded encoded = encode(0, List.of(new MemberChange.Added(member)));
            entries.add(new Entry(1, entries.size() + 1L, encoded.kind(), encoded.data()));
        }
        return List.copyOf(entries);
    }
}
