package dev.quorate.operator.plan;

/** The StatefulSet. The update revision is empty while its controller has not yet seen the newest template. */
public record SetView(int replicas, String updateRevision) {}
