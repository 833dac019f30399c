package dev.quorate.store.ops;

import dev.quorate.store.node.port.Durations;
import dev.quorate.store.node.port.Meters;
import dev.quorate.store.node.port.Transfers;
import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import java.util.function.Function;
import java.util.function.ObjDoubleConsumer;
import java.util.function.ToDoubleFunction;

/** What the edges measured: the disk, and the traffic between members. */
final class MeterMetrics {
    private MeterMetrics() {}

    static void register(PrometheusRegistry registry, Meters meters) {
        histogram(
                registry,
                "etcd_disk_wal_fsync_duration_seconds",
                "The latency distributions of fsync called by WAL.",
                meters.logSync());
        histogram(
                registry,
                "etcd_disk_backend_commit_duration_seconds",
                "The latency distributions of commit called by backend: here, of syncs of the state on disk.",
                meters.stateForce());
        GaugeWithCallback.builder()
                .name("etcd_disk_wal_write_bytes_total")
                .help("Total number of bytes written in WAL.")
                .callback(point -> point.call((double) meters.logBytes().sum()))
                .register(registry);
        peers(registry, meters);
        snapshots(registry, meters, "send", "To", Meters.Peer::snapshotsSent);
        snapshots(registry, meters, "receive", "From", Meters.Peer::snapshotsReceived);
    }

    private static void peers(PrometheusRegistry registry, Meters meters) {
        peer(
                registry,
                meters,
                "peer_sent_bytes_total",
                "The total number of bytes sent to peers.",
                "To",
                peer -> peer.sentBytes().sum());
        peer(
                registry,
                meters,
                "peer_received_bytes_total",
                "The total number of bytes received from peers.",
                "From",
                peer -> peer.receivedBytes().sum());
        peer(
                registry,
                meters,
                "peer_sent_failures_total",
                "The total number of send failures from peers.",
                "To",
                peer -> peer.sendFailures().sum());
        peerHistogram(
                registry,
                meters,
                "peer_round_trip_time_seconds",
                "Round-Trip-Time histogram between peers.",
                "To",
                Meters.Peer::roundTrip);
    }

    private static void snapshots(
            PrometheusRegistry registry,
            Meters meters,
            String way,
            String label,
            Function<Meters.Peer, Transfers> transfers) {
        String name = "snapshot_" + way + "_";
        gauge(
                registry,
                meters,
                name + "inflights_total",
                "Whole states under way.",
                label,
                peer -> transfers.apply(peer).underWay());
        gauge(
                registry,
                meters,
                name + "success",
                "Whole states that arrived.",
                label,
                peer -> transfers.apply(peer).succeeded());
        gauge(
                registry,
                meters,
                name + "failures",
                "Whole states that did not arrive.",
                label,
                peer -> transfers.apply(peer).failed());
        peerHistogram(
                registry,
                meters,
                name + "total_duration_seconds",
                "How long whole states took that arrived.",
                label,
                peer -> transfers.apply(peer).took());
    }

    private static void peer(
            PrometheusRegistry registry,
            Meters meters,
            String name,
            String help,
            String label,
            ToDoubleFunction<Meters.Peer> value) {
        CounterWithCallback.builder()
                .name("etcd_network_" + name)
                .help(help)
                .labelNames(label)
                .callback(point -> tell(meters, value, (id, number) -> point.call(number, id)))
                .register(registry);
    }

    /** Also for what only grows, when etcd's name for it does not end as the library wants a counter's to. */
    private static void gauge(
            PrometheusRegistry registry,
            Meters meters,
            String name,
            String help,
            String label,
            ToDoubleFunction<Meters.Peer> value) {
        GaugeWithCallback.builder()
                .name("etcd_network_" + name)
                .help(help)
                .labelNames(label)
                .callback(point -> tell(meters, value, (id, number) -> point.call(number, id)))
                .register(registry);
    }

    private static void tell(Meters meters, ToDoubleFunction<Meters.Peer> value, ObjDoubleConsumer<String> point) {
        meters.peers().forEach((id, peer) -> point.accept(Long.toHexString(id), value.applyAsDouble(peer)));
    }

    private static void peerHistogram(
            PrometheusRegistry registry,
            Meters meters,
            String name,
            String help,
            String label,
            Function<Meters.Peer, Durations> durations) {
        registry.register(() -> {
            HistogramSnapshot.Builder snapshot =
                    HistogramSnapshot.builder().name("etcd_network_" + name).help(help);
            meters.peers()
                    .forEach((id, peer) -> snapshot.dataPoint(points(durations.apply(peer))
                            .labels(Labels.of(label, Long.toHexString(id)))
                            .build()));
            return snapshot.build();
        });
    }

    private static void histogram(PrometheusRegistry registry, String name, String help, Durations durations) {
        registry.register(() -> HistogramSnapshot.builder()
                .name(name)
                .help(help)
                .dataPoint(points(durations).build())
                .build());
    }

    static HistogramDataPointSnapshot.Builder points(Durations durations) {
        ClassicHistogramBuckets.Builder buckets = ClassicHistogramBuckets.builder();
        for (int i = 0; i < durations.bounds(); i++) buckets.bucket(durations.boundSeconds(i), durations.count(i));
        buckets.bucket(Double.POSITIVE_INFINITY, durations.count(durations.bounds()));
        return HistogramDataPointSnapshot.builder()
                .classicHistogramBuckets(buckets.build())
                .sum(durations.sumSeconds());
    }
}
