package dev.quorate.operator.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quorate.operator.plan.MembershipView.Member;
import dev.quorate.operator.plan.Step.Done;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * The plan in a closed loop with a toy world, hundreds of times: pods are killed, wishes change in the middle of things,
 * the resource is made anew, the operator dies between writing the intent and acting, or after acting. Whatever happens,
 * no promise is broken and in the end everything is as wished.
 */
class ClosedLoopTest {
    private static final int SEEDS = Integer.getInteger("seeds", 200);
    private static final long FIRST = Long.getLong("seed", 1);
    private static final int ROUNDS = 400;
    private static final int QUIET_FROM = 150;
    private static final List<Integer> SIZES = List.of(1, 3, 5, 7);

    @Test
    void everyStoryEndsWellAndBreaksNoPromise() {
        for (long seed = FIRST; seed < FIRST + SEEDS; seed++) {
            Story story = play(seed);
            String paste = "reproduce: ./mvnw -pl crds,operator test -Dtest=ClosedLoopTest -Dseeds=1 -Dseed=" + seed;
            assertThat(story.world().store.broken())
                    .as("%s%n%s", paste, story.steps())
                    .isEmpty();
            assertThat(story.world().broken).as("%s%n%s", paste, story.steps()).isEmpty();
            assertThat(story.last()).as("%s%n%s", paste, story.steps()).isInstanceOf(Done.class);
            assertThat(story.world().store.clusters()).as(paste).isEqualTo(1);
            ClusterView end = story.world().view();
            assertThat(end.membership().orElseThrow().voters())
                    .as("%s%n%s", paste, story.steps())
                    .extracting(Member::ordinal)
                    .containsExactlyElementsOf(
                            IntStream.range(0, end.wanted().replicas()).boxed().toList());
        }
    }

    private record Story(ToyWorld world, List<String> steps, Step last) {}

    private static Story play(long seed) {
        RandomGenerator random = new SplittableRandom(seed);
        ToyWorld world = new ToyWorld(random, size(random));
        List<String> steps = new ArrayList<>();
        Step last = new Done();
        for (int round = 0; round < ROUNDS; round++) {
            if (round < QUIET_FROM) {
                disturb(world, random, steps);
            }
            world.tick();
            ClusterView view = world.view();
            last = Plan.next(view);
            String line = last.getClass().getSimpleName() + ": " + last.sentence();
            if (steps.isEmpty() || !steps.getLast().equals(line)) {
                steps.add(line);
            }
            // Killed between the intent and the effect: the next round is a new operator that knows nothing.
            world.record(last, view);
            if (round >= QUIET_FROM || random.nextInt(5) > 0) {
                world.perform(last);
            }
        }
        return new Story(world, steps, last);
    }

    private static void disturb(ToyWorld world, RandomGenerator random, List<String> steps) {
        switch (random.nextInt(40)) {
            case 0 -> {
                int members = size(random);
                steps.add("-- want " + members);
                world.want(members);
            }
            case 1, 2 -> {
                steps.add("-- a pod is killed");
                world.killPod();
            }
            case 3 -> {
                steps.add("-- new template");
                world.changeTemplate();
            }
            case 5, 6 -> {
                if (world.loseDisk()) {
                    steps.add("-- a disk is lost");
                }
            }
            case 4 -> {
                if (random.nextInt(4) == 0) {
                    steps.add("-- recreated");
                    world.recreate();
                }
            }
            default -> {}
        }
    }

    private static int size(RandomGenerator random) {
        return SIZES.get(random.nextInt(SIZES.size()));
    }
}
