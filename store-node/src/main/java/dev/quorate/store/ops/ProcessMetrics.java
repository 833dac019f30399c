package dev.quorate.store.ops;

import com.sun.management.UnixOperatingSystemMXBean;
import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.DoubleSupplier;

/** The usual metrics of a process, from the JVM and from /proc. */
final class ProcessMetrics {
    private static final int PAGE_BYTES = 4096;
    private static final int VIRTUAL = 0;
    private static final int RESIDENT = 1;

    private ProcessMetrics() {}

    static void register(PrometheusRegistry registry) {
        var runtime = ManagementFactory.getRuntimeMXBean();
        var heap = ManagementFactory.getMemoryMXBean();
        gauge(registry, "process_resident_memory_bytes", "Resident memory size in bytes.", () -> memory(RESIDENT));
        gauge(registry, "process_virtual_memory_bytes", "Virtual memory size in bytes.", () -> memory(VIRTUAL));
        gauge(
                registry,
                "process_start_time_seconds",
                "Start time of the process since unix epoch in seconds.",
                () -> runtime.getStartTime() / 1000.0);
        gauge(
                registry,
                "jvm_heap_used_bytes",
                "Used bytes of the heap.",
                () -> heap.getHeapMemoryUsage().getUsed());
        counter(registry, "jvm_gc_seconds_total", "Time spent collecting garbage.", ProcessMetrics::gcSeconds);
        GcPauses.register(registry);
        if (!(ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system)) return;
        counter(
                registry,
                "process_cpu_seconds_total",
                "Total user and system CPU time spent in seconds.",
                () -> system.getProcessCpuTime() / 1e9);
        gauge(registry, "process_open_fds", "Number of open file descriptors.", system::getOpenFileDescriptorCount);
        gauge(
                registry,
                "process_max_fds",
                "Maximum number of open file descriptors.",
                system::getMaxFileDescriptorCount);
        gauge(registry, "os_fd_used", "The number of used file descriptors.", system::getOpenFileDescriptorCount);
        gauge(registry, "os_fd_limit", "The file descriptor limit.", system::getMaxFileDescriptorCount);
    }

    private static double memory(int field) {
        try {
            String[] pages = Files.readString(Path.of("/proc/self/statm")).split(" ", -1);
            return Double.parseDouble(pages[field]) * PAGE_BYTES;
        } catch (IOException notLinux) {
            return Double.NaN;
        }
    }

    private static double gcSeconds() {
        long millis = 0;
        for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans())
            millis += Math.max(0, collector.getCollectionTime());
        return millis / 1e3;
    }

    private static void gauge(PrometheusRegistry registry, String name, String help, DoubleSupplier value) {
        GaugeWithCallback.builder()
                .name(name)
                .help(help)
                .callback(point -> point.call(value.getAsDouble()))
                .register(registry);
    }

    private static void counter(PrometheusRegistry registry, String name, String help, DoubleSupplier value) {
        CounterWithCallback.builder()
                .name(name)
                .help(help)
                .callback(point -> point.call(value.getAsDouble()))
                .register(registry);
    }
}
