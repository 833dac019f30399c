package dev.quorate.store.raft;

import dev.quorate.store.Bytes;
import dev.quorate.store.raft.MembershipChange.ChangeKind;
import dev.quorate.store.raft.MembershipChange.Single;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** Membership changes as text, {@code "v4 r1 l5"}: voter, remove, learner; empty leaves a joint configuration. */
final class Changes {
    private Changes() {}

    static MembershipChange parse(String text) {
        if (text.isBlank()) return MembershipChange.LEAVE_JOINT;
        List<Single> singles =
                Arrays.stream(text.trim().split(" +")).map(Changes::single).toList();
        return new MembershipChange(singles, false);
    }

    private static Single single(String word) {
        ChangeKind kind = switch (word.charAt(0)) {
            case 'v' -> ChangeKind.ADD_VOTER;
            case 'l' -> ChangeKind.ADD_LEARNER;
            case 'r' -> ChangeKind.REMOVE;
            case 'u' -> ChangeKind.UPDATE;
            default -> throw new IllegalArgumentException(word);
        };
        return new Single(kind, Long.parseLong(word.substring(1)));
    }

    static MembershipChange parse(Bytes data) {
        return parse(data.toUtf8());
    }

    static Bytes encode(MembershipChange change) {
        return Bytes.utf8(change.changes().stream()
                .map(single -> letter(single.kind()) + single.id())
                .collect(Collectors.joining(" ")));
    }

    private static String letter(ChangeKind kind) {
        return switch (kind) {
            case ADD_VOTER -> "v";
            case ADD_LEARNER -> "l";
            case REMOVE -> "r";
            case UPDATE -> "u";
        };
    }
}
