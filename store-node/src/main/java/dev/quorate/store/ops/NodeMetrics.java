package dev.quorate.store.ops;

import dev.quorate.store.node.Node;
import dev.quorate.store.node.NodeHost;
import dev.quorate.store.node.NodeStatus;
import dev.quorate.store.node.port.DurableLog.Room;
import dev.quorate.store.state.Alarm;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.function.ToDoubleFunction;

/** What the node knows of itself at the moment of the question; without a node there is nothing to show. */
final class NodeMetrics {
    private final PrometheusRegistry registry;
    private final NodeHost host;
    private final NodeFigures figures;

    private NodeMetrics(PrometheusRegistry registry, NodeHost host) {
        this.registry = registry;
        this.host = host;
        this.figures = new NodeFigures(registry, host);
    }

    static void register(PrometheusRegistry registry, NodeHost host) {
        NodeMetrics metrics = new NodeMetrics(registry, host);
        metrics.ofRaft();
        metrics.ofTheStore();
        metrics.ofIdentity();
    }

    private void ofRaft() {
        gauge(
                "etcd_server_has_leader",
                "Whether or not a leader exists. 1 is existence, 0 is not.",
                status -> status.raft().leader() != 0 ? 1 : 0);
        gauge(
                "etcd_server_is_leader",
                "Whether or not this member is a leader. 1 if is, 0 otherwise.",
                status -> status.leads() ? 1 : 0);
        gauge(
                "etcd_server_is_learner",
                "Whether or not this member is a learner. 1 if is, 0 otherwise.",
                status -> status.learner() ? 1 : 0);
        gauge(
                "etcd_server_proposals_committed_total",
                "The total number of consensus proposals committed.",
                status -> status.progress().commit());
        gauge(
                "etcd_server_proposals_applied_total",
                "The total number of consensus proposals applied.",
                status -> status.progress().applied());
        gauge(
                "etcd_server_proposals_pending",
                "The current number of pending proposals to commit.",
                status -> status.counters().proposalsPending());
        counter(
                "etcd_server_proposals_failed_total",
                "The total number of failed proposals seen.",
                status -> status.counters().proposalsFailed());
        counter(
                "etcd_server_leader_changes_seen_total",
                "The number of leader changes seen.",
                status -> status.counters().leaderChanges());
    }

    private void ofTheStore() {
        gauge(
                "etcd_server_quota_backend_bytes",
                "Current backend storage quota size in bytes.",
                status -> status.sizes().quotaBytes());
        gauge(
                "etcd_mvcc_db_total_size_in_bytes",
                "Total size of the database on disk in bytes.",
                status -> status.sizes().dbBytes());
        gauge(
                "etcd_mvcc_db_total_size_in_use_in_bytes",
                "Size of what the database still needs in bytes.",
                status -> status.sizes().dbInUseBytes());
        gauge("etcd_debugging_mvcc_current_revision", "The current revision of store.", NodeStatus::revision);
        figures.gauge(
                "etcd_debugging_mvcc_keys_total",
                "Total number of keys.",
                node -> node.state().view().keys());
        figures.counter("etcd_mvcc_put_total", "Total number of puts seen by this member.", Node::puts);
        figures.counter("etcd_mvcc_delete_total", "Total number of deletes seen by this member.", Node::deletes);
        figures.gauge(
                "quorate_disk_full",
                "Whether the disk is so full that writes are refused. 1 is full, 0 is not.",
                node -> node.room() == Room.ENOUGH ? 0 : 1);
        figures.gauge(
                "etcd_debugging_mvcc_compact_revision",
                "The revision of the last compaction in store.",
                node -> Math.max(0, node.state().view().compactRevision()));
        figures.gauge(
                "etcd_debugging_mvcc_watcher_total",
                "Total number of watchers.",
                node -> node.watches().size());
    }

    private void ofIdentity() {
        GaugeWithCallback.builder()
                .name("etcd_server_version")
                .help("Which version is running. 1 for 'server_version' label with current version.")
                .labelNames("server_version")
                .callback(point -> point.call(1, Versions.SERVER))
                .register(registry);
        GaugeWithCallback.builder()
                .name("quorate_version")
                .help("The version of this program.")
                .labelNames("version")
                .callback(point -> point.call(1, Versions.own()))
                .register(registry);
        GaugeWithCallback.builder()
                .name("etcd_cluster_version")
                .help("Which version is running. 1 for 'cluster_version' label with current cluster version")
                .labelNames("cluster_version")
                .callback(point -> host.node()
                        .map(node -> node.state().clusterVersion())
                        .filter(version -> !version.isEmpty())
                        .ifPresent(version -> point.call(1, minor(version))))
                .register(registry);
        GaugeWithCallback.builder()
                .name("etcd_server_id")
                .help("Server or member ID in hexadecimal format. 1 for 'server_id' label with current ID.")
                .labelNames("server_id")
                .callback(point -> host.node()
                        .ifPresent(node -> point.call(1, hex(node.identity().memberId()))))
                .register(registry);
        GaugeWithCallback.builder()
                .name("etcd_debugging_server_alarms")
                .help("Alarms for every member in cluster. 1 for 'server_id' label with current ID.")
                .labelNames("server_id", "alarm_type")
                .callback(point -> host.node().ifPresent(node -> {
                    for (Alarm alarm : node.state().alarms())
                        point.call(
                                1, hex(alarm.memberId()), alarm.kind() == Alarm.Kind.CORRUPT ? "CORRUPT" : "NOSPACE");
                }))
                .register(registry);
    }

    private static String minor(String version) {
        int last = version.lastIndexOf('.');
        return last > version.indexOf('.') ? version.substring(0, last) : version;
    }

    private static String hex(long id) {
        return Long.toHexString(id);
    }

    private void gauge(String name, String help, ToDoubleFunction<NodeStatus> value) {
        figures.gauge(name, help, node -> value.applyAsDouble(node.status()));
    }

    private void counter(String name, String help, ToDoubleFunction<NodeStatus> value) {
        figures.counter(name, help, node -> value.applyAsDouble(node.status()));
    }
}
