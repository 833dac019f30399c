package dev.quorate.store.cli;

import dev.quorate.store.node.Limits;
import dev.quorate.store.node.NodeConfig;
import dev.quorate.store.node.NodeConfig.Addresses;
import dev.quorate.store.node.NodeConfig.Birth;
import dev.quorate.store.node.NodeConfig.Keepalive;
import dev.quorate.store.node.NodeConfig.Logging;
import dev.quorate.store.node.NodeConfig.Serving;
import dev.quorate.store.node.NodeConfig.Storage;
import dev.quorate.store.node.NodeConfig.Timing;
import dev.quorate.store.node.NodeConfig.Tls;
import dev.quorate.store.node.NodeConfig.Upkeep;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** Turns flags into the configuration and says everything that is wrong with them at once. */
final class ConfigReader {
    private static final int MAX_ELECTION_MILLIS = 50_000;
    private static final Pattern IP = Pattern.compile("[0-9.]+|\\[?[0-9a-fA-F:.%]*:[0-9a-zA-Z:.%]*\\]?");

    /** Accepted; none of them changes anything here. */
    private static final List<String> CLIENT_LISTENERS =
            List.of("listen-client-urls", "listen-client-http-urls", "listen-metrics-urls");

    private static final List<String> PEER_LISTENERS = List.of("listen-peer-urls");

    private static final List<String> GATES = List.of(
            "StopGRPCServiceOnDefrag",
            "InitialCorruptCheck",
            "CompactHashCheck",
            "TxnModeWriteWithSharedBuffer",
            "LeaseCheckpoint",
            "LeaseCheckpointPersist",
            "SetMemberLocalAddr",
            "FastLeaseKeepAlive",
            "PriorityRequest");

    private final Flags flags;
    private final List<String> errors = new ArrayList<>();

    ConfigReader(Flags flags) {
        this.flags = flags;
    }

    /** What was understood; only to be used when there are no errors. */
    NodeConfig read() {
        Addresses addresses = addresses();
        Birth birth = birth(addresses);
        return new NodeConfig(flags.text("name"), storage(), addresses, timing(), birth, serving());
    }

    List<String> errors() {
        return List.copyOf(errors);
    }

    private Storage storage() {
        String dataDir = flags.text("data-dir");
        long snapshotCount = flags.whole("snapshot-count");
        if (snapshotCount < 0) errors.add("--snapshot-count must not be negative");
        long silent = flags.duration("silent-member-log-retention");
        if (silent < 0) errors.add("--silent-member-log-retention must not be negative");
        return new Storage(
                dataDir.isEmpty() ? flags.text("name") + ".etcd" : dataDir,
                flags.text("wal-dir"),
                flags.on("unsafe-no-fsync"),
                flags.whole("quota-backend-bytes"),
                snapshotCount == 0 ? 10_000 : snapshotCount,
                flags.whole("snapshot-catchup-entries"),
                silent);
    }

    private Addresses addresses() {
        if (flags.isGiven("listen-client-urls") && !flags.isGiven("advertise-client-urls"))
            errors.add("--advertise-client-urls is required when --listen-client-urls is set explicitly");
        for (String flag : List.of("listen-peer-urls", "listen-client-urls", "listen-metrics-urls")) {
            for (String url : flags.words(flag)) checkBindable(flag, url);
        }
        if (flags.words("listen-peer-urls").isEmpty()) errors.add("--listen-peer-urls must not be empty");
        if (flags.words("listen-client-urls").isEmpty()) errors.add("--listen-client-urls must not be empty");
        return new Addresses(
                flags.words("listen-peer-urls"),
                flags.words("listen-client-urls"),
                flags.words("listen-client-http-urls"),
                flags.words("listen-metrics-urls"),
                flags.words("initial-advertise-peer-urls"),
                flags.words("advertise-client-urls"));
    }

    private void checkBindable(String flag, String url) {
        URI uri = URI.create(url);
        if (uri.getScheme().startsWith("unix")) {
            errors.add("--" + flag + ": unix sockets are not supported (" + url + ")");
            return;
        }
        String host = Optional.ofNullable(uri.getHost()).orElse("");
        if (!host.equals("localhost") && !IP.matcher(host).matches())
            errors.add("--" + flag + ": expected IP in URL for binding (" + url + ")");
    }

    private Timing timing() {
        long heartbeat = flags.whole("heartbeat-interval");
        long election = flags.whole("election-timeout");
        if (heartbeat <= 0) errors.add("--heartbeat-interval must be >0 (set to " + heartbeat + "ms)");
        if (election <= 0) errors.add("--election-timeout must be >0 (set to " + election + "ms)");
        if (5 * heartbeat > election)
            errors.add("--election-timeout[" + election + "ms] should be at least as 5 times as --heartbeat-interval["
                    + heartbeat + "ms]");
        if (election > MAX_ELECTION_MILLIS)
            errors.add("--election-timeout[" + election + "ms] is too long, and should be set less than "
                    + MAX_ELECTION_MILLIS + "ms");
        long stall = flags.duration("disk-stall-timeout");
        if (stall < 0) errors.add("--disk-stall-timeout must not be negative (0: one election timeout)");
        return new Timing(
                Math.clamp(heartbeat, 1, MAX_ELECTION_MILLIS),
                Math.clamp(election, 1, MAX_ELECTION_MILLIS),
                flags.on("initial-election-tick-advance"),
                flags.on("pre-vote"),
                stall > 0 ? stall : election);
    }

    private Birth birth(Addresses addresses) {
        String name = flags.text("name");
        String state = flags.text("initial-cluster-state");
        if (!state.equals("new") && !state.equals("existing"))
            errors.add("invalid value \"" + state + "\" for flag -initial-cluster-state: expected new or existing");
        Optional<String> join = Optional.of(flags.text("join")).filter(text -> !text.isEmpty());
        if (join.isPresent() && flags.isGiven("initial-cluster"))
            errors.add("--join and --initial-cluster exclude each other");
        SortedMap<String, List<String>> members = initialCluster(name, addresses);
        if (join.isEmpty()) checkOwnName(members, name, addresses);
        if (flags.text("initial-cluster-token").isEmpty()) errors.add("--initial-cluster-token must not be empty");
        return new Birth(
                members,
                state.equals("existing"),
                flags.text("initial-cluster-token"),
                join,
                flags.on("force-new-cluster"),
                flags.on("strict-reconfig-check"));
    }

    private SortedMap<String, List<String>> initialCluster(String name, Addresses addresses) {
        SortedMap<String, List<String>> members = new TreeMap<>();
        if (!flags.isGiven("initial-cluster")) {
            members.put(name, addresses.initialAdvertisePeer());
            return members;
        }
        for (String pair : flags.words("initial-cluster")) {
            int equals = pair.indexOf('=');
            if (equals <= 0) {
                errors.add("--initial-cluster: \"" + pair + "\" is not name=URL");
                continue;
            }
            List<String> urls = new ArrayList<>(members.getOrDefault(pair.substring(0, equals), List.of()));
            urls.add(pair.substring(equals + 1));
            members.put(pair.substring(0, equals), List.copyOf(urls));
        }
        List<String> all = members.values().stream().flatMap(List::stream).toList();
        if (all.stream().distinct().count() < all.size())
            errors.add("initial cluster " + flags.text("initial-cluster") + " has duplicate url");
        return members;
    }

    private void checkOwnName(SortedMap<String, List<String>> members, String name, Addresses addresses) {
        List<String> own = members.get(name);
        if (own == null) {
            errors.add("couldn't find local name \"" + name + "\" in the initial cluster configuration");
            return;
        }
        if (!own.stream()
                .sorted()
                .toList()
                .equals(addresses.initialAdvertisePeer().stream().sorted().toList()))
            errors.add("--initial-cluster has " + name + "=" + String.join("," + name + "=", own)
                    + " but missing from --initial-advertise-peer-urls="
                    + String.join(",", addresses.initialAdvertisePeer()));
    }

    private Serving serving() {
        Limits limits = new Limits(
                Limits.DEFAULT.waitingProposals(),
                Limits.DEFAULT.unapplied(),
                flags.whole("max-request-bytes"),
                (int) flags.whole("max-txn-ops"),
                flags.whole("max-concurrent-streams"),
                (int) flags.whole("max-learners"));
        if (limits.maxRequestBytes() <= 0) errors.add("--max-request-bytes must be positive");
        if (limits.maxTxnOps() <= 0) errors.add("--max-txn-ops must be positive");
        String mode = flags.text("auto-compaction-mode");
        if (!mode.equals("periodic") && !mode.equals("revision"))
            errors.add("undefined auto-compaction-mode (" + mode + ")");
        String retention = flags.text("auto-compaction-retention");
        if (!retention.matches("\\d{1,18}")
                && (mode.equals("revision") || Flags.millis(retention).isEmpty()))
            errors.add("error parsing auto-compaction-retention: " + retention);
        checkGates();
        return new Serving(
                limits,
                tls("", "trusted-ca-file"),
                tls("peer-", "peer-trusted-ca-file"),
                new Keepalive(
                        flags.duration("grpc-keepalive-min-time"),
                        flags.duration("grpc-keepalive-interval"),
                        flags.duration("grpc-keepalive-timeout")),
                flags.on("enable-grpc-gateway"),
                new Upkeep(
                        mode,
                        flags.text("auto-compaction-retention"),
                        flags.duration("watch-progress-notify-interval")),
                new Logging(
                        flags.text("log-level"),
                        flags.text("log-format"),
                        flags.duration("warning-unary-request-duration"),
                        flags.duration("warning-apply-duration"),
                        flags.text("metrics")));
    }

    private void checkGates() {
        for (String gate : flags.words("feature-gates")) {
            if (!GATES.contains(gate.replaceFirst("=.*", ""))) errors.add("unrecognized feature gate: " + gate);
        }
    }

    private Tls tls(String prefix, String caFlag) {
        Tls tls = new Tls(
                flags.text(prefix + "cert-file"),
                flags.text(prefix + "key-file"),
                flags.text(caFlag),
                flags.on(prefix + "client-cert-auth"),
                flags.text(prefix + "client-cert-file"),
                flags.text(prefix + "client-key-file"));
        if (tls.certFile().isEmpty() != tls.keyFile().isEmpty())
            errors.add("--" + prefix + "cert-file and --" + prefix + "key-file must be set together");
        for (String flag : prefix.isEmpty() ? CLIENT_LISTENERS : PEER_LISTENERS) {
            for (String url : flags.words(flag)) {
                if (url.startsWith("https:") && !tls.enabled())
                    errors.add(
                            "TLS key/cert (--%scert-file, --%skey-file) must be provided for %s url %s with HTTPS scheme"
                                    .formatted(prefix, prefix, prefix.isEmpty() ? "client" : "peer", url));
            }
        }
        return tls;
    }
}
