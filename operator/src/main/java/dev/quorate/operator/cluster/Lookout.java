package dev.quorate.operator.cluster;

import dev.quorate.operator.store.StoreClient;
import dev.quorate.operator.store.StoreLook;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at the members of every watched cluster again and again, on threads of its own, and tells when something is new.
 *
 * <p>A look that began before the last action says nothing about what the action did, so it is not handed out.
 */
public final class Lookout implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Lookout.class);
    private static final Duration TICK = Duration.ofMillis(100);
    private static final Duration OLDEST = Duration.ofSeconds(20);
    private static final Duration FORGOTTEN = Duration.ofMinutes(3);

    private final StoreClient store;
    private final Consumer<ResourceID> news;
    private final ConcurrentMap<ResourceID, Post> posts = new ConcurrentHashMap<>();
    private final ExecutorService lookers = Executors.newVirtualThreadPerTaskExecutor();
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("lookout").factory());

    private final Future<?> ticking;

    public Lookout(StoreClient store, Consumer<ResourceID> news) {
        this.store = store;
        this.news = news;
        ticking = clock.scheduleWithFixedDelay(this::tick, TICK.toMillis(), TICK.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** What is watched of one cluster, and what was seen last. Guarded by itself. */
    private static final class Post {
        SortedMap<Integer, String> addresses = new TreeMap<>();
        Duration interval = Duration.ofSeconds(1);
        Instant asked = Instant.MIN;
        Instant started = Instant.MIN;
        boolean looking;
        boolean due = true;
        Optional<StoreLook> last = Optional.empty();
        Instant seen = Instant.MIN;
    }

    /** Says whom to look at from now on, and gives the last look at exactly them, if it still counts. */
    public Optional<StoreLook> latest(ResourceID cluster, SortedMap<Integer, String> addresses, Duration interval) {
        Post post = posts.computeIfAbsent(cluster, id -> new Post());
        Instant now = Instant.now();
        synchronized (post) {
            post.asked = now;
            post.interval = interval;
            if (!post.addresses.equals(addresses)) {
                post.addresses = new TreeMap<>(addresses);
                post.due = true;
                post.last = Optional.empty();
            }
            boolean fresh = !post.due && post.seen.plus(OLDEST).isAfter(now);
            return fresh ? post.last : Optional.empty();
        }
    }

    /** Something was done to the cluster: what was seen before counts no more. */
    public void acted(ResourceID cluster) {
        Post post = posts.get(cluster);
        if (post != null) {
            synchronized (post) {
                post.due = true;
                post.last = Optional.empty();
            }
        }
    }

    private void tick() {
        Instant now = Instant.now();
        Set<String> inUse = new TreeSet<>();
        posts.forEach((cluster, post) -> {
            synchronized (post) {
                if (post.asked.plus(FORGOTTEN).isBefore(now)) {
                    posts.remove(cluster, post);
                    return;
                }
                inUse.addAll(post.addresses.values());
                boolean again = post.due || post.started.plus(post.interval).isBefore(now);
                if (!post.looking && again) {
                    post.looking = true;
                    post.due = false;
                    post.started = now;
                    SortedMap<Integer, String> addresses = post.addresses;
                    lookers.execute(() -> look(cluster, post, addresses));
                }
            }
        });
        store.keepOnly(inUse);
    }

    private void look(ResourceID cluster, Post post, SortedMap<Integer, String> addresses) {
        Optional<StoreLook> seen = Optional.empty();
        try {
            seen = Optional.of(store.look(addresses));
        } catch (RuntimeException e) {
            LOG.warn("cluster={} looking at the members failed", cluster, e);
        }
        boolean isNews;
        synchronized (post) {
            post.looking = false;
            boolean counts = !post.due && post.addresses.equals(addresses);
            isNews = counts && !post.last.map(StoreLook::still).equals(seen.map(StoreLook::still));
            if (counts) {
                post.last = seen;
                post.seen = Instant.now();
            }
        }
        if (isNews) {
            news.accept(cluster);
        }
    }

    @Override
    public void close() {
        ticking.cancel(false);
        clock.shutdownNow();
        lookers.shutdownNow();
    }
}
