package dev.quorate.store.datadir;

import dev.quorate.store.wal.WalMetadata;
import java.io.IOException;

/** The files of a data directory belong to different members: somebody mixed up or copied volumes. */
public final class WrongVolume extends IOException {
    private static final long serialVersionUID = 1;

    public WrongVolume(Identity identity, WalMetadata log) {
        super("identity.json says member " + hex(identity.memberId()) + " of cluster " + hex(identity.clusterId())
                + ", but the log beside it is of member " + hex(log.nodeId()) + " of cluster " + hex(log.clusterId())
                + ": give this process its own volume back; if that is lost, remove the member and add it again with"
                + " an empty directory");
    }

    private static String hex(long id) {
        return Long.toUnsignedString(id, 16);
    }
}
