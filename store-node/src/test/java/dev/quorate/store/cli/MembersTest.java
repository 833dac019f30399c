package dev.quorate.store.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quorate.store.Bytes;
import dev.quorate.store.state.Outcome;
import dev.quorate.store.tls.TestCertificates;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Members in one process over real sockets and real files. */
class MembersTest {
    private static final int ROUNDS = Integer.getInteger("rounds", 3);

    @TempDir
    Path folder;

    @Test
    void oneMemberServesAndRemembers() throws Exception {
        int port = FreePorts.take(1).getFirst();
        List<String> flags = TestMember.flags("solo", port, folder, "--initial-cluster=solo=http://127.0.0.1:" + port);
        try (TestMember member = new TestMember(flags)) {
            assertThat(member.put("k", "v")).isEqualTo(new Outcome.PutDone(2, Bytes.EMPTY));
            assertThat(member.get("k")).isEqualTo("v");
            for (int i = 0; i < 100; i++) member.put("n" + i, "x" + i);
        }
        try (TestMember again = new TestMember(flags)) {
            assertThat(again.get("k")).isEqualTo("v");
            assertThat(again.get("n99")).isEqualTo("x99");
            assertThat(again.node().status().revision()).isEqualTo(102);
        }
    }

    @Test
    void threeMembersAgree() throws Exception {
        List<Integer> ports = FreePorts.take(3);
        String cluster = "--initial-cluster=a=http://127.0.0.1:%d,b=http://127.0.0.1:%d,c=http://127.0.0.1:%d"
                .formatted(ports.toArray());
        List<TestMember> members = new ArrayList<>();
        try {
            for (int i = 0; i < 3; i++)
                members.add(new TestMember(TestMember.flags("" + (char) ('a' + i), ports.get(i), folder, cluster)));
            for (int i = 0; i < 30; i++)
                assertThat(members.get(i % 3).put("k" + i, "v" + i)).isInstanceOf(Outcome.PutDone.class);
            for (TestMember member : members) assertThat(member.get("k29")).isEqualTo("v29");
        } finally {
            members.forEach(TestMember::close);
        }
        for (TestMember member : members) assertThat(member.death.get()).isNull();
    }

    /** Members that show each other certificates of one CA. */
    @Test
    void threeMembersTalkOverTls() throws Exception {
        TestCertificates certificates = new TestCertificates(folder);
        List<Integer> ports = FreePorts.take(3);
        String cluster = "--initial-cluster=a=https://127.0.0.1:%d,b=https://127.0.0.1:%d,c=https://127.0.0.1:%d"
                .formatted(ports.toArray());
        List<TestMember> members = new ArrayList<>();
        try {
            for (int i = 0; i < 3; i++) {
                List<String> flags = TestMember.flags(
                        "" + (char) ('a' + i),
                        ports.get(i),
                        folder,
                        cluster,
                        "--peer-cert-file=" + certificates.certificate(),
                        "--peer-key-file=" + certificates.key(),
                        "--peer-trusted-ca-file=" + certificates.ca(),
                        "--peer-client-cert-auth");
                members.add(new TestMember(flags.stream()
                        .map(flag -> flag.replace("peer-urls=http:", "peer-urls=https:"))
                        .toList()));
            }
            assertThat(members.get(1).put("k", "v")).isInstanceOf(Outcome.PutDone.class);
            for (TestMember member : members) assertThat(member.get("k")).isEqualTo("v");
        } finally {
            members.forEach(TestMember::close);
        }
    }

    /** Its neighbours keep their connections, or what is left of them. */
    @Test
    void aMemberThatWasAwayCatchesUpEveryTime() throws Exception {
        List<Integer> ports = FreePorts.take(3);
        String cluster = "--initial-cluster=a=http://127.0.0.1:%d,b=http://127.0.0.1:%d,c=http://127.0.0.1:%d"
                .formatted(ports.toArray());
        List<TestMember> members = new ArrayList<>();
        try {
            for (int i = 0; i < 3; i++)
                members.add(new TestMember(TestMember.flags("" + (char) ('a' + i), ports.get(i), folder, cluster)));
            for (int round = 0; round < ROUNDS; round++) {
                int away = round % 3;
                assertThat(members.get(away).put("k" + round, "before")).isInstanceOf(Outcome.PutDone.class);
                members.get(away).close();
                String key = "k" + round;
                assertThat(members.get((away + 1) % 3).put(key, "after")).isInstanceOf(Outcome.PutDone.class);
                members.set(
                        away,
                        new TestMember(TestMember.flags("" + (char) ('a' + away), ports.get(away), folder, cluster)));
                TestMember back = members.get(away);
                TestMember.await(
                        "round " + round + ": it catches up",
                        () -> back.local(key).equals("after"));
            }
        } finally {
            members.forEach(TestMember::close);
        }
    }
}
