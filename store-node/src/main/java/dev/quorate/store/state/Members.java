package dev.quorate.store.state;

import java.util.List;
import java.util.Optional;

/** The members of the cluster and the ids that can never come back; immutable. */
public final class Members {
    public static final Members NONE = new Members();

    private Members() {}

    /** Ordered by id, unsigned. */
    public List<Member> all() {
        return List.of();
    }

    public Optional<Member> get(long id) {
        return Optional.empty();
    }

    public boolean wasRemoved(long id) {
        return false;
    }

    /** Why the list would not take this change, or empty when it would. */
    public Optional<Refusal> refusal(List<MemberChange> changes) {
        return Optional.empty();
    }
}
