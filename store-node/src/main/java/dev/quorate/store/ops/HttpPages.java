package dev.quorate.store.ops;

import dev.quorate.store.node.Node;
import dev.quorate.store.node.NodeHost;
import dev.quorate.store.state.Refusal;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Function;

/** All pages of the client port and of the metrics listeners: which path leads where. */
public final class HttpPages implements Function<Ask, CompletableFuture<Page>> {
    private final NodeHost host;
    private final HealthPages health;
    private final MetricsPage metrics;
    private final Executor workers;

    /** @param texts what clients are told about a refusal */
    public HttpPages(NodeHost host, Metrics metrics, Function<Refusal, String> texts, Executor workers) {
        this.host = host;
        this.health = new HealthPages(host, metrics, texts);
        this.metrics = new MetricsPage(metrics);
        this.workers = workers;
    }

    @Override
    public CompletableFuture<Page> apply(Ask ask) {
        if (ask.method().equals("OPTIONS")) return CompletableFuture.completedFuture(Page.empty());
        List<String> parts =
                List.of(ask.path().substring(Math.min(1, ask.path().length())).split("/", -1));
        String first = parts.getFirst();
        if (parts.size() == 1 && first.equals("metrics"))
            return CompletableFuture.supplyAsync(() -> metrics.page(ask.accept()), workers);
        boolean probe = first.equals("livez") || first.equals("readyz");
        boolean known = parts.size() == 1
                ? probe || first.equals("health") || first.equals("version") || first.equals("startupz")
                : parts.size() == 2 && probe && HealthPages.isCheck(first, parts.get(1));
        if (!known) return CompletableFuture.completedFuture(Page.notFound());
        if (!ask.method().equals("GET")) return CompletableFuture.completedFuture(Page.onlyGet());
        if (probe) return health.probe(first, parts.subList(1, parts.size()), ask);
        if (first.equals("startupz")) return CompletableFuture.completedFuture(health.startup());
        return first.equals("health") ? health.health(ask) : CompletableFuture.completedFuture(version());
    }

    private Page version() {
        String cluster = host.node()
                .map(Node::state)
                .map(state -> state.clusterVersion())
                .orElse("");
        return Page.json("{\"etcdserver\":\"" + Versions.SERVER + "\",\"etcdcluster\":\""
                + (cluster.isEmpty() ? "not_decided" : cluster) + "\",\"storage\":\"" + Versions.STORAGE + "\"}");
    }
}
