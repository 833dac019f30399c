package dev.quorate.store.wal;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import dev.quorate.proto.walpb.Record;
import dev.quorate.store.Bytes;
import dev.quorate.store.raft.Entry;
import dev.quorate.store.raft.EntryId;
import dev.quorate.store.raft.HardState;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads a whole log without changing anything.
 *
 * <p>The checksum of etcd's format covers what a record holds, not its type, and an entry's bytes can be read as a state
 * and the other way round. So one flipped bit could take an entry away; what tells is that the log would make no sense.
 */
final class WalReader {
    /**
     * Where writing goes on.
     *
     * @param markSequence the segment that holds the newest mark
     * @param segments all that count, in order; the last one is written on
     * @param unborn a last segment whose head did not reach the disk: it never counted
     */
    record Tail(List<SegmentName> segments, long position, int crc, long markSequence, Optional<SegmentName> unborn) {}

    private final Path directory;
    private final long segmentBytes;
    private final RollingCrc crc = new RollingCrc();
    private final List<Entry> entries = new ArrayList<>();
    private final List<Mark> marks = new ArrayList<>();
    private final List<Long> markSequences = new ArrayList<>();
    private @Nullable WalMetadata metadata;
    private final List<SegmentName> whole = new ArrayList<>();
    private Optional<SegmentName> unborn = Optional.empty();
    private long position;
    private HardState hardState = HardState.NONE;
    private EntryId base = EntryId.NONE;
    private boolean baseKnown;

    WalReader(Path directory, long segmentBytes) {
        this.directory = directory;
        this.segmentBytes = segmentBytes;
    }

    Recovered read() throws IOException {
        List<SegmentName> segments = SegmentName.list(directory);
        if (segments.isEmpty()) throw new IOException("there is no write-ahead log in " + directory);
        for (int i = 0; i < segments.size(); i++) {
            SegmentName segment = segments.get(i);
            if (i > 0 && segment.sequence() != segments.get(i - 1).sequence() + 1)
                throw new DamagedWal(
                        directory.resolve(segment.fileName()), 0, "the segment before this one is missing");
            readSegment(segment, i == segments.size() - 1, i == 0);
        }
        return result(segments.getLast());
    }

    Tail tail() {
        return new Tail(List.copyOf(whole), position, crc.value(), markSequences.getLast(), unborn);
    }

    private void readSegment(SegmentName segment, boolean last, boolean first) throws IOException {
        Path file = directory.resolve(segment.fileName());
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
                Arena arena = Arena.ofConfined()) {
            ByteBuffer bytes =
                    channel.map(MapMode.READ_ONLY, 0, channel.size(), arena).asByteBuffer();
            Frames frames = new Frames(file, bytes, last, segmentBytes, crc);
            int number = 0;
            for (Record record = frames.next(); record != null; record = frames.next()) {
                try {
                    accept(record, number++, segment, frames);
                } catch (InvalidProtocolBufferException broken) {
                    throw frames.damaged("a record of type " + record.getType() + " cannot be read");
                }
            }
            if (number >= 2) {
                whole.add(segment);
                position = frames.position();
            } else if (first || !last) throw frames.damaged("the head of the segment is missing");
            else unborn = Optional.of(segment);
        }
    }

    private void accept(Record record, int number, SegmentName segment, Frames frames) throws IOException {
        if ((number == 0) != (record.getType() == RecordType.CRC)
                || (number == 1 && record.getType() != RecordType.METADATA))
            throw frames.damaged("the head of the segment is not in order");
        byte[] data = record.getData().toByteArray();
        switch ((int) record.getType()) {
            case RecordType.CRC -> {}
            case RecordType.METADATA -> {
                WalMetadata read = WalMetadata.decode(data);
                if (metadata != null && !metadata.equals(read))
                    throw frames.damaged("the segment belongs to another member: " + read + ", not " + metadata);
                metadata = read;
            }
            case RecordType.ENTRY -> entry(data, frames);
            case RecordType.STATE -> state(data, frames);
            case RecordType.MARK -> mark(Mark.decode(data), number == 2, segment);
            default -> throw frames.damaged("there is a record of the unknown type " + record.getType());
        }
    }

    private void state(byte[] data, Frames frames) throws IOException {
        dev.quorate.proto.raftpb.HardState read = dev.quorate.proto.raftpb.HardState.parseFrom(data);
        HardState next = new HardState(read.getTerm(), read.getVote(), read.getCommit());
        boolean votesTwice =
                next.term() == hardState.term() && hardState.vote() != 0 && next.vote() != hardState.vote();
        if (next.term() < hardState.term() || votesTwice || !isKnown(read))
            throw frames.damaged("a record says that it is a state and is none: " + next + " after " + hardState);
        hardState = next;
    }

    private static boolean isKnown(Message message) {
        return message.getUnknownFields().asMap().isEmpty();
    }

    private void entry(byte[] data, Frames frames) throws IOException {
        dev.quorate.proto.raftpb.Entry read = dev.quorate.proto.raftpb.Entry.parseFrom(data);
        var kind = EntryKinds.of(read.getType().getNumber());
        Entry entry = new Entry(
                read.getTerm(), read.getIndex(), kind, Bytes.wrap(read.getData().toByteArray()));
        if (!isKnown(read) || !fits(entry))
            throw frames.damaged("a record says that it is an entry and is none: " + entry.id());
        if (!baseKnown || entry.index() <= base.index()) {
            entries.clear();
            base = entry.id();
            baseKnown = true;
            return;
        }
        long offset = entry.index() - base.index() - 1;
        if (offset > entries.size())
            throw frames.damaged("entry " + entry.index() + " follows entry " + (base.index() + entries.size()));
        entries.subList((int) offset, entries.size()).clear();
        entries.add(entry);
    }

    /**
     * Terms do not fall along the log, two entries of one term in one place are the same, and what is committed stays. An
     * entry of an older term may take the place of a newer one: a leader's log need not have had that one.
     */
    private boolean fits(Entry entry) {
        if (!baseKnown) return true;
        long offset = entry.index() - base.index() - 1;
        if (offset < 0) return entry.index() > hardState.commit();
        if (offset > entries.size()) return true;
        long before = offset == 0 ? base.term() : entries.get((int) offset - 1).term();
        if (entry.term() < before) return false;
        if (offset == entries.size()) return true;
        Entry there = entries.get((int) offset);
        return entry.equals(there) || (entry.term() != there.term() && entry.index() > hardState.commit());
    }

    private void mark(Mark mark, boolean atHead, SegmentName segment) {
        marks.add(mark);
        markSequences.add(segment.sequence());
        boolean afterAll = mark.id().index() > base.index() + entries.size();
        if (!atHead && !(baseKnown && afterAll)) return;
        entries.clear();
        base = mark.id();
        baseKnown = true;
    }

    private Recovered result(SegmentName last) throws IOException {
        Path file = directory.resolve(last.fileName());
        Mark newest = null;
        for (Mark mark : marks) {
            boolean committed = mark.id().index() <= hardState.commit();
            if (mark.id().index() == 0 || committed) newest = mark;
        }
        if (newest == null || metadata == null) throw new DamagedWal(file, 0, "no mark says from where to start");
        if (newest.id().index() < base.index())
            throw new DamagedWal(file, 0, "entries after " + newest.id().index() + " are missing");
        long lastIndex = base.index() + entries.size();
        if (hardState.commit() > lastIndex)
            throw new DamagedWal(
                    file, position, "entry " + hardState.commit() + " is committed, the last one is " + lastIndex);
        return new Recovered(metadata, hardState, newest, base, entries);
    }
}
