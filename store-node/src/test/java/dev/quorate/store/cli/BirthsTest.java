package dev.quorate.store.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quorate.store.datadir.Births;
import dev.quorate.store.datadir.Folders;
import dev.quorate.store.node.NodeConfig;
import dev.quorate.store.node.port.Meters;
import dev.quorate.store.state.Outcome;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The log on a volume of its own, and what a start finds there without the data directory. */
class BirthsTest {
    @TempDir
    Path folder;

    @Test
    void aLogWithoutItsDataDirectoryIsNotThrownAway() throws Exception {
        List<String> flags = flags();
        try (TestMember member = new TestMember(flags)) {
            assertThat(member.put("k", "v")).isInstanceOf(Outcome.PutDone.class);
        }
        List<Path> log = files();
        Path data = folder.resolve("solo");
        Path away = Files.move(data, folder.resolve("away"));

        assertThatThrownBy(() -> births(flags).present())
                .isInstanceOf(IOException.class)
                .hasMessageContaining("identity.json")
                .hasMessageContaining("bring the data directory back");
        assertThat(files()).containsAll(log);

        TestFolders.delete(data);
        Files.move(away, data);
        try (TestMember member = new TestMember(flags)) {
            assertThat(member.get("k")).isEqualTo("v");
        }
    }

    @Test
    void aBirthThatWasCutOffBeginsAgainAndForeignFilesStay() throws Exception {
        Path foreign = Files.createDirectories(folder.resolve("log/lost+found"));
        List<String> flags = flags();
        births(flags).fromInitialCluster();
        Files.delete(folder.resolve("solo/identity.json"));

        try (TestMember member = new TestMember(flags)) {
            assertThat(member.put("k", "v")).isInstanceOf(Outcome.PutDone.class);
        }
        assertThat(foreign).exists();
    }

    @Test
    void whoWaitsAndWhoBootstrapsAtTheSameMomentHaveTheSameDisk() throws Exception {
        List<String> flags = flags();
        Path data = Files.createDirectories(folder.resolve("solo"));
        for (int round = 0; round < 50; round++) {
            Births births = births(flags);
            CompletableFuture<String> waits = CompletableFuture.supplyAsync(() -> nonce(births));
            assertThat(nonce(births)).isEqualTo(waits.get(20, TimeUnit.SECONDS));
            Files.delete(data.resolve("identity.pending.json"));
        }
    }

    private static String nonce(Births births) {
        try {
            return births.nonce();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static Births births(List<String> flags) throws Exception {
        NodeConfig config = new ConfigReader(Flags.parse(flags, Map.of())).read();
        Folders folders = Folders.of(config.storage(), new Meters());
        folders.create();
        return new Births(config, folders);
    }

    private List<String> flags() throws IOException {
        return TestMember.soloFlags(folder, "--wal-dir=" + folder.resolve("log"));
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve("log"))) {
            return files.filter(file -> file.toString().endsWith(".wal")).toList();
        }
    }
}
