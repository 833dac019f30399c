package dev.quorate.store.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quorate.store.FreePorts;
import dev.quorate.store.Invariant;
import dev.quorate.store.node.LocalStatus;
import dev.quorate.store.state.Alarm;
import dev.quorate.store.state.Command;
import dev.quorate.store.state.Command.AlarmChange.Action;
import dev.quorate.store.state.Outcome;
import dev.quorate.store.state.Refusal;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One of three members has bytes on its disk that were never written. */
class CorruptionTest {
    private static final Outcome CORRUPT = new Outcome.Refused(Refusal.CORRUPT);

    @TempDir
    Path folder;

    private final List<TestMember> members = new ArrayList<>();
    private final List<List<String>> flags = new ArrayList<>();

    @BeforeEach
    void begin() throws IOException {
        List<Integer> ports = FreePorts.take(3);
        String cluster = "--initial-cluster=a=http://127.0.0.1:%d,b=http://127.0.0.1:%d,c=http://127.0.0.1:%d"
                .formatted(ports.toArray());
        for (int i = 0; i < 3; i++) {
            flags.add(TestMember.flags("" + (char) ('a' + i), ports.get(i), folder, cluster));
            members.add(new TestMember(flags.get(i)));
        }
    }

    @AfterEach
    void end() {
        members.forEach(TestMember::close);
    }

    private int place(boolean leader) {
        for (int i = 0; i < members.size(); i++)
            if (members.get(i).node().status().leads() == leader) return i;
        throw new AssertionError("nobody leads");
    }

    private Path disk(int place) throws IOException {
        Path log = folder.resolve("" + (char) ('a' + place)).resolve("member/vlog");
        if (!Files.exists(log)) throw new AssertionError("no value log in " + log);
        try (var files = Files.list(log)) {
            return files.sorted().findFirst().orElseThrow();
        }
    }

    private static int find(byte[] bytes, String text) {
        byte[] wanted = text.getBytes(StandardCharsets.UTF_8);
        for (int at = 0; at + wanted.length <= bytes.length; at++) {
            int same = 0;
            while (same < wanted.length && bytes[at + same] == wanted[same]) same++;
            if (same == wanted.length) return at;
        }
        throw new AssertionError(text + " is not in the file");
    }

    private static void overwrite(Path file, int at, byte... bytes) throws IOException {
        try (var channel = Files.newByteChannel(file, StandardOpenOption.WRITE)) {
            channel.position(at).write(ByteBuffer.wrap(bytes));
        }
    }

    private void everybodyHas(String key, String value) {
        for (TestMember member : members)
            TestMember.await(key + " is everywhere", () -> member.local(key).equals(value));
    }

    private void accused(int place) {

        long id = members.get(place).node().identity().memberId();
        for (TestMember member : members)
            TestMember.await(
                    "everybody knows of the alarm", () -> member.node().state().isAccused(id));
    }

    private void onlyThisOneIsOut(int place) throws InterruptedException {
        TestMember bad = members.get(place);
        assertThat(bad.node().isCorrupt()).isTrue();
        assertThat(bad.put("from-the-bad-one", "x")).isEqualTo(CORRUPT);
        TestMember.await("somebody else leads", () -> {
            long leader = members.get((place + 1) % 3).node().raft().leader();
            return leader != 0 && leader != bad.node().identity().memberId();
        });
        for (int i = 1; i < 3; i++) {
            TestMember good = members.get((place + i) % 3);
            assertThat(good.node().isCorrupt()).isFalse();
            assertThat(good.put("good" + i, "y")).isInstanceOf(Outcome.PutDone.class);
            assertThat(good.get("good" + i)).isEqualTo("y");
        }
    }

    private void flipAndRead(int place) throws Exception {
        members.getFirst().put("fresco", "the quick brown fox");
        everybodyHas("fresco", "the quick brown fox");
        Path file = disk(place);
        byte[] bytes = Files.readAllBytes(file);
        int at = find(bytes, "quick brown");
        overwrite(file, at, (byte) (bytes[at] ^ 4));
        TestMember bad = members.get(place);
        assertThatThrownBy(() -> bad.local("fresco"))
                .isInstanceOf(Invariant.Broken.class)
                .hasMessageContaining(file + " is damaged at offset");
        accused(place);
        onlyThisOneIsOut(place);
    }

    @Test
    void aFollowerThatReadsAFlippedByteStopsServing() throws Exception {
        members.getFirst().put("k", "v");
        int place = place(false);
        flipAndRead(place);
        Alarm alarm = new Alarm(members.get(place).node().identity().memberId(), Alarm.Kind.CORRUPT);
        assertThat(members.get((place + 1) % 3).propose(new Command.AlarmChange(Action.DEACTIVATE, alarm)))
                .isEqualTo(new Outcome.Alarms(List.of(alarm)));
        accused(place); // the byte is still wrong
    }

    /** Its alarm would have gone with it, and after a restart nobody is there to tell it that it is no member any more. */
    @Test
    void whoWasRemovedAnswersNobodyAlsoAfterARestart() throws Exception {
        members.getFirst().put("k", "v");
        int place = place(true);
        TestMember leader = members.get(place);
        long id = leader.node().identity().memberId();
        TestMember.removed(leader, id);
        TestMember.await("it goes", () -> leader.process.localStatus().state() == LocalStatus.State.REMOVED);
        members.forEach(TestMember::close);
        members.clear();
        TestMember alone = new TestMember(flags.get(place));
        members.add(alone);
        assertThat(alone.node().silence()).contains(Refusal.STOPPED);
        assertThat(alone.put("k", "w")).isEqualTo(new Outcome.Refused(Refusal.STOPPED));
    }

    @Test
    void aLeaderThatReadsAFlippedByteLetsSomebodyElseLead() throws Exception {
        members.getFirst().put("k", "v");
        flipAndRead(place(true));
    }
}
