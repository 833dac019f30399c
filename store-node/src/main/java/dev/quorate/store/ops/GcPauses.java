package dev.quorate.store.ops;

import com.sun.management.GarbageCollectionNotificationInfo;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.util.Locale;
import javax.management.Notification;
import javax.management.NotificationEmitter;
import javax.management.openmbean.CompositeData;

/** How long the garbage collector stops the process: a pause of an election timeout costs the leadership. */
final class GcPauses {
    private static final int BUCKETS = 14;

    private GcPauses() {}

    static void register(PrometheusRegistry registry) {
        Histogram pauses = Histogram.builder()
                .name("jvm_gc_pause_seconds")
                .help("Time that the garbage collector stopped the process.")
                .classicOnly()
                .classicExponentialUpperBounds(0.001, 2, BUCKETS)
                .register(registry);
        for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
            if (stopsTheProcess(collector.getName()) && collector instanceof NotificationEmitter emitter)
                emitter.addNotificationListener((happened, handback) -> heard(happened, pauses), null, null);
        }
    }

    /** A concurrent collector has a second bean for its cycles, during which the process runs on. */
    private static boolean stopsTheProcess(String collector) {
        String name = collector.toLowerCase(Locale.ROOT);
        return !name.contains("cycles") && !name.contains("concurrent");
    }

    private static void heard(Notification happened, Histogram pauses) {
        if (!(happened.getUserData() instanceof CompositeData data)
                || !happened.getType().equals(GarbageCollectionNotificationInfo.GARBAGE_COLLECTION_NOTIFICATION))
            return;
        long millis = GarbageCollectionNotificationInfo.from(data).getGcInfo().getDuration();
        pauses.observe(millis / 1e3);
    }
}
