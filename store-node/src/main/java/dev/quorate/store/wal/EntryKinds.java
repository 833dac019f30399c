package dev.quorate.store.wal;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.quorate.store.raft.EntryKind;

/** etcd's numbers for the kinds of entries. */
final class EntryKinds {
    private EntryKinds() {}

    static int number(EntryKind kind) {
        return switch (kind) {
            case NORMAL -> 0;
            case CHANGE -> 1;
            case CHANGE_V2 -> 2;
        };
    }

    static EntryKind of(int number) throws InvalidProtocolBufferException {
        return switch (number) {
            case 0 -> EntryKind.NORMAL;
            case 1 -> EntryKind.CHANGE;
            case 2 -> EntryKind.CHANGE_V2;
            default -> throw new InvalidProtocolBufferException("an entry of the unknown kind " + number);
        };
    }
}
