package dev.quorate.store.node;

import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The threads of a node: the loop, the apply thread and the clock. When one of them dies, the process must: half a
 * member promises things that it does not keep.
 */
public final class NodeThreads {
    private static final Logger LOG = LoggerFactory.getLogger(NodeThreads.class);

    private final Node node;
    private final Mailbox mailbox;
    private final BiConsumer<String, Throwable> onDeath;
    private final ScheduledExecutorService clock;
    private final List<Thread> threads;
    private volatile boolean stopping;

    public NodeThreads(Node node, Mailbox mailbox, BiConsumer<String, Throwable> onDeath) {
        this.node = node;
        this.mailbox = mailbox;
        this.onDeath = onDeath;
        this.clock = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().name("ticker").daemon(true).factory());
        this.threads = List.of(
                Thread.ofPlatform().name("node").unstarted(() -> guarded("node", this::loop)),
                Thread.ofPlatform().name("apply").unstarted(() -> guarded("apply", this::apply)));
    }

    public void start() {
        threads.forEach(Thread::start);
        long period = node.config().timing().heartbeatMillis();
        // Not at a fixed rate: a process that was stopped would make up for all the ticks it has missed, at once.
        var _ = clock.scheduleWithFixedDelay(mailbox::tick, period, period, TimeUnit.MILLISECONDS);
    }

    private void loop() {
        while (!stopping) {
            node.awaitInput();
            node.turn();
        }
    }

    private void apply() throws InterruptedException {
        while (!stopping) node.awaitWork();
    }

    private interface Body {
        void run() throws InterruptedException;
    }

    private void guarded(String name, Body body) {
        try {
            body.run();
        } catch (InterruptedException stop) {
            if (!stopping) onDeath.accept(name, stop);
        } catch (Throwable death) {
            if (stopping) LOG.warn("the thread {} stopped in the middle", name, death);
            else onDeath.accept(name, death);
        }
    }

    /** An interrupt closes the file that a thread is writing: only who does not end by itself gets one. */
    public void stop() {
        stopping = true;
        clock.shutdownNow();
        node.wake();
        for (Thread thread : threads) {
            try {
                thread.join(TimeUnit.SECONDS.toMillis(5));
                if (!thread.isAlive()) continue;
                thread.interrupt();
                thread.join(TimeUnit.SECONDS.toMillis(5));
            } catch (InterruptedException impatient) {
                Thread.currentThread().interrupt();
                LOG.warn("interrupted while the thread {} stopped", thread.getName());
            }
        }
        node.stop();
    }
}
