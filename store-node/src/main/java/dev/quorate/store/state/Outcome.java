package dev.quorate.store.state;

import dev.quorate.store.Bytes;
import dev.quorate.store.mvcc.RangeResult;
import java.util.List;

/**
 * What came of a command. Revisions are those of etcd's sub-response headers. Previous key-values are encoded
 * (mvccpb.KeyValue), because they only travel on to the client; EMPTY = there was none, or nobody asked.
 */
public sealed interface Outcome {
    record PutDone(long revision, Bytes previous) implements Outcome {}

    record DeleteDone(long revision, long deleted, List<Bytes> previous) implements Outcome {}

    record RangeDone(RangeResult.Found found) implements Outcome {}

    record TxnDone(long revision, boolean succeeded, List<Outcome> results) implements Outcome {}

    record Compacted(long revision) implements Outcome {}

    record LeaseGranted(long id, long ttlSeconds) implements Outcome {}

    record LeaseRevoked() implements Outcome {}

    /** The alarms that were asked for, raised or cleared. */
    record Alarms(List<Alarm> alarms) implements Outcome {}

    record MembersChanged(Members members) implements Outcome {}

    record Done() implements Outcome {}

    record Refused(Refusal reason) implements Outcome {}
}
