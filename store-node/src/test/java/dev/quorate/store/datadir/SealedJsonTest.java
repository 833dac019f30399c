package dev.quorate.store.datadir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quorate.store.node.port.LeaderCall.ListedMember;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SealedJsonTest {
    private static final Identity IDENTITY = new Identity(
            0xcafe,
            0xbeef,
            "höhle \"1\"",
            new Identity.Origin("0123456789abcdef", ""),
            Identity.Era.of(3),
            List.of(new ListedMember(7, "m7", List.of("http://10.0.0.7:2380"), false)));

    @TempDir
    Path folder;

    private Path file;
    private byte[] written;

    @BeforeEach
    void write() throws IOException {
        IDENTITY.write(folder);
        file = folder.resolve("identity.json");
        written = Files.readAllBytes(file);
    }

    @Test
    void whatWasWrittenIsRead() throws IOException {
        assertThat(Identity.read(folder)).contains(IDENTITY);
        Fence.write(folder, 12);
        assertThat(Fence.read(folder)).isEqualTo(12);
    }

    @Test
    void everyFlippedBitIsFoundOut() throws IOException {
        for (int bit = 0; bit < written.length * 8; bit++) {
            byte[] flipped = written.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            Files.write(file, flipped);
            refused("bit " + bit);
        }
    }

    @Test
    void everyCutIsFoundOut() throws IOException {
        for (int length = 0; length < written.length; length++) {
            Files.write(file, Arrays.copyOf(written, length));
            refused("cut to " + length);
        }
    }

    private void refused(String how) {
        assertThatThrownBy(() -> Identity.read(folder))
                .as(how)
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith(file + " is damaged: ")
                .hasMessageContaining("restore the file");
    }

    /** A directory must not be lost to an upgrade. */
    @Test
    void aFileOfBeforeTheChecksumIsRead() throws IOException {
        String sealed = Files.readString(file);
        Files.writeString(file, sealed.substring(0, sealed.indexOf(",\"crc32c\"")) + "}\n");
        assertThat(Identity.read(folder)).contains(IDENTITY);
        Files.writeString(folder.resolve("fence.json"), "{\"epoch\":4}\n");
        assertThat(Fence.read(folder)).isEqualTo(4);
    }
}
