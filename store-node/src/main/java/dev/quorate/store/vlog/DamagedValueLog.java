package dev.quorate.store.vlog;

import java.io.IOException;
import java.nio.file.Path;

/** Bytes that had been safe on disk are not what was written. The member must not start on them. */
public final class DamagedValueLog extends IOException {
    private static final long serialVersionUID = 1;

    DamagedValueLog(Path file, long offset, String what) {
        super("value log " + file + " is damaged at offset " + offset + ": " + what
                + ". Remove this member from the cluster, delete its data directory and add it again;"
                + " it will copy the state from the others.");
    }
}
