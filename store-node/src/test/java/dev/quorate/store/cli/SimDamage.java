package dev.quorate.store.cli;

import dev.quorate.store.Bytes;
import dev.quorate.store.Invariant;
import dev.quorate.store.state.AnswerRoom;
import dev.quorate.store.state.Member;
import dev.quorate.store.state.Op;
import dev.quorate.store.vlog.DamagedValueLog;
import dev.quorate.store.wal.DamagedWal;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * What no log can mend: bits that turn on one member's disk, or a member whose state is not that of its log. And the
 * operator, who replaces a member that says what is wrong with it, or of which the others say so.
 *
 * <pre>
 * DamageIsFound: a member that meets bytes that are not what was written names file and offset, and does not answer from
 *   them. It ends, does not start again, or is accused.
 * AstrayIsFound: a member with another state than the majority is accused. Until then it tells clients what is not true,
 *   which is why here no client asks it.
 * AstrayNeverSpreads: as long as others may tell, it does not hand its state out when it leads.
 * </pre>
 */
final class SimDamage {
    private static final long OPERATOR_MILLIS = 300;
    private static final int MANY_TRIES = 1_000;

    private final SimWorld world;
    private final RandomGenerator random;
    private final SortedMap<String, Integer> coverage = new TreeMap<>();
    private final boolean planned;
    private @Nullable SimMember victim;
    private boolean rotten;
    private boolean over;

    SimDamage(SimWorld world, RandomGenerator random, int voters) {
        this.world = world;
        this.random = random;
        this.planned = voters >= 3 && random.nextInt(3) != 0;
    }

    void begin() {
        if (!planned) return;
        world.agenda.after(2_000 + random.nextInt(7_000), this::strike);
        operate();
    }

    /** As long as one member is lost, the others must stay: nobody could replace two of three. */
    boolean needsEverybody() {
        return planned && !over;
    }

    boolean isVictim(long member) {
        return victim != null && victim.id == member;
    }

    SortedMap<String, Integer> coverage() {
        return coverage;
    }

    private void count(String what) {
        coverage.merge(what, 1, Integer::sum);
    }

    private void strike() {
        SimMember one = world.anybody();
        SimMember.Life life = one.life();
        boolean votes = life != null && life.raft.membership().voters().contains(one.id);
        if (world.isPeace()) over = true;
        else if (life == null || !votes || life.raft.membership().voters().size() < 3)
            world.agenda.after(50, this::strike);
        else {
            victim = one;
            switch (random.nextInt(3)) {
                case 0 -> {
                    if (life.raft.isLeader()) world.agenda.after(50, this::strike);
                    else goAstray(one, life);
                }
                case 1 -> rot(one, one.disk.root().resolve("data/member/vlog"));
                default -> {
                    one.crash();
                    rot(one, one.disk.root());
                    world.restartLater(one);
                }
            }
        }
    }

    /** It applies what is in nobody's log. */
    private void goAstray(SimMember one, SimMember.Life life) {
        count("astray");
        one.astray(life.node.status().progress().applied());
        var _ = life.node
                .state()
                .apply(0, Op.Put.of(Bytes.utf8("k0"), Bytes.utf8("of another world")), AnswerRoom.usual());
    }

    private void rot(SimMember one, Path below) {
        try {
            int bits = 0;
            for (int tries = 1 + random.nextInt(20); tries > 0 || (bits == 0 && tries > -MANY_TRIES); tries--)
                if (one.disk.rot(below) != null) bits++;
            if (bits == 0) { // a newcomer's disk, with nothing that is durable
                victim = null;
                world.agenda.after(50, this::strike);
                return;
            }
            rotten = true;
            count("rotten");
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        // What only a start reads is met by one; what only a reader meets, by that.
        world.agenda.after(1_000 + random.nextInt(3_000), () -> {
            one.crash();
            world.restartLater(one);
        });
        world.agenda.after(6_000, () -> scrub(one));
    }

    private void scrub(SimMember one) {
        SimMember.Life life = one.life();
        if (life == null) return;
        boolean whole = read(life, () -> life.node.state().view().hashKv(0));
        if (whole) over = true;
    }

    /** Runs what may meet rotten bytes; false if it did. */
    boolean read(SimMember.Life life, Runnable reading) {
        try {
            reading.run();
            return true;
        } catch (Invariant.Broken broken) {
            if (!isDamage(life.member(), broken)) throw broken;
            if (!life.node.isCorrupt()) throw new AssertionError("DamageIsFound: read and not told: " + broken, broken);
            count("damageMet");
            return false;
        }
    }

    /** Whether this is how a member with a rotten disk ends; it is replaced then. */
    boolean explains(SimMember one, Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (!isDamage(one, cause)) continue;
            count(one.life() == null ? "damageRefused" : "damageEnded");
            one.condemn();
            return true;
        }
        return false;
    }

    private boolean isDamage(SimMember one, Throwable failure) {
        boolean damage = failure instanceof DamagedWal
                || failure instanceof DamagedValueLog
                || failure instanceof Invariant.Broken;
        String text = String.valueOf(failure.getMessage());
        return rotten
                && one.equals(victim)
                && damage
                && text.contains("damaged")
                && text.contains("/data/member")
                && text.contains("at offset ");
    }

    private void operate() {
        world.agenda.after(OPERATOR_MILLIS, () -> {
            SimMember one = victim;
            if (one != null && !over) replace(one);
            operate();
        });
    }

    /** One against one: whoever else votes may wait for a state. Of two only the operator can say who is right. */
    private boolean nobodyCouldTell(SimMember lost) {
        return world.upToDateVoters().filter(one -> !one.equals(lost)).count() <= 1;
    }

    private void replace(SimMember lost) {
        SimMember.Life life = world.anybody().life();
        if (life == null || life.member().equals(lost)) return;
        List<Member> all = life.node.state().members().all();
        boolean accused = life.node.state().isAccused(lost.id);
        if (accused && !lost.isCondemned()) {
            count("accused");
            lost.condemn();
        }
        if (lost.isAstray() && world.isLate() && nobodyCouldTell(lost)) {
            count("astrayToTheEnd");
            lost.condemn();
            lost.crash();
        }
        if (!lost.isCondemned()) return;
        if (all.stream().anyMatch(member -> member.id() == lost.id)) {
            var _ = life.node.calls().removeMembers(List.of(lost.id));
        } else if (life.node.state().members().wasRemoved(lost.id)) {
            count("replaced");
            over = true;
            lost.remove();
            world.add(life);
        }
        life.poke();
    }
}
