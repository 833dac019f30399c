package dev.quorate.store.sim;

import java.util.random.RandomGenerator;

/** What a name stands for. */
sealed interface SimNode permits SimFile, SimFolder {
    void crash(RandomGenerator random);
}
