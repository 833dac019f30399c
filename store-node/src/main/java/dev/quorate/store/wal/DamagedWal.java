package dev.quorate.store.wal;

import java.io.IOException;
import java.nio.file.Path;

/** The log on disk is not what was written: the member must not start from it. */
public final class DamagedWal extends IOException {
    private static final long serialVersionUID = 1;

    DamagedWal(Path file, long offset, String what) {
        super("the write-ahead log is damaged: " + file + " at offset " + offset + ": " + what
                + ". Nothing was changed. Entries that this member has acknowledged may be missing: remove the member"
                + " from its cluster, move its data directory away and let it join again as a new member; if it is the"
                + " only member, restore a snapshot.");
    }
}
