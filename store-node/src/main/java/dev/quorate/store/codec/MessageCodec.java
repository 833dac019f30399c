package dev.quorate.store.codec;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import dev.quorate.store.Bytes;
import dev.quorate.store.raft.Entry;
import dev.quorate.store.raft.EntryId;
import dev.quorate.store.raft.EntryKind;
import dev.quorate.store.raft.Membership;
import dev.quorate.store.raft.MembershipChange;
import dev.quorate.store.raft.MembershipChange.ChangeKind;
import dev.quorate.store.raft.MembershipChange.Single;
import dev.quorate.store.raft.Message;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Raft messages as members send them to each other, several in a frame.
 *
 * <p>Written by hand because an entry's bytes should be copied once on their way out and once on their way in: a frame
 * is a version byte, then for each message a kind byte, sender, receiver, term and its own fields. Ids are 8 bytes,
 * other numbers varints, byte strings a length and the bytes.
 */
public final class MessageCodec {
    private static final int VERSION = 1;
    private static final int BUFFER_BYTES = 4096;
    /** A length that a peer claims beyond this is damage, not data. */
    private static final int MAX_BYTES = 512 << 20;

    private MessageCodec() {}

    private enum Kind {
        END,
        PRE_VOTE_REQUEST,
        PRE_VOTE_REPLY,
        VOTE_REQUEST,
        VOTE_REPLY,
        APPEND,
        APPEND_REPLY,
        APPEND_REFUSAL,
        HEARTBEAT,
        HEARTBEAT_REPLY,
        INSTALL_SNAPSHOT,
        TIMEOUT_NOW,
        TRANSFER_REQUEST,
        READ_REQUEST,
        READ_REPLY,
        FORWARD,
        FORWARD_CHANGE,
        STATE_QUESTION,
        STATE_ANSWER
    }

    /** The place in these lists is the byte on the wire: only ever append. */
    private static final List<Kind> KINDS = List.of(Kind.values());

    private static final List<EntryKind> ENTRY_KINDS = List.of(EntryKind.NORMAL, EntryKind.CHANGE, EntryKind.CHANGE_V2);

    private static final List<ChangeKind> CHANGE_KINDS =
            List.of(ChangeKind.ADD_VOTER, ChangeKind.ADD_LEARNER, ChangeKind.REMOVE, ChangeKind.UPDATE);

    public static void write(List<Message> messages, OutputStream stream) throws IOException {
        CodedOutputStream out = CodedOutputStream.newInstance(stream, BUFFER_BYTES);
        out.writeRawByte((byte) VERSION);
        for (Message message : messages) {
            out.writeRawByte((byte) KINDS.indexOf(kind(message)));
            out.writeFixed64NoTag(message.from());
            out.writeFixed64NoTag(message.to());
            out.writeUInt64NoTag(message.term());
            writeBody(message, out);
        }
        out.writeRawByte((byte) KINDS.indexOf(Kind.END));
        out.flush();
    }

    /** Ends the stream's content; a frame that is not understood is an IOException. */
    public static List<Message> read(InputStream stream) throws IOException {
        CodedInputStream in = CodedInputStream.newInstance(stream, BUFFER_BYTES);
        in.setSizeLimit(Integer.MAX_VALUE);
        int version = in.readRawByte();
        if (version != VERSION) throw new IOException("frame of the unknown version " + version);
        List<Message> messages = new ArrayList<>();
        for (Kind kind = kind(in); kind != Kind.END; kind = kind(in))
            messages.add(readBody(kind, in.readFixed64(), in.readFixed64(), in.readUInt64(), in));
        return messages;
    }

    private static Kind kind(CodedInputStream in) throws IOException {
        return pick(KINDS, in.readRawByte());
    }

    private static <T> T pick(List<T> values, int place) throws IOException {
        if (place < 0 || place >= values.size()) throw new IOException("unknown kind " + place);
        return values.get(place);
    }

    private static Kind kind(Message message) {
        return switch (message) {
            case Message.PreVoteRequest m -> Kind.PRE_VOTE_REQUEST;
            case Message.PreVoteReply m -> Kind.PRE_VOTE_REPLY;
            case Message.VoteRequest m -> Kind.VOTE_REQUEST;
            case Message.VoteReply m -> Kind.VOTE_REPLY;
            case Message.Append m -> Kind.APPEND;
            case Message.AppendReply m -> Kind.APPEND_REPLY;
            case Message.AppendRefusal m -> Kind.APPEND_REFUSAL;
            case Message.Heartbeat m -> Kind.HEARTBEAT;
            case Message.HeartbeatReply m -> Kind.HEARTBEAT_REPLY;
            case Message.InstallSnapshot m -> Kind.INSTALL_SNAPSHOT;
            case Message.TimeoutNow m -> Kind.TIMEOUT_NOW;
            case Message.TransferRequest m -> Kind.TRANSFER_REQUEST;
            case Message.ReadRequest m -> Kind.READ_REQUEST;
            case Message.ReadReply m -> Kind.READ_REPLY;
            case Message.Forward m -> Kind.FORWARD;
            case Message.ForwardChange m -> Kind.FORWARD_CHANGE;
            case Message.StateQuestion m -> Kind.STATE_QUESTION;
            case Message.StateAnswer m -> Kind.STATE_ANSWER;
        };
    }

    private static void writeBody(Message message, CodedOutputStream out) throws IOException {
        switch (message) {
            case Message.PreVoteRequest m -> {
                write(m.last(), out);
                write(m.committed(), out);
            }
            case Message.PreVoteReply m -> {
                out.writeUInt64NoTag(m.askedTerm());
                out.writeBoolNoTag(m.granted());
                write(m.committed(), out);
            }
            case Message.VoteRequest m -> {
                write(m.last(), out);
                write(m.committed(), out);
                out.writeBoolNoTag(m.transfer());
            }
            case Message.VoteReply m -> {
                out.writeBoolNoTag(m.granted());
                write(m.committed(), out);
            }
            case Message.Append m -> {
                write(m.prev(), out);
                out.writeUInt64NoTag(m.commit());
                writeEntries(m.entries(), out);
            }
            case Message.AppendReply m -> out.writeUInt64NoTag(m.match());
            case Message.AppendRefusal m -> {
                out.writeUInt64NoTag(m.refusedIndex());
                write(m.hint(), out);
            }
            case Message.Heartbeat m -> {
                out.writeUInt64NoTag(m.commit());
                out.writeUInt64NoTag(m.readContext());
            }
            case Message.HeartbeatReply m -> {
                out.writeUInt64NoTag(m.readContext());
                out.writeUInt64NoTag(m.durableCommit());
            }
            case Message.InstallSnapshot m -> {
                write(m.base(), out);
                write(m.membership(), out);
            }
            case Message.TimeoutNow m -> {}
            case Message.TransferRequest m -> out.writeFixed64NoTag(m.target());
            case Message.ReadRequest m -> out.writeUInt64NoTag(m.context());
            case Message.ReadReply m -> {
                out.writeUInt64NoTag(m.context());
                out.writeUInt64NoTag(m.index());
            }
            case Message.Forward m -> {
                out.writeUInt32NoTag(m.datas().size());
                for (Bytes data : m.datas()) write(data, out);
            }
            case Message.ForwardChange m -> {
                write(m.change(), out);
                out.writeRawByte((byte) ENTRY_KINDS.indexOf(m.kind()));
                write(m.data(), out);
            }
            case Message.StateQuestion m -> out.writeUInt64NoTag(m.index());
            case Message.StateAnswer m -> {
                out.writeUInt64NoTag(m.index());
                out.writeFixed64NoTag(m.digest());
            }
        }
    }

    private static Message readBody(Kind kind, long from, long to, long term, CodedInputStream in) throws IOException {
        return switch (kind) {
            case PRE_VOTE_REQUEST -> new Message.PreVoteRequest(from, to, term, readId(in), readId(in));
            case PRE_VOTE_REPLY -> new Message.PreVoteReply(from, to, term, in.readUInt64(), in.readBool(), readId(in));
            case VOTE_REQUEST -> new Message.VoteRequest(from, to, term, readId(in), readId(in), in.readBool());
            case VOTE_REPLY -> new Message.VoteReply(from, to, term, in.readBool(), readId(in));
            case APPEND -> {
                EntryId prev = readId(in);
                long commit = in.readUInt64();
                yield new Message.Append(from, to, term, prev, readEntries(in), commit);
            }
            case APPEND_REPLY -> new Message.AppendReply(from, to, term, in.readUInt64());
            case APPEND_REFUSAL -> new Message.AppendRefusal(from, to, term, in.readUInt64(), readId(in));
            case HEARTBEAT -> new Message.Heartbeat(from, to, term, in.readUInt64(), in.readUInt64());
            case HEARTBEAT_REPLY -> new Message.HeartbeatReply(from, to, term, in.readUInt64(), in.readUInt64());
            case INSTALL_SNAPSHOT -> new Message.InstallSnapshot(from, to, term, readId(in), readMembership(in));
            case TIMEOUT_NOW -> new Message.TimeoutNow(from, to, term);
            case TRANSFER_REQUEST -> new Message.TransferRequest(from, to, term, in.readFixed64());
            case READ_REQUEST -> new Message.ReadRequest(from, to, term, in.readUInt64());
            case READ_REPLY -> new Message.ReadReply(from, to, term, in.readUInt64(), in.readUInt64());
            case FORWARD -> {
                int count = in.readUInt32();
                List<Bytes> datas = new ArrayList<>();
                for (int i = 0; i < count; i++) datas.add(readBytes(in));
                yield new Message.Forward(from, to, term, List.copyOf(datas));
            }
            case FORWARD_CHANGE ->
                new Message.ForwardChange(
                        from, to, term, readChange(in), pick(ENTRY_KINDS, in.readRawByte()), readBytes(in));
            case STATE_QUESTION -> new Message.StateQuestion(from, to, term, in.readUInt64());
            case STATE_ANSWER -> new Message.StateAnswer(from, to, term, in.readUInt64(), in.readFixed64());
            case END -> throw new IOException("the end has no body");
        };
    }

    private static void write(EntryId id, CodedOutputStream out) throws IOException {
        out.writeUInt64NoTag(id.term());
        out.writeUInt64NoTag(id.index());
    }

    private static EntryId readId(CodedInputStream in) throws IOException {
        return new EntryId(in.readUInt64(), in.readUInt64());
    }

    /** Indexes follow each other, so only the first is written. */
    private static void writeEntries(List<Entry> entries, CodedOutputStream out) throws IOException {
        out.writeUInt32NoTag(entries.size());
        if (entries.isEmpty()) return;
        out.writeUInt64NoTag(entries.getFirst().index());
        for (Entry entry : entries) {
            out.writeUInt64NoTag(entry.term());
            out.writeRawByte((byte) ENTRY_KINDS.indexOf(entry.kind()));
            write(entry.data(), out);
        }
    }

    private static List<Entry> readEntries(CodedInputStream in) throws IOException {
        int count = in.readUInt32();
        if (count == 0) return List.of();
        long index = in.readUInt64();
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < count; i++)
            entries.add(new Entry(in.readUInt64(), index + i, pick(ENTRY_KINDS, in.readRawByte()), readBytes(in)));
        return entries;
    }

    private static void write(Bytes bytes, CodedOutputStream out) throws IOException {
        out.writeUInt32NoTag(bytes.size());
        out.writeRawBytes(bytes.shared());
    }

    private static Bytes readBytes(CodedInputStream in) throws IOException {
        int size = in.readUInt32();
        if (size < 0 || size > MAX_BYTES) throw new IOException("impossible length " + size);
        return Bytes.wrap(in.readRawBytes(size));
    }

    private static void write(Collection<Long> ids, CodedOutputStream out) throws IOException {
        out.writeUInt32NoTag(ids.size());
        for (long id : ids) out.writeFixed64NoTag(id);
    }

    private static SortedSet<Long> sorted(CodedInputStream in) throws IOException {
        int count = in.readUInt32();
        SortedSet<Long> ids = new TreeSet<>(Long::compareUnsigned);
        for (int i = 0; i < count; i++) ids.add(in.readFixed64());
        return ids;
    }

    private static void write(Membership membership, CodedOutputStream out) throws IOException {
        write(membership.voters(), out);
        write(membership.outgoing(), out);
        write(membership.learners(), out);
        write(membership.learnersNext(), out);
        out.writeBoolNoTag(membership.autoLeave());
    }

    private static Membership readMembership(CodedInputStream in) throws IOException {
        return new Membership(sorted(in), sorted(in), sorted(in), sorted(in), in.readBool());
    }

    private static void write(MembershipChange change, CodedOutputStream out) throws IOException {
        out.writeUInt32NoTag(change.changes().size());
        for (Single single : change.changes()) {
            out.writeRawByte((byte) CHANGE_KINDS.indexOf(single.kind()));
            out.writeFixed64NoTag(single.id());
        }
        out.writeBoolNoTag(change.leaveJoint());
    }

    private static MembershipChange readChange(CodedInputStream in) throws IOException {
        int count = in.readUInt32();
        List<Single> changes = new ArrayList<>();
        for (int i = 0; i < count; i++) changes.add(new Single(pick(CHANGE_KINDS, in.readRawByte()), in.readFixed64()));
        return new MembershipChange(changes, in.readBool());
    }
}
