package dev.quorate.store.api;

import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Counts requests by the version that clients say they speak. */
final class ClientVersions {
    /** What a client sends becomes a label: no client may fill our memory with them. */
    private static final int MAX_VERSIONS = 100;

    private static final String UNKNOWN = "unknown";

    private final Counter requests;
    private final Map<String, CounterDataPoint> unary = new ConcurrentHashMap<>();
    private final Map<String, CounterDataPoint> streams = new ConcurrentHashMap<>();

    ClientVersions(PrometheusRegistry registry) {
        requests = Counter.builder()
                .name("etcd_server_client_requests_total")
                .help("The total number of client requests per client version.")
                .labelNames("type", "client_api_version")
                .register(registry);
    }

    void count(boolean isUnary, @Nullable String version) {
        Map<String, CounterDataPoint> points = isUnary ? unary : streams;
        String label = version == null || version.isEmpty() ? UNKNOWN : version;
        CounterDataPoint point = points.get(label);
        if (point == null) {
            String kept = points.size() < MAX_VERSIONS ? label : UNKNOWN;
            point = points.computeIfAbsent(kept, key -> requests.labelValues(isUnary ? "unary" : "stream", key));
        }
        point.inc();
    }
}
