package dev.quorate.store.ops;

import dev.quorate.store.node.Node;
import dev.quorate.store.node.NodeHost;
import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.function.DoubleConsumer;
import java.util.function.ToDoubleFunction;

/** Figures that the node is asked for when a page is made; without a node there is nothing to show. */
record NodeFigures(PrometheusRegistry registry, NodeHost host) {
    void gauge(String name, String help, ToDoubleFunction<Node> value) {
        GaugeWithCallback.builder()
                .name(name)
                .help(help)
                .callback(point -> tell(value, point::call))
                .register(registry);
    }

    void counter(String name, String help, ToDoubleFunction<Node> value) {
        CounterWithCallback.builder()
                .name(name)
                .help(help)
                .callback(point -> tell(value, point::call))
                .register(registry);
    }

    private void tell(ToDoubleFunction<Node> value, DoubleConsumer point) {
        host.node().ifPresent(node -> point.accept(value.applyAsDouble(node)));
    }
}
