package dev.quorate.store.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quorate.store.Bytes;
import dev.quorate.store.FreePorts;
import dev.quorate.store.node.port.LeaderCall;
import dev.quorate.store.state.Command;
import dev.quorate.store.state.Op;
import dev.quorate.store.state.Outcome;
import dev.quorate.store.state.Refusal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three members, and a lease that is asked for wherever its leader is not. */
class LeaseFailoverTest {
    private static final Bytes KEY = Bytes.utf8("held");

    private final List<TestMember> members = new ArrayList<>();

    @Test
    void aLeaseLivesOnUnderTheNextLeaderAndEndsThere(@TempDir Path folder) throws Exception {
        List<Integer> ports = FreePorts.take(3);
        String cluster = "--initial-cluster=a=http://127.0.0.1:%d,b=http://127.0.0.1:%d,c=http://127.0.0.1:%d"
                .formatted(ports.toArray());
        try {
            for (int i = 0; i < 3; i++)
                members.add(new TestMember(TestMember.flags("" + (char) ('a' + i), ports.get(i), folder, cluster)));
            TestMember any = members.getFirst();
            assertThat(any.propose(new Command.LeaseGrant(7, 3))).isEqualTo(new Outcome.LeaseGranted(7, 3));
            assertThat(any.propose(new Op.Put(KEY, Bytes.utf8("x"), 7, false, false, false)))
                    .isInstanceOf(Outcome.PutDone.class);
            TestMember old = leader();
            everybodyRenews();
            LeaderCall.Answer moved = call(old.node().calls().moveLeader(follower(old)));
            assertThat(moved.refusal()).isEmpty();
            everybodyRenews();
            assertThat(leader()).isNotSameAs(old);
            for (TestMember member : members) {
                LeaderCall.Answer life = call(member.node().calls().timeToLive(7, true));
                assertThat(life.grantedTtlSeconds()).isEqualTo(3);
                assertThat(life.keys()).containsExactly(KEY);
            }
            assertThat(endsEverywhere()).isTrue();
            LeaderCall.Answer over = call(old.node().calls().renewLease(7));
            assertThat(over.ttlSeconds()).isZero();
            assertThat(call(old.node().calls().timeToLive(7, false)).ttlSeconds())
                    .isEqualTo(-1);
            assertThat(old.propose(new Command.LeaseRevoke(7))).isEqualTo(new Outcome.Refused(Refusal.LEASE_NOT_FOUND));
        } finally {
            members.forEach(TestMember::close);
        }
        for (TestMember member : members) assertThat(member.death.get()).isNull();
    }

    private void everybodyRenews() throws Exception {
        for (TestMember member : members) {
            LeaderCall.Answer answer = call(member.node().calls().renewLease(7));
            assertThat(answer.refusal()).isEmpty();
            assertThat(answer.ttlSeconds()).isEqualTo(3);
        }
    }

    private TestMember leader() {
        for (TestMember member : members) if (member.node().raft().leader() == id(member)) return member;
        throw new AssertionError("nobody leads");
    }

    private long follower(TestMember leader) {
        for (TestMember member : members) if (member != leader) return id(member);
        throw new AssertionError("nobody follows");
    }

    private static long id(TestMember member) {
        return member.node().identity().memberId();
    }

    private static LeaderCall.Answer call(CompletableFuture<LeaderCall.Answer> answer) throws Exception {
        return answer.get(20, TimeUnit.SECONDS);
    }

    private boolean endsEverywhere() throws InterruptedException {
        long due = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (System.nanoTime() < due) {
            // A linearizable read keeps the pace.
            var _ = members.getFirst().get("none");
            boolean gone = true;
            for (TestMember member : members)
                gone &= member.node().state().view().get(KEY).isEmpty()
                        && !member.node().state().leases().exists(7);
            if (gone) return true;
        }
        return false;
    }
}
