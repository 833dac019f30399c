package dev.quorate.store.cli;

import dev.quorate.store.state.Alarm;
import dev.quorate.store.state.Command.AlarmChange;
import dev.quorate.store.state.MemberChange;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/** Who votes and who is accused of other data, as the log tells: without a trusted majority no key may change. */
final class SimTrust {
    private final SortedSet<Long> voters = new TreeSet<>();
    private final SortedSet<Long> all = new TreeSet<>();
    private final SortedSet<Long> accused = new TreeSet<>();
    private final SortedSet<Long> gone = new TreeSet<>();

    void members(List<MemberChange> changes) {
        for (MemberChange change : changes) {
            switch (change) {
                case MemberChange.Added(var member) -> {
                    all.add(member.id());
                    if (!member.learner()) voters.add(member.id());
                }
                case MemberChange.Promoted(long id) -> voters.add(id);
                case MemberChange.Removed(long id) -> {
                    all.remove(id);
                    voters.remove(id);
                    accused.remove(id);
                    gone.add(id);
                }
                case MemberChange.Updated updated -> {}
            }
        }
    }

    void alarm(AlarmChange change) {
        if (change.alarm().kind() != Alarm.Kind.CORRUPT) return;
        switch (change.action()) {
            case ACTIVATE -> {
                // An accusation that comes too late means nobody.
                if (!gone.contains(change.alarm().memberId()))
                    accused.add(change.alarm().memberId());
            }
            case DEACTIVATE -> accused.remove(change.alarm().memberId());
            case GET -> {}
        }
    }

    boolean isLost() {
        long trusted = voters.stream().filter(id -> !accused.contains(id)).count();
        return !accused.isEmpty() && (!all.containsAll(accused) || 2 * trusted <= voters.size());
    }
}
