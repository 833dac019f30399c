package dev.quorate.store.api;

import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Counts calls, their results and their bytes: one small object a call, and adders that do not contend. */
final class CallMeter extends ServerStreamTracer.Factory {
    private static final double[] SECONDS = {.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10};

    private final Map<String, Method> methods = new HashMap<>();
    private final LongAdder received = new LongAdder();
    private final LongAdder sent = new LongAdder();
    private final LongAdder waiting = new LongAdder();
    private final Counter started;
    private final Counter handled;
    private final @Nullable Histogram seconds;

    private record Method(
            boolean unary,
            CounterDataPoint started,
            List<CounterDataPoint> handledByCode,
            @Nullable DistributionDataPoint seconds) {}

    /** @param extensive with how long calls took, as with --metrics=extensive */
    CallMeter(PrometheusRegistry registry, boolean extensive, Iterable<ServerServiceDefinition> services) {
        started = Counter.builder()
                .name("grpc_server_started_total")
                .help("Total number of RPCs started on the server.")
                .labelNames("grpc_type", "grpc_service", "grpc_method")
                .register(registry);
        handled = Counter.builder()
                .name("grpc_server_handled_total")
                .help("Total number of RPCs completed on the server, regardless of success or failure.")
                .labelNames("grpc_type", "grpc_service", "grpc_method", "grpc_code")
                .register(registry);
        seconds = extensive
                ? Histogram.builder()
                        .name("grpc_server_handling_seconds")
                        .help("Response latency of gRPC that had been application-level handled by the server.")
                        .labelNames("grpc_type", "grpc_service", "grpc_method")
                        .classicOnly()
                        .classicUpperBounds(SECONDS)
                        .register(registry)
                : null;
        bytes(registry, "received", received);
        bytes(registry, "sent", sent);
        for (ServerServiceDefinition service : services) {
            for (var method : service.getMethods()) add(method.getMethodDescriptor());
        }
    }

    private static void bytes(PrometheusRegistry registry, String direction, LongAdder adder) {
        CounterWithCallback.builder()
                .name("etcd_network_client_grpc_" + direction + "_bytes_total")
                .help("The total number of bytes " + direction + (direction.equals("sent") ? " to" : " from")
                        + " grpc clients.")
                .callback(point -> point.call((double) adder.sum()))
                .register(registry);
    }

    private void add(MethodDescriptor<?, ?> descriptor) {
        String type = type(descriptor.getType());
        String service = String.valueOf(descriptor.getServiceName());
        String name = String.valueOf(descriptor.getBareMethodName());
        List<CounterDataPoint> byCode = Stream.of(Status.Code.values())
                .map(code -> handled.labelValues(type, service, name, goName(code)))
                .toList();
        methods.put(
                descriptor.getFullMethodName(),
                new Method(
                        descriptor.getType() == MethodType.UNARY,
                        started.labelValues(type, service, name),
                        byCode,
                        seconds == null ? null : seconds.labelValues(type, service, name)));
    }

    private static String type(MethodType type) {
        return switch (type) {
            case UNARY, UNKNOWN -> "unary";
            case CLIENT_STREAMING -> "client_stream";
            case SERVER_STREAMING -> "server_stream";
            case BIDI_STREAMING -> "bidi_stream";
        };
    }

    /** Dashboards know the codes by the names that Go gives them. */
    static String goName(Status.Code code) {
        if (code == Status.Code.OK) return "OK";
        StringBuilder name = new StringBuilder();
        boolean upper = true;
        for (char c : code.name().toCharArray()) {
            if (c != '_') name.append(upper ? c : Character.toLowerCase(c));
            upper = c == '_';
        }
        return code == Status.Code.CANCELLED ? "Canceled" : name.toString();
    }

    /** Whether a call of one request and one answer is still without its answer. */
    boolean isAnybodyWaiting() {
        return waiting.sum() > 0;
    }

    @Override
    public ServerStreamTracer newServerStreamTracer(String fullMethodName, Metadata headers) {
        Method method = methods.get(fullMethodName);
        return method == null ? new ServerStreamTracer() {} : new Call(method);
    }

    private final class Call extends ServerStreamTracer {
        private final Method method;
        private final long startNanos;

        Call(Method method) {
            this.method = method;
            this.startNanos = method.seconds() == null ? 0 : System.nanoTime();
            method.started().inc();
            if (method.unary()) waiting.increment();
        }

        @Override
        public void inboundUncompressedSize(long bytes) {
            received.add(bytes);
        }

        @Override
        public void outboundUncompressedSize(long bytes) {
            sent.add(bytes);
        }

        @Override
        public void streamClosed(Status status) {
            if (method.unary()) waiting.decrement();
            method.handledByCode().get(status.getCode().value()).inc();
            if (method.seconds() != null) method.seconds().observe((System.nanoTime() - startNanos) / 1e9);
        }
    }
}
