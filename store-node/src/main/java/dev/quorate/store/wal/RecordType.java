package dev.quorate.store.wal;

/** The types of records, by etcd's numbers. */
final class RecordType {
    static final int METADATA = 1;
    static final int ENTRY = 2;
    static final int STATE = 3;
    static final int CRC = 4;
    static final int MARK = 5;

    private RecordType() {}
}
