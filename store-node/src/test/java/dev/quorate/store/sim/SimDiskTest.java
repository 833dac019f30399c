package dev.quorate.store.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.SortedSet;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The disk that the simulation trusts to be untrustworthy. */
class SimDiskTest {
    private static final int SEEDS = 300;

    private interface Story {
        String run(SimDisk disk, Path folder) throws IOException;
    }

    /** Every outcome that some seed shows. */
    private static SortedSet<String> outcomes(Story story) throws IOException {
        SortedSet<String> seen = new TreeSet<>();
        for (int seed = 0; seed < SEEDS; seed++) {
            SimDisk disk = new SimDisk(new SplittableRandom(seed));
            seen.add(story.run(disk, disk.root()));
        }
        return seen;
    }

    private static FileChannel create(Path file) throws IOException {
        return FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE);
    }

    private static void force(Path folder) throws IOException {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private static ByteBuffer sectors(int count, char of) {
        byte[] bytes = new byte[count * SimFile.SECTOR];
        Arrays.fill(bytes, (byte) of);
        return ByteBuffer.wrap(bytes);
    }

    /** One letter for each sector, a dot for zeros. */
    private static String picture(Path file) throws IOException {
        if (!Files.exists(file)) return "gone";
        byte[] bytes = Files.readAllBytes(file);
        StringBuilder letters = new StringBuilder();
        for (int at = 0; at < bytes.length; at += SimFile.SECTOR)
            letters.append(bytes[at] == 0 ? '.' : (char) bytes[at]);
        return letters.toString();
    }

    @Test
    void whatWasForcedStaysAndTheRestIsLostTornOrReordered() throws IOException {
        SortedSet<String> seen = outcomes((disk, folder) -> {
            Path file = folder.resolve("f");
            try (FileChannel channel = create(file)) {
                channel.write(sectors(2, 'a'), 0);
                channel.force(false);
                force(folder);
                channel.write(sectors(2, 'b'), 1_024);
                channel.write(sectors(1, 'c'), 2_048);
            }
            disk.crash();
            return picture(file);
        });
        assertThat(seen).allMatch(picture -> picture.startsWith("aa"));
        assertThat(seen).contains("aa", "aabb", "aabbc", "aab", "aa.b", "aa..c", "aa.bc");
    }

    @Test
    void aNameIsLostWithoutItsFolderAndTheBytesWithoutTheirOwnForce() throws IOException {
        SortedSet<String> seen = outcomes((disk, folder) -> {
            try (FileChannel channel = create(folder.resolve("f"))) {
                channel.write(sectors(1, 'a'), 0);
                channel.force(true);
            }
            disk.crash();
            return picture(folder.resolve("f"));
        });
        assertThat(seen).containsExactly("a", "gone");
        seen = outcomes((disk, folder) -> {
            try (FileChannel channel = create(folder.resolve("f"))) {
                channel.write(sectors(1, 'a'), 0);
                force(folder);
            }
            disk.crash();
            return picture(folder.resolve("f"));
        });
        assertThat(seen).containsExactly("", "a");
    }

    @Test
    void whatAFailedForceDidNotBringNoLaterOneDoes() throws IOException {
        SortedSet<String> seen = outcomes((disk, folder) -> {
            Path file = folder.resolve("f");
            try (FileChannel channel = create(file)) {
                force(folder);
                channel.write(sectors(2, 'a'), 0);
                disk.failForceAfter(0);
                assertThatThrownBy(() -> channel.force(false)).isInstanceOf(IOException.class);
                assertThat(picture(file)).isEqualTo("aa");
                assertThat(disk.forcedAgain()).isZero();
                channel.write(sectors(1, 'b'), 1_024);
                channel.force(false);
                assertThat(disk.forcedAgain()).isEqualTo(1);
            }
            disk.crash();
            return picture(file);
        });
        assertThat(seen).containsExactly("..b", ".ab", "a.b", "aab");
    }

    @Test
    void namesKeepTheirOrder() throws IOException {
        SortedSet<String> seen = outcomes((disk, folder) -> {
            Files.createDirectories(folder.resolve("one"));
            Files.createDirectories(folder.resolve("two"));
            force(folder);
            Files.move(folder.resolve("one"), folder.resolve("old"), StandardCopyOption.ATOMIC_MOVE);
            Files.move(folder.resolve("two"), folder.resolve("one"), StandardCopyOption.ATOMIC_MOVE);
            disk.crash();
            try (var names = Files.list(folder)) {
                return names.map(Path::getFileName).toList().toString();
            }
        });
        assertThat(seen).containsExactly("[old, one]", "[old, two]", "[one, two]");
    }

    @Test
    void thePowerGoesInTheMiddleAndOldChannelsStayDead() throws IOException {
        SimDisk disk = new SimDisk(new SplittableRandom(1));
        Path file = disk.root().resolve("f");
        try (FileChannel channel = create(file)) {
            disk.cutAfter(1);
            channel.write(sectors(1, 'a'), 0);
            assertThatThrownBy(() -> channel.write(sectors(1, 'b'), 512)).isInstanceOf(SimDisk.PowerCut.class);
            assertThat(disk.isOut()).isTrue();
            disk.crash();
            assertThat(disk.isOut()).isFalse();
            assertThatThrownBy(() -> channel.write(sectors(1, 'c'), 0)).isInstanceOf(SimDisk.PowerCut.class);
        }
    }

    @Test
    void aMappingShowsLaterWritesAndALockKeepsOthersOut() throws IOException {
        SimDisk disk = new SimDisk(new SplittableRandom(1));
        Path file = disk.root().resolve("f");
        try (FileChannel channel = create(file);
                Arena arena = Arena.ofShared()) {
            var mapping = channel.map(MapMode.READ_ONLY, 0, 1_024, arena);
            channel.write(sectors(1, 'a'), 512);
            assertThat(mapping.get(ValueLayout.JAVA_BYTE, 600)).isEqualTo((byte) 'a');
            assertThat(channel.tryLock().isValid()).isTrue();
            try (FileChannel other = FileChannel.open(file, StandardOpenOption.WRITE)) {
                assertThatThrownBy(other::tryLock).isInstanceOf(OverlappingFileLockException.class);
            }
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            assertThat(channel.tryLock().isValid()).isTrue();
        }
    }

    /** The cache writes whole sectors: what came later into one cannot be there without what came before. */
    @Test
    void aSectorIsOneOfThoseThatItWas() throws IOException {
        SortedSet<String> seen = outcomes((disk, folder) -> {
            Path file = folder.resolve("f");
            try (FileChannel channel = create(file)) {
                channel.write(sectors(1, '.'), 0);
                channel.force(true);
                force(folder);
                channel.write(ByteBuffer.wrap(new byte[] {'a'}), 0);
                channel.write(ByteBuffer.wrap(new byte[] {'b'}), 1);
            }
            disk.crash();
            return Files.readString(file).substring(0, 2);
        });
        assertThat(seen).containsExactly("..", "a.", "ab");
    }

    @Test
    void aBitTurns() throws IOException {
        SimDisk disk = new SimDisk(new SplittableRandom(1));
        Path file = disk.root().resolve("f");
        try (FileChannel channel = create(file)) {
            channel.write(sectors(1, 'a'), 0);
            channel.force(true);
        }
        assertThat(disk.rot(disk.root())).isEqualTo(file);
        assertThat(Files.readAllBytes(file)).isNotEqualTo(sectors(1, 'a').array());
    }
}
