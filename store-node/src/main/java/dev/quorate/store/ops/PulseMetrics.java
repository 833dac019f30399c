package dev.quorate.store.ops;

import dev.quorate.store.node.Node;
import dev.quorate.store.node.NodeHost;
import dev.quorate.store.node.Pulse;
import dev.quorate.store.node.port.Durations;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import java.util.function.Function;

/** Whether the node keeps its times: under etcd's names where etcd has one, else under ours. */
final class PulseMetrics {
    private final PrometheusRegistry registry;
    private final NodeHost host;
    private final NodeFigures figures;

    private PulseMetrics(PrometheusRegistry registry, NodeHost host) {
        this.registry = registry;
        this.host = host;
        this.figures = new NodeFigures(registry, host);
    }

    static void register(PrometheusRegistry registry, NodeHost host) {
        PulseMetrics metrics = new PulseMetrics(registry, host);
        metrics.ofEtcd();
        metrics.ofTheLoop();
        metrics.ofTheDisk();
    }

    private void ofEtcd() {
        figures.counter(
                "etcd_server_heartbeat_send_failures_total",
                "The total number of leader heartbeat send failures (likely overloaded from slow disk): here, of"
                        + " heartbeats that left later than two intervals after the one before.",
                node -> node.pulse().lateHeartbeats());
        figures.counter(
                "etcd_server_slow_apply_total",
                "The total number of slow apply requests (likely overloaded from slow disk): here, of batches.",
                node -> node.pulse().slowApplies());
        figures.counter(
                "etcd_server_slow_read_indexes_total",
                "The total number of pending read indexes not in sync with leader's or timed out read index requests.",
                node -> node.pulse().slowReads());
        figures.counter(
                "etcd_server_read_indexes_failed_total",
                "The total number of failed read indexes seen.",
                node -> node.pulse().failedReads());
    }

    private void ofTheLoop() {
        histogram(
                "quorate_heartbeat_gap_seconds",
                "Time between two heartbeats of this member while it led.",
                Pulse::heartbeatGaps);
        figures.gauge(
                "quorate_heartbeat_longest_gap_seconds",
                "The longest time between two heartbeats of this member while it led, since its start.",
                node -> node.pulse().longestGapMillis() / 1e3);
        histogram("quorate_loop_turn_duration_seconds", "How long the turns of the loop took.", Pulse::turns);
        figures.counter(
                "quorate_loop_slow_turns_total",
                "Turns of the loop that took longer than one heartbeat interval.",
                node -> node.pulse().slowTurns());
        figures.counter(
                "quorate_loop_missed_ticks_total",
                "Ticks that came while the loop had not yet taken the one before.",
                Node::missedTicks);
    }

    private void ofTheDisk() {
        figures.gauge(
                "quorate_disk_stalled",
                "1 while a write of the log has been under way for longer than the disk stall timeout.",
                node -> node.pulse().diskIsStalled() ? 1 : 0);
        figures.counter(
                "quorate_disk_stall_hand_overs_total",
                "How often this leader handed over because its disk stalled.",
                node -> node.pulse().diskHandOvers());
    }

    private void histogram(String name, String help, Function<Pulse, Durations> durations) {
        registry.register(() -> {
            HistogramSnapshot.Builder snapshot =
                    HistogramSnapshot.builder().name(name).help(help);
            host.node()
                    .ifPresent(node -> snapshot.dataPoint(
                            MeterMetrics.points(durations.apply(node.pulse())).build()));
            return snapshot.build();
        });
    }
}
