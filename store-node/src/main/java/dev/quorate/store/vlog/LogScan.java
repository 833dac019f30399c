package dev.quorate.store.vlog;

import dev.quorate.store.Bytes;
import dev.quorate.store.mvcc.Revision;
import dev.quorate.store.mvcc.ValueLog;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/** One scan; goes on behind what it has shown when a file was replaced under it. */
final class LogScan {
    private final long toMain;
    private final ValueLog.Visitor visitor;
    private long main;
    private long sub;
    private boolean ended;

    LogScan(long fromMain, long toMain, ValueLog.Visitor visitor) {
        this.main = fromMain;
        this.toMain = toMain;
        this.visitor = visitor;
    }

    boolean hasEnded() {
        return ended;
    }

    void run(Segments now) throws IOException {
        List<Segment> files = now.files();
        for (int i = now.indexOf(main); i < files.size() && !ended; i++) one(files.get(i));
        ended = true;
    }

    private void one(Segment segment) throws IOException {
        RevisionTable table = segment.table();
        int row = table.atOrAfter(main, sub);
        if (row >= table.count()) return;
        long end = segment.writtenBytes();
        SegmentScan scan = new SegmentScan(segment.channel(), table.offset(row), end);
        for (ByteBuffer record = scan.next(); record.hasRemaining() && !ended; record = scan.next()) {
            RecordType type = RecordType.of(record.get(2 * Integer.BYTES));
            if (type.isVersion()) show(type, record);
        }
        if (!ended && scan.offset() != end) throw segment.damaged(scan.offset());
    }

    private void show(RecordType type, ByteBuffer record) {
        Revision revision = Opening.revision(record);
        if (revision.main() > toMain) {
            ended = true;
            return;
        }
        Bytes keyValue = Opening.body(record, Records.REVISION_BYTES);
        if (!visitor.version(revision, type == RecordType.TOMBSTONE, keyValue)) ended = true;
        main = revision.main();
        sub = revision.sub() + 1;
    }
}
