package dev.quorate.operator.plan;

/** The pod of one ordinal. {@code older} means older than the StoreCluster; {@code problem} is empty or a sentence. */
public record PodView(
        String uid, String revision, boolean ready, boolean deleting, boolean older, String node, String problem) {}
