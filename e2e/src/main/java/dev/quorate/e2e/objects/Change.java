package dev.quorate.e2e.objects;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;

/** One write that somebody decided on. Each carries what it was decided from, so that a stale decision does nothing. */
public sealed interface Change {
    /** Nothing happens when the name is taken. */
    record Create(HasMetadata object) implements Change {}

    /** Nothing happens when the object is no longer at this resourceVersion. */
    record Replace(HasMetadata object) implements Change {}

    /** Nothing happens when the object is no longer at this resourceVersion. */
    record ReplaceStatus(HasMetadata object) implements Change {}

    /** Nothing happens when the object of that name has another uid. */
    record Delete(HasMetadata object) implements Change {}

    /** Nothing happens when the pod already has a node. */
    record Bind(Pod pod, String node) implements Change {}

    /** An event about an object; {@code warning} chooses between the two types that Kubernetes has. */
    record Tell(HasMetadata about, boolean warning, String reason, String message) implements Change {}
}
