package dev.quorate.e2e.faults;

import dev.quorate.e2e.process.MemberProcesses;
import java.io.IOException;
import java.util.List;
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

    /** Something of the network between the members. */
    sealed interface Cut extends Fault {
        @Override
        default void heal(MemberProcesses members) {
            members.network().healAll();
        }
    }

    /** Nobody hears this member, nor it them. */
    record Isolate(int member) implements Cut {
        @Override
        public void inject(MemberProcesses members) {
            for (int i = 0; i < members.memberCount(); i++) {
                members.network().cut(i, member);
                members.network().cut(member, i);
            }
        }
    }

    /** It is heard by the others, but hears nobody. */
    record Deafen(int member) implements Cut {
        @Override
        public void inject(MemberProcesses members) {
            for (int i = 0; i < members.memberCount(); i++) members.network().cut(i, member);
        }
    }

    /** It hears the others, but nobody hears it. */
    record Mute(int member) implements Cut {
        @Override
        public void inject(MemberProcesses members) {
            for (int i = 0; i < members.memberCount(); i++) members.network().cut(member, i);
        }
    }

    /** One direction between two members is cut. */
    record CutLink(int from, int to) implements Cut {
        @Override
        public void inject(MemberProcesses members) {
            members.network().cut(from, to);
        }
    }

    /** It loses its disk, is removed and comes back as a new member while everything goes on. */
    record Replace(int member) implements Fault {
        @Override
        public void inject(MemberProcesses members) throws IOException, InterruptedException {
            members.remove(member);
        }

        @Override
        public void heal(MemberProcesses members) throws IOException, InterruptedException {
            members.addAgain(member);
        }
    }

    /** The kinds that a command can ask for. */
    enum Kind {
        KILL,
        KILLALL,
        PAUSE,
        ISOLATE,
        DEAFEN,
        MUTE,
        CUT,
        REPLACE;

        Fault of(int member, int other) {
            return switch (this) {
                case KILL -> new Kill(member);
                case KILLALL -> new KillAll();
                case PAUSE -> new Pause(member);
                case ISOLATE -> new Isolate(member);
                case DEAFEN -> new Deafen(member);
                case MUTE -> new Mute(member);
                case CUT -> new CutLink(member, other);
                case REPLACE -> new Replace(member);
            };
        }
    }

    /** Picks a fault; half of the single ones hit the leader. */
    static Fault pick(SplittableRandom random, List<Kind> kinds, int memberCount, int leader) {
        int member = random.nextBoolean() ? leader : random.nextInt(memberCount);
        int other = (member + 1 + random.nextInt(Math.max(1, memberCount - 1))) % memberCount;
        return kinds.get(random.nextInt(kinds.size())).of(member, other);
    }

    /** Injects, waits and heals, whatever happens. */
    default void play(MemberProcesses members, long millis) throws IOException, InterruptedException {
        try {
            inject(members);
            TimeUnit.MILLISECONDS.sleep(millis);
        } finally {
            heal(members);
        }
    }
}
