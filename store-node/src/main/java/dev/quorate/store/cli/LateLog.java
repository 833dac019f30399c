package dev.quorate.store.cli;

import dev.quorate.store.Bytes;
import dev.quorate.store.Invariant;
import dev.quorate.store.mvcc.Revision;
import dev.quorate.store.mvcc.ValueLog;
import org.jspecify.annotations.Nullable;

/** A value log that the state can hold while the log is still being read to make the state. */
final class LateLog implements ValueLog {
    private volatile @Nullable ValueLog log;

    void is(ValueLog opened) {
        log = opened;
    }

    private ValueLog log() {
        ValueLog opened = log;
        if (opened == null) throw new Invariant.Broken("nobody uses a value log before it is open");
        return opened;
    }

    @Override
    public void append(Revision revision, boolean tombstone, Bytes encodedKeyValue) {
        log().append(revision, tombstone, encodedKeyValue);
    }

    @Override
    public void appendFact(Bytes key, Bytes value) {
        log().appendFact(key, value);
    }

    @Override
    public void endBatch(long appliedIndex, long appliedTerm, long revision) {
        log().endBatch(appliedIndex, appliedTerm, revision);
    }

    @Override
    public Bytes read(Revision revision) {
        return log().read(revision);
    }

    @Override
    public void scan(long fromMain, long toMainInclusive, Visitor visitor) {
        log().scan(fromMain, toMainInclusive, visitor);
    }

    @Override
    public long sizeBytes() {
        return log().sizeBytes();
    }

    @Override
    public long liveBytes() {
        return log().liveBytes();
    }

    @Override
    public void dead(Revision revision) {
        log().dead(revision);
    }
}
