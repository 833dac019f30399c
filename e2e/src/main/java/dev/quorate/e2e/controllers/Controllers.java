package dev.quorate.e2e.controllers;

import dev.quorate.e2e.objects.Caches;
import dev.quorate.e2e.objects.Change;
import dev.quorate.e2e.objects.World;
import dev.quorate.e2e.objects.Writer;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The running controllers: two threads, one for decisions on every change, one that collects garbage. */
public final class Controllers implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Controllers.class);
    private static final long SETTLE_MILLIS = 20;
    private static final long LOOK_ANYWAY_MILLIS = 1_000;
    private static final long COLLECT_MILLIS = 2_000;

    private final KubernetesClient client;
    private final Semaphore changed = new Semaphore(1);
    private final Semaphore collect = new Semaphore(0);
    private final Caches caches;
    private final Writer controllerWriter;
    private final Writer schedulerWriter;
    private final Scheduler scheduler = new Scheduler();
    private volatile boolean open = true;

    public Controllers(KubernetesClient client, Caches caches) {
        this.client = client;
        this.controllerWriter = new Writer(client, "controller-manager");
        this.schedulerWriter = new Writer(client, "default-scheduler");
        this.caches = caches;
        caches.onChange(changed::release);
        Thread.ofPlatform().name("controllers").daemon().start(this::control);
        Thread.ofPlatform().name("garbage").daemon().start(this::collectGarbage);
    }

    @Override
    public void close() {
        open = false;
        changed.release();
        collect.release();
    }

    private void control() {
        while (open) {
            await(changed, LOOK_ANYWAY_MILLIS);
            await(new Semaphore(0), SETTLE_MILLIS);
            changed.drainPermits();
            World world = caches.world();
            round(StatefulSets::next, world, controllerWriter);
            round(scheduler::next, world, schedulerWriter);
            round((seen, now) -> Volumes.next(seen), world, controllerWriter);
            round((seen, now) -> ServiceEndpoints.next(seen), world, controllerWriter);
            round(Budgets::next, world, controllerWriter);
        }
    }

    private void round(BiFunction<World, Instant, List<Change>> controller, World world, Writer writer) {
        guarded(() -> {
            boolean previous = true;
            for (Change change : controller.apply(world, Instant.now())) {
                // An event tells of the change before it, if that was made.
                if (change instanceof Change.Tell && !previous) continue;
                previous = writer.perform(change);
                if (!previous && change instanceof Change.Bind bind) scheduler.forget(bind.pod());
            }
        });
    }

    private void collectGarbage() {
        Orphans orphans = new Orphans(client);
        while (open) {
            await(collect, COLLECT_MILLIS);
            guarded(() -> {
                orphans.collect();
            });
        }
    }

    private void guarded(Runnable work) {
        try {
            work.run();
        } catch (RuntimeException e) {
            // The API server may be restarting; whatever it is, the next round starts from the top.
            if (open) LOG.warn("a controller failed and will try again: {}", e.toString());
        }
    }

    private static void await(Semaphore semaphore, long millis) {
        try {
            semaphore.tryAcquire(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
