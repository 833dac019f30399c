package dev.quorate.e2e.kube.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quorate.e2e.kube.apply.ManagedFields;
import dev.quorate.e2e.kube.model.Json;
import dev.quorate.e2e.kube.model.Kind;
import dev.quorate.e2e.kube.model.Kinds;
import dev.quorate.e2e.kube.model.Refusal;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Optional;

/** Deletes of what has contents: a namespace and a CustomResourceDefinition go when all that is in them has gone. */
final class Cleanup {
    private static final System.Logger LOG = System.getLogger(Cleanup.class.getName());
    private static final String FINALIZER = "localkube.quorate.dev/contents";
    private static final ManagedFields.Writer WRITER = new ManagedFields.Writer("localkube", "v1", "", "");
    private static final int NOT_FOUND = 404;
    private static final int CONFLICT = 409;
    private static final long LOOK_AGAIN_MILLIS = 200;

    private final Objects objects;
    private final Kinds kinds;

    Cleanup(Objects objects, Kinds kinds) {
        this.objects = objects;
        this.kinds = kinds;
    }

    /** Marks the object and removes its contents in the background; nothing for what has no contents. */
    Optional<Objects.Deleted> before(Target target) {
        boolean namespace = target.kind().is("Namespace");
        if (!namespace && !target.kind().is("CustomResourceDefinition")) return Optional.empty();
        objects.update(target, new Objects.Writing(WRITER, false, true), live -> {
            if (!Json.at(live, "metadata.finalizers").toString().contains(FINALIZER)) {
                Json.metadata(live).withArray("finalizers").add(FINALIZER);
            }
            if (namespace) Json.child(live, "status").put("phase", "Terminating");
            return live;
        });
        Objects.Deleted marked = objects.delete(target, Json.object());
        ObjectNode owner = marked.object();
        Thread.ofVirtual().name("cleanup " + target.name()).start(() -> empty(target, owner));
        return Optional.of(marked);
    }

    private void empty(Target target, ObjectNode owner) {
        try {
            while (deleteContents(target, owner) > 0) Thread.sleep(LOOK_AGAIN_MILLIS);
            objects.update(target, new Objects.Writing(WRITER, false, true), live -> {
                Json.metadata(live)
                        .withArray("finalizers")
                        .removeIf(finalizer -> finalizer.asText().equals(FINALIZER));
                return live;
            });
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException broken) {
            LOG.log(Level.WARNING, "cleanup of " + target.name() + " stopped", broken);
        }
    }

    /** How many objects were still there. */
    private int deleteContents(Target target, ObjectNode owner) {
        boolean namespace = target.kind().is("Namespace");
        List<Kind> inside =
                namespace ? kinds.all().stream().filter(Kind::namespaced).toList() : Kinds.of(owner);
        int found = 0;
        for (Kind kind : inside) {
            for (ObjectNode object : objects.all(kind, namespace ? target.name() : "")) {
                found++;
                String name = Json.textAt(object, "metadata.name");
                Target one = new Target(kind, Json.textAt(object, "metadata.namespace"), name, "");
                try {
                    objects.delete(one, Json.object());
                } catch (Refusal overtaken) {
                    // Whoever else deletes or changes it may be faster: the next look sees what is left.
                    if (overtaken.code() != NOT_FOUND && overtaken.code() != CONFLICT) throw overtaken;
                }
            }
        }
        return found;
    }
}
