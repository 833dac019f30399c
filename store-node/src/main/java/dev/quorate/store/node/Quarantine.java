package dev.quorate.store.node;

import dev.quorate.store.state.Command;
import dev.quorate.store.state.Refusal;
import dev.quorate.store.state.StoreState;
import java.util.Optional;

/** What a member may not do any more once its own state cannot be trusted, or is nobody's any more. */
final class Quarantine {
    private final long self;
    private final Applier applier;

    /** Its alarm goes when it is removed, but it may still be needed to end that change, with a state as wrong as before. */
    private volatile boolean wasAccused;

    Quarantine(long self, Applier applier) {
        this.self = self;
        this.applier = applier;
    }

    /**
     * Why nothing may be read here. Who was removed may have been so because its state is wrong, and stays for a moment:
     * it votes but answers nobody.
     */
    Optional<Refusal> silence() {
        if (isCorrupt()) return Optional.of(Refusal.CORRUPT);
        return applier.state().members().wasRemoved(self) ? Optional.of(Refusal.STOPPED) : Optional.empty();
    }

    /** Nobody can tell what is right: this member is accused, or its disk is damaged, or nobody knows the data. */
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
        Optional<Refusal> silence = StoreState.touchesKeys(command) ? silence() : Optional.empty();
        return silence.isPresent() ? silence : applier.state().forbidden(command);
    }
}
