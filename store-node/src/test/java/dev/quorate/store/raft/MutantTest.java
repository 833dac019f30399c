package dev.quorate.store.raft;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quorate.store.mutant.Mutant;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Shows that the simulation bites: every mistake of raft/mutants.txt is compiled into a core of its own and has to be
 * found. The seed that once found it is tried first; {@code -Dseeds=N} says how many others then.
 */
class MutantTest {
    private static final Path TABLE = Path.of("src/test/resources/raft/mutants.txt");
    private static final int SEEDS = 400;
    private static final String SURVIVED = "SURVIVED";

    @Test
    void everyMistakeIsFound() throws Exception {
        List<String> survivors = new ArrayList<>();
        for (Mutant mutant : Mutant.read(TABLE)) {
            String finder = finder(mutant.load(), mutant.firstSeed());
            System.out.printf("%-75s %s%n", mutant.name(), finder);
            if (finder.equals(SURVIVED)) survivors.add(mutant.name());
        }
        assertThat(survivors).isEmpty();
    }

    private static String finder(ClassLoader loader, long firstSeed) throws ReflectiveOperationException {
        if (firstSeed == 0) return failsAScript(loader) ? "script" : SURVIVED;
        if (failsSeed(loader, firstSeed)) return "seed " + firstSeed;
        for (long seed = 1; seed <= Integer.getInteger("seeds", SEEDS); seed++) {
            if (failsSeed(loader, seed)) return "seed " + seed;
        }
        return SURVIVED;
    }

    private static boolean failsSeed(ClassLoader loader, long seed) throws ReflectiveOperationException {
        Constructor<?> create = loader.loadClass(RaftSimulation.class.getName()).getDeclaredConstructors()[0];
        create.setAccessible(true);
        Object simulation = create.newInstance(seed, null);
        Method run = simulation.getClass().getDeclaredMethod("run");
        run.setAccessible(true);
        return fails(() -> run.invoke(simulation));
    }

    private static boolean failsAScript(ClassLoader loader) throws ReflectiveOperationException {
        Method check = loader.loadClass(RaftScriptTest.class.getName()).getDeclaredMethod("checkAll");
        check.setAccessible(true);
        return fails(() -> check.invoke(null));
    }

    private interface Invocation {
        void run() throws ReflectiveOperationException;
    }

    private static boolean fails(Invocation invocation) throws ReflectiveOperationException {
        try {
            invocation.run();
            return false;
        } catch (InvocationTargetException found) {
            return true;
        }
    }
}
