package dev.quorate.store.linear;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quorate.store.linear.Action.CompareAndPut;
import dev.quorate.store.linear.Action.Delete;
import dev.quorate.store.linear.Action.LeaseEnds;
import dev.quorate.store.linear.Action.Put;
import dev.quorate.store.linear.Action.PutByPresence;
import dev.quorate.store.linear.Action.Read;
import dev.quorate.store.linear.Linearization.Verdict;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tables of histories: a line is a key, when a call began and ended (? = nobody knows), and what it was told. */
class LinearizationTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "a 1 2 put x; a 3 4 read x",
                "a 1 2 read -",
                "a 1 4 put x; a 2 3 read -",
                "a 1 4 put x; a 2 3 read x",
                "a 1 6 put x; a 2 3 read -; a 4 5 read x",
                "a 1 8 put x; a 2 7 put y; a 3 4 read x; a 5 6 read y",
                "a 1 8 put x; a 2 7 put y; a 3 4 read y; a 5 6 read x",
                "a 1 2 put x; b 3 4 read -; a 5 6 read x",
                "a 1 ? put x; a 2 3 read -; a 4 5 read x",
                "a 1 ? put x; a 2 3 read -; a 4 5 read -",
                "a 1 ? put x; a 2 3 put y; a 4 5 read y; a 6 7 read x",
                "a 1 ? delete ?; a 2 3 put x; a 4 5 read x; a 6 7 read -",
                "a 1 2 put x; a 3 4 delete yes; a 5 6 delete no; a 7 8 read -",
                "a 1 6 put x; a 2 3 put y; a 4 5 delete yes; a 7 8 delete yes",
                "a 1 ? put x; a 2 3 delete yes; a 4 5 delete no",
                "a 1 ? put x; a 2 ? put y; a 3 4 delete yes; a 5 6 delete yes; a 7 8 delete no",
                "a 1 2 either x y yes; a 3 4 either z w no; a 5 6 read w",
                "a 1 ? either x y ?; a 2 3 put z; a 4 5 read y",
                "a 1 2 put x; a 3 4 swap x y yes; a 5 6 swap x z no; a 7 8 read y",
                "a 1 2 put x; a 3 ? swap x y ?; a 4 5 read x; a 6 7 read y",
                "a 1 2 swap - x yes; a 3 4 read x",
                "a 1 2 put x 7; a 1 ? ends 7; a 3 4 read x; a 5 6 read -",
                "a 1 2 put x 7; a 1 ? ends 7; a 3 4 put y; a 5 6 read y",
                "a 1 2 put x; a 3 ? swap x y ?; a 4 ? put z; a 5 6 read y; a 7 8 read z",
            })
    void couldHaveHappened(String table) {
        assertThat(verdict(table)).isEqualTo(Verdict.POSSIBLE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a 1 2 put x; a 3 4 read -",
                "a 1 2 read x",
                "a 1 2 put x; a 3 4 put y; a 5 6 read x",
                "a 1 6 put x; a 2 3 read x; a 4 5 read -",
                "a 1 8 put x; a 2 3 read x; a 4 5 put y; a 6 7 read x",
                "a 1 2 put x; b 3 4 read x",
                "a 1 ? put x; a 2 3 read x; a 4 5 read -",
                "a 1 ? put x; a 2 3 put y; a 4 5 read x; a 6 7 read y",
                "a 3 ? put x; a 1 2 read x",
                "a 1 2 put x; a 3 4 delete no",
                "a 1 2 delete yes",
                "a 1 ? put x; a 2 3 delete yes; a 4 5 delete yes",
                "a 1 2 put x; a 3 4 either y z yes",
                "a 1 2 either x y yes; a 3 4 read y",
                "a 1 2 put x; a 3 6 swap x y yes; a 4 5 swap x z yes",
                "a 1 2 put x; a 3 4 swap x y no",
                "a 1 2 put x; a 3 4 swap z y yes",
                "a 1 2 swap - x no",
                "a 1 2 put x; a 1 ? ends 7; a 3 4 read -",
                "a 1 2 put x 7; a 1 ? ends 7; a 3 4 put y; a 5 6 read -",
                "a 5 ? ends 7; a 1 2 put x 7; a 3 4 read -",
                "a 1 2 put x; a 3 ? swap x y ?; a 4 5 put z; a 6 7 read x; a 8 9 read y",
                "a 1 ? either x y ?; a 2 3 read x; a 4 5 read y",
                "a 1 8 put x; a 2 3 read x; a 4 5 put y; a 6 7 read x; a 9 10 read y",
            })
    void couldNotHaveHappened(String table) {
        assertThat(verdict(table)).isEqualTo(Verdict.IMPOSSIBLE);
    }

    /** Histories of a real register with random pauses are possible; with one told value changed they are not. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void findsTheOrderOfManyCallsAndTheOneThatDoesNotFit(int seed) {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        List<Call> calls = new ArrayList<>();
        Action.Cell cell = Action.Cell.ABSENT;
        for (int i = 0; i < 200; i++) {
            long effect = 1_000L * i;
            boolean read = random.nextInt(3) != 0;
            Action action = read ? new Read(cell.value()) : new Put("v" + i, 0);
            cell = action.on(cell).orElseThrow();
            boolean unknown = !read && random.nextInt(8) == 0;
            long ended = unknown ? Call.NEVER : effect + 1 + 2 * random.nextInt(4_000);
            calls.add(new Call("k", effect - 2 * random.nextInt(4_000), ended, action));
        }
        assertThat(Linearization.of(calls).verdict()).isEqualTo(Verdict.POSSIBLE);
        calls.add(new Call("k", 300_000, 300_001, new Put("last", 0)));
        calls.add(new Call("k", 300_002, 300_003, new Read(cell.value())));
        assertThat(Linearization.of(calls).verdict()).isEqualTo(Verdict.IMPOSSIBLE);
    }

    /** Few calls, so that every order can be tried; of values that are put once and of such that are put again. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void agreesWithTryingEveryOrder(int seed) {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        EnumMap<Verdict, Integer> seen = new EnumMap<>(Verdict.class);
        for (int i = 0; i < 2_000; i++) {
            List<Call> calls = randomCalls(random);
            Verdict expected = canBe(calls, Action.Cell.ABSENT) ? Verdict.POSSIBLE : Verdict.IMPOSSIBLE;
            assertThat(Linearization.of(calls).verdict()).as("%s", calls).isEqualTo(expected);
            seen.merge(expected, 1, Integer::sum);
        }
        assertThat(seen.values()).hasSize(2).allMatch(times -> times > 100);
    }

    private static List<Call> randomCalls(RandomGenerator random) {
        int values = 2 + random.nextInt(8);
        int count = 2 + random.nextInt(6);
        List<Integer> moments =
                new ArrayList<>(IntStream.range(0, 2 * count).boxed().toList());
        List<Call> calls = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int one = moments.remove(random.nextInt(moments.size()));
            int other = moments.remove(random.nextInt(moments.size()));
            Optional<Boolean> told = random.nextInt(3) == 0 ? Optional.empty() : Optional.of(random.nextBoolean());
            String value = "v" + random.nextInt(values);
            String second = "v" + random.nextInt(values);
            Action action = switch (random.nextInt(8)) {
                case 0 -> new Delete(told);
                case 1 -> new PutByPresence(value + "+", value, told);
                case 2, 3 -> new CompareAndPut(random.nextInt(4) == 0 ? "" : second, value, told);
                case 4, 5 -> new Read(random.nextInt(4) == 0 ? "" : value);
                case 6 -> new LeaseEnds(1);
                default -> new Put(value, random.nextInt(2));
            };
            boolean unknown = action instanceof LeaseEnds || (told.isEmpty() && !(action instanceof Read));
            calls.add(new Call("k", Math.min(one, other), unknown ? Call.NEVER : Math.max(one, other), action));
        }
        return calls;
    }

    private static boolean canBe(List<Call> left, Action.Cell cell) {
        if (left.stream().noneMatch(Call::isKnown)) return true;
        for (Call call : left) {
            if (left.stream().anyMatch(other -> other.returned() < call.invoked())) continue;
            Optional<Action.Cell> next = call.action().on(cell);
            List<Call> others = left.stream().filter(other -> other != call).toList();
            if (next.isPresent() && canBe(others, next.get())) return true;
        }
        return false;
    }

    private static Verdict verdict(String table) {
        List<Call> calls = new ArrayList<>();
        for (String line : table.split(";")) calls.add(call(line.strip().split(" ")));
        return Linearization.of(calls).verdict();
    }

    private static Call call(String[] words) {
        Action action = switch (words[3]) {
            case "put" -> new Put(words[4], words.length > 5 ? Long.parseLong(words[5]) : 0);
            case "read" -> new Read(value(words[4]));
            case "delete" -> new Delete(told(words[4]));
            case "either" -> new PutByPresence(words[4], words[5], told(words[6]));
            case "swap" -> new CompareAndPut(value(words[4]), words[5], told(words[6]));
            case "ends" -> new LeaseEnds(Long.parseLong(words[4]));
            default -> throw new IllegalArgumentException(words[3]);
        };
        long returned = words[2].equals("?") ? Call.NEVER : Long.parseLong(words[2]);
        return new Call(words[0], Long.parseLong(words[1]), returned, action);
    }

    private static String value(String word) {
        return word.equals("-") ? "" : word;
    }

    private static Optional<Boolean> told(String word) {
        return word.equals("?") ? Optional.empty() : Optional.of(word.equals("yes"));
    }
}
