package dev.quorate.store.state;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** What is replicated beside keys and leases: members, alarms and the cluster's version; immutable. */
record Settings(Members members, List<Alarm> alarms, String clusterVersion, Fact.Downgrade downgrade) {
    static final Settings NONE = new Settings(Members.NONE, List.of(), "", new Fact.Downgrade(false, ""));

    private static final Comparator<Alarm> ORDER = (a, b) -> a.memberId() == b.memberId()
            ? a.kind().compareTo(b.kind())
            : Long.compareUnsigned(a.memberId(), b.memberId());

    /** The settings after a command, its outcome and what must be remembered. */
    record Changed(Settings settings, Outcome outcome, List<Fact> facts) {}

    boolean isRaised(Alarm.Kind kind) {
        for (Alarm alarm : alarms) if (alarm.kind() == kind) return true;
        return false;
    }

    boolean isAccused(long memberId) {
        return !alarms.isEmpty() && alarms.contains(new Alarm(memberId, Alarm.Kind.CORRUPT));
    }

    /**
     * Is the data unknown? In etcd a single CORRUPT alarm stops everybody. Here the members that are not accused go on as
     * long as they are a majority of the voters; an alarm in the name of nobody stops everybody as it does there.
     */
    boolean isCorrupt() {
        if (!isRaised(Alarm.Kind.CORRUPT)) return false;
        int voters = 0;
        int trusted = 0;
        for (Member member : members.all()) {
            if (member.learner()) continue;
            voters++;
            if (!isAccused(member.id())) trusted++;
        }
        for (Alarm alarm : alarms) {
            if (alarm.kind() == Alarm.Kind.CORRUPT
                    && members.get(alarm.memberId()).isEmpty()) return true;
        }
        return trusted < voters / 2 + 1;
    }

    /** What an alarm forbids. */
    Optional<Refusal> forbidden(Command command) {
        if (alarms.isEmpty()) return Optional.empty();
        if (touchesKeys(command) && isCorrupt()) return Optional.of(Refusal.CORRUPT);
        if (Quota.costBytes(command) > 0 && isRaised(Alarm.Kind.NO_SPACE)) return Optional.of(Refusal.NO_SPACE);
        return Optional.empty();
    }

    static boolean touchesKeys(Command command) {
        return switch (command) {
            case Op.Put put -> true;
            case Op.DeleteRange delete -> true;
            case Op.Txn txn -> true;
            case Command.Compact compact -> true;
            case Command.LeaseGrant grant -> true;
            case Command.LeaseRevoke revoke -> true;
            case Command.Simple other -> false;
        };
    }

    Changed alarm(Command.AlarmChange change) {
        Alarm alarm = change.alarm();
        return switch (change.action()) {
            case GET -> new Changed(this, new Outcome.Alarms(asked(alarm)), List.of());
            case ACTIVATE -> {
                // An accusation may come when the culprit has gone; in the name of nobody it would stop everybody.
                boolean late = members.wasRemoved(alarm.memberId());
                if (late || alarm.kind() == Alarm.Kind.NONE) yield unchanged(List.of());
                if (alarms.contains(alarm)) yield unchanged(List.of(alarm));
                yield changed(with(alarm), alarm, new Fact.AlarmRaised(alarm));
            }
            case DEACTIVATE -> {
                if (!alarms.contains(alarm)) yield unchanged(List.of());
                yield changed(without(alarm), alarm, new Fact.AlarmCleared(alarm));
            }
        };
    }

    private List<Alarm> asked(Alarm about) {
        return alarms.stream()
                .filter(one -> about.kind() == Alarm.Kind.NONE || one.kind() == about.kind())
                .toList();
    }

    private Changed unchanged(List<Alarm> named) {
        return new Changed(this, new Outcome.Alarms(named), List.of());
    }

    private Changed refused(Refusal reason) {
        return new Changed(this, new Outcome.Refused(reason), List.of());
    }

    private static Changed changed(Settings after, Alarm alarm, Fact fact) {
        return new Changed(after, new Outcome.Alarms(List.of(alarm)), List.of(fact));
    }

    Settings with(Alarm alarm) {
        List<Alarm> more = new ArrayList<>(alarms);
        if (!more.contains(alarm)) more.add(alarm);
        more.sort(ORDER);
        return new Settings(members, List.copyOf(more), clusterVersion, downgrade);
    }

    Settings without(Alarm alarm) {
        List<Alarm> fewer = new ArrayList<>(alarms);
        fewer.remove(alarm);
        return new Settings(members, List.copyOf(fewer), clusterVersion, downgrade);
    }

    Settings with(Members newMembers) {
        return new Settings(newMembers, alarms, clusterVersion, downgrade);
    }

    Settings at(String version) {
        return new Settings(members, alarms, version, downgrade);
    }

    Settings with(Fact.Downgrade newDowngrade) {
        return new Settings(members, alarms, clusterVersion, newDowngrade);
    }

    /** A member that is not in the list (any more) has nothing to say about itself. */
    Changed attributes(Command.MemberAttributes attributes) {
        Optional<Member> known = members.get(attributes.id());
        if (known.isEmpty()) return new Changed(this, new Outcome.Done(), List.of());
        Member named = known.get().named(attributes.name(), attributes.clientUrls());
        return new Changed(with(members.with(named)), new Outcome.Done(), List.of(new Fact.MemberSet(named)));
    }

    Changed start(Command.MemberStart start) {
        Optional<Member> known = members.get(start.id());
        if (known.isEmpty()) return refused(Refusal.MEMBER_NOT_FOUND);
        if (members.hasStartedElsewhere(start.id(), start.dataNonce())) return refused(Refusal.MEMBER_STARTED);
        Member named = known.get().named(start.name(), known.get().clientUrls());
        return new Changed(
                with(members.with(named).on(start.id(), start.dataNonce())),
                new Outcome.Done(),
                List.of(new Fact.MemberSet(named), new Fact.MemberDisk(start.id(), start.dataNonce())));
    }

    Changed members(Command.MembersChange change) {
        Optional<Refusal> refusal = members.refusal(change.changes());
        if (refusal.isPresent()) return refused(refusal.get());
        Members after = members;
        for (MemberChange one : change.changes()) after = after.with(one);
        Settings settings = with(after);
        List<Fact> facts = new ArrayList<>(after.facts(change.changes()));
        for (MemberChange one : change.changes()) {
            if (!(one instanceof MemberChange.Removed)) continue;
            // Who is gone needs neither a replacement nor room any more.
            for (Alarm alarm : alarms) {
                if (alarm.memberId() != one.id()) continue;
                settings = settings.without(alarm);
                facts.add(new Fact.AlarmCleared(alarm));
            }
        }
        return new Changed(settings, new Outcome.MembersChanged(after), facts);
    }

    Changed clusterVersion(Command.ClusterVersionSet set) {
        return new Changed(at(set.version()), new Outcome.Done(), List.of(new Fact.ClusterVersion(set.version())));
    }

    Changed downgrade(Command.DowngradeSet set) {
        Fact.Downgrade fact = new Fact.Downgrade(set.enabled(), set.targetVersion());
        return new Changed(with(fact), new Outcome.Done(), List.of(fact));
    }
}
