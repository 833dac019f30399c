package dev.quorate.e2e.faults;

import dev.quorate.e2e.inside.Orders;
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

    /** Both ways between a member and the others are slow. */
    record SlowLinks(int member) implements Cut {
        @Override
        public void inject(MemberProcesses members) {
            for (int i = 0; i < members.memberCount(); i++) {
                members.network().slowDown(i, member);
                members.network().slowDown(member, i);
            }
        }
    }

    /** Its connections break again and again. */
    record Reset(int member) implements Cut {
        private static final int TIMES = 5;

        @Override
        public void inject(MemberProcesses members) throws InterruptedException {
            for (int i = 0; i < TIMES; i++) {
                members.network().reset(member);
                TimeUnit.MILLISECONDS.sleep(100);
            }
        }
    }

    /** Its disk or its clock is not what it should be; of JVMs only. */
    record Inside(int member, Orders orders) implements Fault {
        @Override
        public void inject(MemberProcesses members) throws IOException {
            members.order(member, orders);
        }

        @Override
        public void heal(MemberProcesses members) throws IOException {
            members.order(member, Orders.NONE);
        }
    }

    /** Its disk refuses to force: it must end by itself, and starts again when the disk works. */
    record DiskFails(int member) implements Fault {
        private static final long END_SECONDS = 30;

        @Override
        public void inject(MemberProcesses members) throws IOException {
            members.order(member, new Orders(Orders.Disk.FAILS, 0));
        }

        @Override
        public void heal(MemberProcesses members) throws IOException, InterruptedException {
            members.awaitEnd(member, END_SECONDS);
            members.order(member, Orders.NONE);
            members.restart(member);
        }
    }

    /** All members share a file system, and somebody fills it up to the last block. */
    record Full() implements Fault {
        @Override
        public void inject(MemberProcesses members) throws IOException {
            members.fillUp();
        }

        @Override
        public void heal(MemberProcesses members) throws IOException {
            members.giveBack();
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
        SLOWLINK,
        RESET,
        STALL,
        SLOWDISK,
        CLOCK,
        DISKFAILS,
        REPLACE,
        FULL;

        private static final long HOUR_MILLIS = 3_600_000;

        Fault of(int member, int other) {
            return switch (this) {
                case KILL -> new Kill(member);
                case KILLALL -> new KillAll();
                case PAUSE -> new Pause(member);
                case ISOLATE -> new Isolate(member);
                case DEAFEN -> new Deafen(member);
                case MUTE -> new Mute(member);
                case CUT -> new CutLink(member, other);
                case SLOWLINK -> new SlowLinks(member);
                case RESET -> new Reset(member);
                case STALL -> new Inside(member, new Orders(Orders.Disk.STALLS, 0));
                case SLOWDISK -> new Inside(member, new Orders(Orders.Disk.SLOW, 0));
                case CLOCK ->
                    new Inside(member, new Orders(Orders.Disk.WORKS, other % 2 == 0 ? HOUR_MILLIS : -HOUR_MILLIS));
                case DISKFAILS -> new DiskFails(member);
                case REPLACE -> new Replace(member);
                case FULL -> new Full();
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
