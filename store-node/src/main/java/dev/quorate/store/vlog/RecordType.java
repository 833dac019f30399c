package dev.quorate.store.vlog;

/** What a record holds; the number is its byte on disk. */
enum RecordType {
    VERSION(1),
    TOMBSTONE(2),
    FACT(3),
    END(4);

    private static final RecordType[] TYPES = values();

    private final byte code;

    RecordType(int code) {
        this.code = (byte) code;
    }

    byte code() {
        return code;
    }

    /** Of a key, alive or deleted: it has a row in the table of its file. */
    boolean isVersion() {
        return this == VERSION || this == TOMBSTONE;
    }

    static boolean isKnown(byte code) {
        return code >= 1 && code <= TYPES.length;
    }

    static RecordType of(byte code) {
        return TYPES[code - 1];
    }
}
