package dev.quorate.store.node;

import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/**
 * Everything the process was told at its start, checked once. Lists may be empty, texts too; durations are
 * milliseconds.
 */
public record NodeConfig(
        String name, Storage storage, Addresses addresses, Timing timing, Birth birth, Serving serving) {

    /**
     * Where and how much.
     *
     * @param walDir empty: inside the data directory
     * @param quotaBytes 0: the default of 2 GiB; negative: no quota
     * @param silentMemberMillis for so long, and for an election timeout at least, the log is kept for a member that
     *     does not answer
     */
    public record Storage(
            String dataDir,
            String walDir,
            boolean unsafeNoFsync,
            long quotaBytes,
            long snapshotCount,
            long snapshotCatchupEntries,
            long silentMemberMillis) {
        private static final long DEFAULT_QUOTA_BYTES = 2L << 30;

        public long quotaInForceBytes() {
            if (quotaBytes < 0) return Long.MAX_VALUE;
            return quotaBytes == 0 ? DEFAULT_QUOTA_BYTES : quotaBytes;
        }
    }

    /** URLs to listen on and URLs to tell others. */
    public record Addresses(
            List<String> listenPeer,
            List<String> listenClient,
            List<String> listenClientHttp,
            List<String> listenMetrics,
            List<String> initialAdvertisePeer,
            List<String> advertiseClient) {}

    /**
     * The clock of raft.
     *
     * @param diskStallMillis a batch that is not durable after so long makes the disk a stalled one
     */
    public record Timing(
            int heartbeatMillis, int electionMillis, boolean tickAdvance, boolean preVote, long diskStallMillis) {
        public int electionTicks() {
            return electionMillis / heartbeatMillis;
        }

        /** How long a request may wait: room for one election and then some. */
        public long requestTimeoutMillis() {
            return 5_000 + 2L * electionMillis;
        }
    }

    /**
     * How a member without data comes to its cluster.
     *
     * @param initialCluster name to peer URLs
     * @param existing true: the cluster is already there and lists this member
     * @param join DNS name of the peers' service: wait there for Bootstrap or for being added
     */
    public record Birth(
            SortedMap<String, List<String>> initialCluster,
            boolean existing,
            String token,
            Optional<String> join,
            boolean forceNewCluster,
            boolean strictReconfigCheck) {}

    /**
     * What the client side needs.
     *
     * @param jsonGateway whether the services answer JSON under /v3 as well
     */
    public record Serving(
            Limits limits,
            Tls clientTls,
            Tls peerTls,
            Keepalive keepalive,
            boolean jsonGateway,
            Upkeep upkeep,
            Logging logging) {}

    /** Certificate files; empty texts when not set. */
    public record Tls(
            String certFile,
            String keyFile,
            String trustedCaFile,
            boolean clientCertAuth,
            String clientCertFile,
            String clientKeyFile) {
        public boolean enabled() {
            return !certFile.isEmpty();
        }
    }

    /** gRPC keepalive of the client port. */
    public record Keepalive(long minTimeMillis, long intervalMillis, long timeoutMillis) {}

    /** What the member does by itself while it serves. */
    public record Upkeep(String autoCompactionMode, String autoCompactionRetention, long watchProgressMillis) {}

    /** What is logged. */
    public record Logging(String level, String format, long warnUnaryMillis, long warnApplyMillis, String metrics) {}
}
