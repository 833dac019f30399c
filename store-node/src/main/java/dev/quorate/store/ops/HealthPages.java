package dev.quorate.store.ops;

import dev.quorate.store.node.LocalStatus;
import dev.quorate.store.node.Node;
import dev.quorate.store.node.NodeHost;
import dev.quorate.store.state.Alarm;
import dev.quorate.store.state.Refusal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * /health, /livez, /readyz and /startupz.
 *
 * <p>A process without a node is alive, because starting it again would not help, and not ready, and says why.
 */
final class HealthPages {
    private static final String CORRUPTION = "data_corruption";
    private static final String SERIALIZABLE = "serializable_read";
    private static final String LINEARIZABLE = "linearizable_read";
    private static final String NON_LEARNER = "non_learner";
    private static final Map<String, List<String>> CHECKS = Map.of(
            "livez", List.of(SERIALIZABLE), "readyz", List.of(CORRUPTION, SERIALIZABLE, LINEARIZABLE, NON_LEARNER));
    private static final CompletableFuture<String> FINE = CompletableFuture.completedFuture("");

    private final NodeHost host;
    private final Metrics metrics;
    private final Function<Refusal, String> texts;

    HealthPages(NodeHost host, Metrics metrics, Function<Refusal, String> texts) {
        this.host = host;
        this.metrics = metrics;
        this.texts = texts;
    }

    static boolean isCheck(String probe, String name) {
        return CHECKS.getOrDefault(probe, List.of()).contains(name);
    }

    CompletableFuture<Page> health(Ask ask) {
        return reason(ask).thenApply(reason -> {
            metrics.healthAsked(reason.isEmpty());
            String body = "{\"health\":\"" + reason.isEmpty() + "\",\"reason\":\"" + escaped(reason) + "\"}";
            return Page.plain(reason.isEmpty() ? 200 : 503, body);
        });
    }

    private CompletableFuture<String> reason(Ask ask) {
        Optional<Node> node = host.node();
        if (node.isEmpty()) return CompletableFuture.completedFuture(whyNone());
        for (Alarm alarm : node.get().state().alarms()) {
            // One member's damage makes itself unhealthy, not those that serve on.
            if (alarm.kind() == Alarm.Kind.CORRUPT && !node.get().isCorrupt()) continue;
            String name = name(alarm.kind());
            if (!ask.all("exclude").contains(name)) return CompletableFuture.completedFuture("ALARM " + name);
        }
        if (ask.first("serializable").orElse("").equals("true")) return FINE;
        if (node.get().raft().leader() == 0) return CompletableFuture.completedFuture("RAFT NO LEADER");
        return linearizable(node.get()).thenApply(error -> error.isEmpty() ? "" : "RANGE ERROR:" + error);
    }

    private static String name(Alarm.Kind kind) {
        return switch (kind) {
            case NO_SPACE -> "NOSPACE";
            case CORRUPT -> "CORRUPT";
            case NONE -> "UNKNOWN";
        };
    }

    private CompletableFuture<String> linearizable(Node node) {
        return node.readPoint().thenApply(refusal -> refusal.map(texts).orElse(""));
    }

    private String whyNone() {
        LocalStatus status = host.localStatus();
        return status.message().isEmpty() ? status.state().name() : status.message();
    }

    /** Fine as soon as the process has opened its data, or knows that it has none: then the other probes may judge it. */
    Page startup() {
        boolean opened = host.localStatus().state() != LocalStatus.State.STARTING;
        return opened ? Page.text(200, "ok\n") : Page.text(503, "[-]data failed: " + whyNone() + "\n\n");
    }

    /** @param only the single check that the path names, or nothing for all of them */
    CompletableFuture<Page> probe(String probe, List<String> only, Ask ask) {
        Optional<Node> node = host.node();
        if (node.isEmpty())
            return CompletableFuture.completedFuture(
                    probe.equals("livez")
                            ? Page.text(200, "ok\n")
                            : Page.text(503, "[-]member failed: " + whyNone() + "\n\n"));
        List<String> names = new ArrayList<>(only.isEmpty() ? CHECKS.getOrDefault(probe, List.of()) : only);
        if (only.isEmpty()) names.removeAll(ask.all("exclude"));
        List<CompletableFuture<String>> results =
                names.stream().map(name -> check(name, node.get())).toList();
        return CompletableFuture.allOf(results.toArray(CompletableFuture[]::new))
                .thenApply(all -> {
                    List<String> errors =
                            results.stream().map(CompletableFuture::join).toList();
                    return page(probe, names, errors, ask.has("verbose"));
                });
    }

    private Page page(String probe, List<String> names, List<String> errors, boolean verbose) {
        StringBuilder lines = new StringBuilder();
        boolean fine = true;
        for (int i = 0; i < names.size(); i++) {
            String error = errors.get(i);
            fine &= error.isEmpty();
            metrics.checked(probe, names.get(i), error.isEmpty());
            if (error.isEmpty()) lines.append("[+]").append(names.get(i)).append(" ok\n");
            else
                lines.append("[-]")
                        .append(names.get(i))
                        .append(" failed: ")
                        .append(error)
                        .append('\n');
        }
        if (!fine) return Page.text(503, lines.append('\n').toString());
        return Page.text(200, (verbose ? lines.toString() : "") + "ok\n");
    }

    private CompletableFuture<String> check(String name, Node node) {
        return switch (name) {
            case CORRUPTION -> CompletableFuture.completedFuture(node.isCorrupt() ? "alarm activated: CORRUPT" : "");
            case LINEARIZABLE -> linearizable(node);
            case NON_LEARNER ->
                CompletableFuture.completedFuture(node.status().learner() ? "not supported for learner" : "");
            default -> serializable(node);
        };
    }

    /** The state answers: that is all a local read can tell. */
    private static CompletableFuture<String> serializable(Node node) {
        return node.state().view().revision() > 0 ? FINE : CompletableFuture.completedFuture("no state");
    }

    private static String escaped(String text) {
        return text.replace("\\", "\\\\").replace("\"", "\\\"");
    }
}
