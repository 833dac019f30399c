package dev.quorate.store.ops;

import dev.quorate.store.node.NodeHost;
import dev.quorate.store.node.port.Meters;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

/** The metrics of one process, under the names that etcd's dashboards and alerts know. */
public final class Metrics {
    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final Counter healthGood;
    private final Counter healthBad;
    private final Gauge check;
    private final Counter checks;

    public Metrics(NodeHost host, Meters meters) {
        NodeMetrics.register(registry, host);
        PulseMetrics.register(registry, host);
        MeterMetrics.register(registry, meters);
        ProcessMetrics.register(registry);
        healthGood = Counter.builder()
                .name("etcd_server_health_success")
                .help("The total number of successful health checks")
                .register(registry);
        healthBad = Counter.builder()
                .name("etcd_server_health_failures")
                .help("The total number of failed health checks")
                .register(registry);
        check = Gauge.builder()
                .name("etcd_server_healthcheck")
                .help("The result of each kind of healthcheck.")
                .labelNames("type", "name")
                .register(registry);
        checks = Counter.builder()
                .name("etcd_server_healthchecks_total")
                .help("The total number of each kind of healthcheck.")
                .labelNames("type", "name", "status")
                .register(registry);
    }

    public PrometheusRegistry registry() {
        return registry;
    }

    void healthAsked(boolean good) {
        (good ? healthGood : healthBad).inc();
    }

    void checked(String probe, String name, boolean good) {
        check.labelValues(probe, name).set(good ? 1 : 0);
        checks.labelValues(probe, name, good ? "success" : "error").inc();
    }
}
