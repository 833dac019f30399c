package dev.quorate.store.api.wire;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.quorate.store.Bytes;
import dev.quorate.store.Invariant;
import dev.quorate.store.mvcc.RangeResult;
import dev.quorate.store.state.Outcome;
import java.util.ArrayList;
import java.util.List;

/** From outcomes to the bytes of etcd's responses; the numbers are the fields' in etcd's protobuf files. */
public final class Responses {
    private static final int SMALL = 64;

    private Responses() {}

    public static Reply range(Header header, RangeResult.Found found) {
        return new Reply(
                new Fields(SMALL).message(1, header.fields()).done(),
                2,
                found.encoded(),
                new Fields(16).flag(3, found.more()).number(4, found.count()).done());
    }

    /** A piece of a streamed range that is not the last one. */
    public static Reply piece(RangeResult.Found found) {
        return new Reply(Bytes.EMPTY, 2, found.encoded(), Bytes.EMPTY);
    }

    /** Any piece as RangeStream wants it: a message around a range reply. */
    public static Reply streamed(Reply piece) {
        return Reply.of(
                new Fields(piece.sizeBytes() + 10).message(1, piece.encoded()).done());
    }

    public static Reply put(Header header, Outcome.PutDone done) {
        return new Reply(new Fields(SMALL).message(1, header.fields()).done(), 2, ifAny(done.previous()), Bytes.EMPTY);
    }

    public static Reply delete(Header header, Outcome.DeleteDone done) {
        Bytes head = new Fields(SMALL)
                .message(1, header.fields())
                .number(2, done.deleted())
                .done();
        return new Reply(head, 3, done.previous(), Bytes.EMPTY);
    }

    public static Reply txn(Header header, Outcome.TxnDone done) {
        Bytes head = new Fields(SMALL)
                .message(1, header.fields())
                .flag(2, done.succeeded())
                .done();
        List<Bytes> results = new ArrayList<>(done.results().size());
        for (Outcome result : done.results()) results.add(result(result));
        return new Reply(head, 3, results, Bytes.EMPTY);
    }

    public static Reply compaction(Header header) {
        return Reply.of(new Fields(SMALL).message(1, header.fields()).done());
    }

    /** One result inside a transaction: a message with one of four fields. */
    private static Bytes result(Outcome outcome) {
        return switch (outcome) {
            case Outcome.RangeDone done ->
                choice(1, range(Header.inner(done.found().revision()), done.found()));
            case Outcome.PutDone done -> choice(2, put(Header.inner(done.revision()), done));
            case Outcome.DeleteDone done -> choice(3, delete(Header.inner(done.revision()), done));
            case Outcome.TxnDone done -> choice(4, txn(Header.inner(done.revision()), done));
            default -> throw new Invariant.Broken("no result of an operation in a transaction: " + outcome);
        };
    }

    private static Bytes choice(int field, Reply reply) {
        Bytes encoded = reply.encoded();
        return new Fields(encoded.size() + 10).message(field, encoded).done();
    }

    public static ByteString string(Bytes bytes) {
        return UnsafeByteOperations.unsafeWrap(bytes.shared());
    }

    private static List<Bytes> ifAny(Bytes previous) {
        return previous.isEmpty() ? List.of() : List.of(previous);
    }
}
