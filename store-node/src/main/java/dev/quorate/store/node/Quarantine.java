package dev.quorate.store.node;

import dev.quorate.store.state.Command;
import dev.quorate.store.state.Refusal;
import dev.quorate.store.state.StoreState;
import java.util.Optional;

/** What a member may not do any more once its own state cannot be trusted. */
final class Quarantine {
    private final long self;
    private final Applier applier;

    /** Its alarm goes when it is removed, but its state is as wrong as before. */
    private volatile boolean wasAccused;

    Quarantine(long self, Applier applier) {
        this.self = self;
        this.applier = applier;
    }

    /** Nothing may be read here: this member is accused, or its disk is damaged, or nobody knows the data. */
    boolean isCorrupt() {
        StoreState state = applier.state();
        return isAccused(state) || state.isCorrupt() || !applier.damage().isEmpty();
    }

    /** This member must not lead or give its state away, because others know better. */
    boolean isAway() {
        StoreState state = applier.state();
        return (isAccused(state) || !applier.damage().isEmpty()) && !state.isCorrupt();
    }

    private boolean isAccused(StoreState state) {
        boolean accused =
                state.isAccused(self) || (wasAccused && state.members().wasRemoved(self));
        if (accused != wasAccused) wasAccused = accused;
        return accused;
    }

    /** Before anything is proposed; apply checks again what holds for everybody. */
    Optional<Refusal> forbids(Command command) {
        if (isCorrupt() && StoreState.touchesKeys(command)) return Optional.of(Refusal.CORRUPT);
        return applier.state().forbidden(command);
    }
}
