package dev.quorate.store.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quorate.store.mutant.Mutant;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * Shows that the simulation of whole clusters bites: every mistake of simulation/mutants.txt is compiled into a store of
 * its own, and a seed that the real one survives has to find it. The seed that once found it is tried first.
 *
 * <p>A store of its own starts cold, so a build tries the first few mistakes of the table only; {@code -Dmutants=all}
 * tries every one (minutes), {@code -Dmutants=text} those with the text in their name, {@code -Dseeds=N} says how many
 * other seeds are tried before a mistake has survived.
 */
class SystemMutantTest {
    private static final Path TABLE = Path.of("src/test/resources/simulation/mutants.txt");
    private static final int USUAL = 8;
    private static final int SEEDS = 200;

    private record Found(Mutant mutant, Optional<String> how) {}

    @Test
    void everyMistakeIsFound() throws Exception {
        List<Mutant> table = Mutant.read(TABLE);
        String asked = System.getProperty("mutants", "");
        List<Mutant> mutants = IntStream.range(0, table.size())
                .filter(i -> switch (asked) {
                    case "" -> i < USUAL;
                    case "all" -> true;
                    default -> table.get(i).name().contains(asked);
                })
                .mapToObj(table::get)
                .toList();
        List<Found> all = mutants.parallelStream().map(SystemMutantTest::find).toList();
        assertThat(all).filteredOn(found -> found.how().isEmpty()).isEmpty();
    }

    private static Found find(Mutant mutant) {
        try {
            ClassLoader loader = mutant.load();
            Optional<String> how = mutant.firstSeed() == 0 ? Optional.empty() : finding(loader, mutant.firstSeed());
            for (long seed = 1; how.isEmpty() && seed <= Integer.getInteger("seeds", SEEDS); seed++)
                how = finding(loader, seed);
            System.out.printf("%-70s %s%n", mutant.name(), how.orElse("SURVIVED"));
            return new Found(mutant, how);
        } catch (IOException | ReflectiveOperationException impossible) {
            throw new IllegalStateException(mutant.name(), impossible);
        }
    }

    /** What the seed finds, if the real store has no trouble with it. */
    private static Optional<String> finding(ClassLoader loader, long seed) throws ReflectiveOperationException {
        Optional<String> failure = failure(loader, seed);
        if (failure.isEmpty()
                || failure(SystemMutantTest.class.getClassLoader(), seed).isPresent()) return Optional.empty();
        return Optional.of("seed " + seed + ": " + failure.get());
    }

    private static Optional<String> failure(ClassLoader loader, long seed) throws ReflectiveOperationException {
        Constructor<?> create = loader.loadClass(SimWorld.class.getName()).getDeclaredConstructor(long.class);
        create.setAccessible(true);
        Object world = create.newInstance(seed);
        Method run = world.getClass().getDeclaredMethod("run");
        run.setAccessible(true);
        try {
            run.invoke(world);
            return Optional.empty();
        } catch (InvocationTargetException found) {
            Throwable cause = found.getCause();
            if (cause instanceof LinkageError broken) throw broken;
            String text = String.valueOf(cause.getMessage()).lines().findFirst().orElse("");
            return Optional.of(text.length() > 100 ? text.substring(0, 100) + "..." : text);
        }
    }
}
