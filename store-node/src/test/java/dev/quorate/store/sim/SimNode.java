package dev.quorate.store.sim;

import java.util.random.RandomGenerator;

/** What a name stands for. */
sealed interface SimNode permits SimFile, SimFolder {
    /** What was done to it so far is on the platter. */
    void force();

    /** A part of what was done to it is on the platter; the rest never will be, though it is seen until a crash. */
    void forceInPart(RandomGenerator random);

    void crash(RandomGenerator random);

    /** Nobody has it open any more. */
    void abandon();
}
