package dev.quorate.store.state;

import java.util.List;

/** What one entry of the log asks the state to do. {@link Op.Put}, {@link Op.DeleteRange} and {@link Op.Txn} too. */
public sealed interface Command permits Op.Put, Op.DeleteRange, Op.Txn, Command.Simple {
    /** Everything that cannot stand in a transaction. */
    sealed interface Simple extends Command {}

    /** The leader's empty entry at the start of its term. */
    record Noop() implements Simple {}

    record Compact(long revision, boolean physical) implements Simple {}

    /** The id is chosen by the node that takes the request. */
    record LeaseGrant(long id, long ttlSeconds) implements Simple {}

    record LeaseRevoke(long id) implements Simple {}

    record LeaseCheckpoint(List<Remaining> leases) implements Simple {
        /** How long one lease still lives. */
        public record Remaining(long id, long remainingTtlSeconds) {}
    }

    record AlarmChange(Action action, Alarm alarm) implements Simple {
        /** What to do with the alarm; asking travels in the log too, as in etcd. */
        public enum Action {
            GET,
            ACTIVATE,
            DEACTIVATE
        }
    }

    record MemberAttributes(long id, String name, List<String> clientUrls) implements Simple {}

    /** A listed member starts for the first time. The first disk that does is its own for ever; any other is refused. */
    record MemberStart(long id, String name, String dataNonce) implements Simple {}

    record ClusterVersionSet(String version) implements Simple {}

    record DowngradeSet(boolean enabled, String targetVersion) implements Simple {}

    /** The member-list side of a membership change; no changes at all = the end of a joint change. */
    record MembersChange(List<MemberChange> changes) implements Simple {}

    /** An entry that this version does not understand; it changes nothing on any member. */
    record Unknown(String what) implements Simple {}
}
