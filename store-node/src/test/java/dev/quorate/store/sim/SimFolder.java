package dev.quorate.store.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Names of a {@link SimDisk}. What was done to them since they were forced is lost in a crash from some point on: file
 * systems with a journal keep the order of names, and of nothing else.
 */
final class SimFolder implements SimNode {
    private final SortedMap<String, SimNode> live = new TreeMap<>();
    private final SortedMap<String, SimNode> durable = new TreeMap<>();
    private final List<Change> pending = new ArrayList<>();

    /** One step: a name goes, or comes, or both at once. */
    private record Change(
            @Nullable String gone,
            @Nullable String come,
            @Nullable SimNode node) {}

    List<String> names() {
        return List.copyOf(live.keySet());
    }

    @Nullable
    SimNode get(String name) {
        return live.get(name);
    }

    void put(String name, SimNode node) {
        change(new Change(null, name, node));
    }

    void remove(String name) {
        change(new Change(name, null, null));
    }

    void rename(String from, String to) {
        change(new Change(from, to, live.get(from)));
    }

    private void change(Change change) {
        apply(change, live);
        pending.add(change);
    }

    private static void apply(Change change, SortedMap<String, SimNode> names) {
        if (change.gone != null) names.remove(change.gone);
        if (change.come != null && change.node != null) names.put(change.come, change.node);
    }

    @Override
    public void force() {
        pending.forEach(change -> apply(change, durable));
        pending.clear();
    }

    @Override
    public void forceInPart(RandomGenerator random) {
        int kept = random.nextInt(pending.size() + 1);
        pending.subList(0, kept).forEach(change -> apply(change, durable));
        pending.clear();
    }

    @Override
    public void crash(RandomGenerator random) {
        forceInPart(random);
        // What has lost its name as well: somebody may hold a mapping of it.
        live.values().forEach(node -> node.crash(random));
        durable.forEach((name, node) -> {
            if (!node.equals(live.get(name))) node.crash(random);
        });
        live.clear();
        live.putAll(durable);
    }

    @Override
    public void abandon() {
        live.values().forEach(SimNode::abandon);
    }
}
