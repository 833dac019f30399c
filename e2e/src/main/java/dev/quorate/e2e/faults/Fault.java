package dev.quorate.e2e.faults;

import dev.quorate.e2e.process.MemberProcesses;
import java.io.IOException;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/** One fault: it is injected, lasts a while and is healed. */
public sealed interface Fault {
    void inject(MemberProcesses members) throws IOException, InterruptedException;

    void heal(MemberProcesses members) throws IOException, InterruptedException;

    /** {@code kill -9} of one member, which starts again. */
    record Kill(int member) implements Fault {
        @Override
        public void inject(MemberProcesses members) throws InterruptedException {
            members.kill(member);
        }

        @Override
        public void heal(MemberProcesses members) throws IOException {
            members.restart(member);
        }
    }

    /** {@code kill -9} of all members at once. */
    record KillAll() implements Fault {
        @Override
        public void inject(MemberProcesses members) throws IOException, InterruptedException {
            for (int i = 0; i < members.memberCount(); i++) members.signal(i, "KILL");
            for (int i = 0; i < members.memberCount(); i++) members.kill(i);
        }

        @Override
        public void heal(MemberProcesses members) throws IOException {
            for (int i = 0; i < members.memberCount(); i++) members.restart(i);
        }
    }

    /** A member that stands still as under a long pause, and then goes on as if nothing had happened. */
    record Pause(int member) implements Fault {
        @Override
        public void inject(MemberProcesses members) throws IOException, InterruptedException {
            members.signal(member, "STOP");
        }

        @Override
        public void heal(MemberProcesses members) throws IOException, InterruptedException {
            members.signal(member, "CONT");
        }
    }

    /** Picks a fault; half of the single ones hit the leader. */
    static Fault pick(SplittableRandom random, int memberCount, int leader) {
        int member = random.nextBoolean() ? leader : random.nextInt(memberCount);
        return switch (random.nextInt(5)) {
            case 0 -> new KillAll();
            case 1, 2 -> new Pause(member);
            default -> new Kill(member);
        };
    }

    /** Injects, waits and heals. */
    default void play(MemberProcesses members, long millis) throws IOException, InterruptedException {
        inject(members);
        TimeUnit.MILLISECONDS.sleep(millis);
        heal(members);
    }
}
