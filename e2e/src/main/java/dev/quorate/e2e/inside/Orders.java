package dev.quorate.e2e.inside;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * What a process is to suffer from, as the file says it: {@code DISK CLOCK}, for example {@code STALLS 0}.
 *
 * @param disk how its disk behaves
 * @param clockMillis by how much its wall clock is wrong
 */
public record Orders(Disk disk, long clockMillis) {
    public static final Orders NONE = new Orders(Disk.WORKS, 0);

    /** How a disk behaves. */
    public enum Disk {
        WORKS,
        /** Nothing that is forced returns before the disk works again. */
        STALLS,
        /** Whatever is forced takes a tenth of a second. */
        SLOW,
        /** Forcing fails. */
        FAILS
    }

    /** Written beside it and moved into place, so that nobody reads half of it. */
    public void write(Path file) throws IOException {
        Path passing = file.resolveSibling(file.getFileName() + ".new");
        Files.writeString(passing, disk + " " + clockMillis);
        Files.move(passing, file, StandardCopyOption.ATOMIC_MOVE);
    }

    static Orders read(Path file) throws IOException {
        try {
            String[] words = Files.readString(file).split(" ", -1);
            return new Orders(Disk.valueOf(words[0]), Long.parseLong(words[1]));
        } catch (NoSuchFileException none) {
            return NONE;
        }
    }
}
