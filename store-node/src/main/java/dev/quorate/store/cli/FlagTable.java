package dev.quorate.store.cli;

import dev.quorate.store.cli.Flag.Kind;
import dev.quorate.store.cli.Flag.Meaning;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** Every flag of etcd 3.5 to 3.7 and the few of ours, with etcd's defaults. */
final class FlagTable {
    /* One line a flag: name, kind, default ("-" = empty), and x = without effect, ! = not supported, r = of restore. */
    private static final String TABLE = """
            name TEXT default
            data-dir TEXT -
            wal-dir TEXT -
            snapshot-count WHOLE 10000
            heartbeat-interval WHOLE 100
            election-timeout WHOLE 1000
            initial-election-tick-advance BOOL true
            listen-peer-urls URLS http://localhost:2380
            listen-client-urls URLS http://localhost:2379
            listen-client-http-urls URLS -
            max-snapshots WHOLE 5 x
            max-wals WHOLE 5 x
            memory-mlock BOOL false x
            quota-backend-bytes WHOLE 0
            backend-bbolt-freelist-type TEXT map x
            backend-batch-interval DURATION 100ms x
            backend-batch-limit WHOLE 10000 x
            max-txn-ops WHOLE 128
            max-request-bytes WHOLE 1572864
            max-concurrent-streams WHOLE 4294967295
            grpc-keepalive-min-time DURATION 5s
            grpc-keepalive-interval DURATION 2h
            grpc-keepalive-timeout DURATION 20s
            socket-reuse-port BOOL false x
            socket-reuse-address BOOL false x
            enable-grpc-gateway BOOL true
            raft-read-timeout DURATION 5s x
            raft-write-timeout DURATION 5s x
            feature-gates WORDS -
            initial-advertise-peer-urls URLS http://localhost:2380
            initial-cluster TEXT -
            initial-cluster-state TEXT new
            initial-cluster-token TEXT etcd-cluster
            advertise-client-urls URLS http://localhost:2379
            join TEXT -
            discovery TEXT - !
            discovery-token TEXT - !
            discovery-endpoints TEXT - !
            discovery-dial-timeout DURATION 2s x
            discovery-request-timeout DURATION 5s x
            discovery-keepalive-time DURATION 2s x
            discovery-keepalive-timeout DURATION 6s x
            discovery-insecure-transport BOOL true x
            discovery-insecure-skip-tls-verify BOOL false x
            discovery-cert TEXT - x
            discovery-key TEXT - x
            discovery-cacert TEXT - x
            discovery-user TEXT - x
            discovery-password TEXT - x
            discovery-fallback TEXT exit x
            discovery-proxy TEXT - x
            discovery-srv TEXT - !
            discovery-srv-name TEXT - x
            strict-reconfig-check BOOL true
            pre-vote BOOL true
            disk-stall-timeout DURATION 0s
            silent-member-log-retention DURATION 1m
            auto-compaction-retention TEXT 0
            auto-compaction-mode TEXT periodic
            cert-file TEXT -
            key-file TEXT -
            client-cert-auth BOOL false
            client-cert-file TEXT -
            client-key-file TEXT -
            client-crl-file TEXT - !
            client-cert-allowed-hostname TEXT - !
            trusted-ca-file TEXT -
            auto-tls BOOL false !
            peer-cert-file TEXT -
            peer-key-file TEXT -
            peer-client-cert-auth BOOL false
            peer-client-cert-file TEXT -
            peer-client-key-file TEXT -
            peer-trusted-ca-file TEXT -
            peer-cert-allowed-cn TEXT - !
            peer-cert-allowed-hostname TEXT - !
            peer-auto-tls BOOL false !
            peer-crl-file TEXT - !
            peer-skip-client-san-verification BOOL false x
            self-signed-cert-validity WHOLE 1 x
            cipher-suites WORDS - !
            cors WORDS * x
            host-whitelist WORDS * x
            tls-min-version TEXT TLS1.2 x
            tls-max-version TEXT - x
            auth-token TEXT simple x
            bcrypt-cost WHOLE 10 x
            auth-token-ttl WHOLE 300 x
            enable-pprof BOOL false x
            metrics TEXT basic
            listen-metrics-urls URLS -
            logger TEXT zap x
            log-outputs WORDS default x
            log-level TEXT info
            log-format TEXT json x
            debug BOOL false x
            enable-log-rotation BOOL false x
            log-rotation-config-json TEXT - x
            warning-unary-request-duration DURATION 300ms
            enable-distributed-tracing BOOL false x
            distributed-tracing-address TEXT localhost:4317 x
            distributed-tracing-service-name TEXT etcd x
            distributed-tracing-instance-id TEXT - x
            distributed-tracing-sampling-rate WHOLE 0 x
            corrupt-check-time DURATION 0s x
            compact-hash-check-time DURATION 1m x
            compaction-batch-limit WHOLE 1000 x
            compaction-sleep-interval DURATION 10ms x
            watch-progress-notify-interval DURATION 10m
            warning-apply-duration DURATION 100ms
            bootstrap-defrag-threshold-megabytes WHOLE 0 x
            max-learners WHOLE 1
            downgrade-check-time DURATION 5s x
            snapshot-catchup-entries WHOLE 5000
            force-new-cluster BOOL false
            unsafe-no-fsync BOOL false
            v2-deprecation TEXT - x
            enable-v2 BOOL false x
            proxy TEXT off x
            config-file TEXT - !
            bump-revision WHOLE 0 r
            mark-compacted BOOL false r
            skip-hash-check BOOL false r
            """;

    /** What charts written for 3.5 pass under the old prefix although the flag has another name today, or none. */
    private static final String EXPERIMENTAL = "experimental-";

    private static final SortedMap<String, Flag> FLAGS = read();

    private FlagTable() {}

    static Collection<Flag> all() {
        return FLAGS.values();
    }

    static Optional<Flag> find(String name) {
        return Optional.ofNullable(FLAGS.get(name));
    }

    /** The flag that an old name with the prefix "experimental-" means today; without one it has no effect. */
    static Optional<Flag> findExperimental(String name) {
        if (!name.startsWith(EXPERIMENTAL)) return Optional.empty();
        Flag today = FLAGS.get(name.substring(EXPERIMENTAL.length()));
        return Optional.of(today != null ? today : new Flag(name, Kind.TEXT, "", Meaning.WITHOUT_EFFECT));
    }

    private static SortedMap<String, Flag> read() {
        SortedMap<String, Flag> flags = new TreeMap<>();
        for (String line : TABLE.lines().toList()) {
            List<String> words = new ArrayList<>(List.of(line.split(" ", -1)));
            Meaning meaning = switch (words.size() < 4 ? "" : words.get(3)) {
                case "x" -> Meaning.WITHOUT_EFFECT;
                case "!" -> Meaning.NOT_SUPPORTED;
                case "r" -> Meaning.OF_RESTORE;
                default -> Meaning.HONOURED;
            };
            String defaultText = words.get(2).equals("-") ? "" : words.get(2);
            Kind kind = Kind.valueOf(words.get(1).toUpperCase(Locale.ROOT));
            flags.put(words.getFirst(), new Flag(words.getFirst(), kind, defaultText, meaning));
        }
        return flags;
    }
}
