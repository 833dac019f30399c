package dev.quorate.e2e.objects;

import io.fabric8.kubernetes.api.model.BindingBuilder;
import io.fabric8.kubernetes.api.model.DeleteOptions;
import io.fabric8.kubernetes.api.model.DeleteOptionsBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.Set;

/** The hand that performs changes. A change whose precondition no longer holds is dropped, and {@code false} says so. */
public final class Writer {
    private static final Set<Integer> OVERTAKEN = Set.of(404, 409);
    private static final Set<Integer> NO_SUCH_RESOURCE = Set.of(404, 405);

    private final KubernetesClient client;
    private final EventLog events;
    private boolean canBind = true;

    public Writer(KubernetesClient client, String component) {
        this.client = client;
        this.events = new EventLog(client, component);
    }

    public boolean perform(Change change) {
        try {
            switch (change) {
                case Change.Create(HasMetadata object) ->
                    client.resource(object).create();
                case Change.Replace(HasMetadata object) ->
                    client.resource(object).update();
                case Change.ReplaceStatus(HasMetadata object) ->
                    client.resource(object).updateStatus();
                case Change.Delete(HasMetadata object) -> delete(object, preconditions(object));
                case Change.Bind(Pod pod, String node) -> bind(pod, node);
                case Change.Tell tell -> events.tell(tell);
            }
            return true;
        } catch (KubernetesClientException e) {
            if (OVERTAKEN.contains(e.getCode())) return false;
            throw e;
        }
    }

    /** Removes a pod whose containers have stopped. */
    public void deleteAtOnce(Pod pod) {
        try {
            DeleteOptions options = preconditions(pod);
            options.setGracePeriodSeconds(0L);
            delete(pod, options);
        } catch (KubernetesClientException e) {
            if (!OVERTAKEN.contains(e.getCode())) throw e;
        }
    }

    private void delete(HasMetadata object, DeleteOptions options) {
        client.raw(path(object), "DELETE", options);
    }

    private void bind(Pod pod, String node) {
        String namespace = pod.getMetadata().getNamespace();
        if (canBind) {
            try {
                client.raw(
                        path(pod) + "/binding",
                        "POST",
                        new BindingBuilder()
                                .withNewMetadata()
                                .withNamespace(namespace)
                                .withName(pod.getMetadata().getName())
                                .withUid(pod.getMetadata().getUid())
                                .endMetadata()
                                .withNewTarget()
                                .withApiVersion("v1")
                                .withKind("Node")
                                .withName(node)
                                .endTarget()
                                .build());
                return;
            } catch (KubernetesClientException e) {
                if (!NO_SUCH_RESOURCE.contains(e.getCode())) throw e;
                // A bare API machinery has no such subresource; a pod that is gone fails below as well.
                canBind = client.resource(pod).get() == null;
            }
        }
        client.resource(new PodBuilder(pod)
                        .editSpec()
                        .withNodeName(node)
                        .endSpec()
                        .build())
                .update();
    }

    private static DeleteOptions preconditions(HasMetadata object) {
        return new DeleteOptionsBuilder()
                .withPropagationPolicy("Background")
                .withNewPreconditions()
                .withUid(object.getMetadata().getUid())
                .endPreconditions()
                .build();
    }

    private static String path(HasMetadata object) {
        String version = object.getApiVersion();
        String namespace = object.getMetadata().getNamespace();
        return (version.contains("/") ? "/apis/" : "/api/") + version
                + (namespace == null ? "" : "/namespaces/" + namespace)
                + "/" + object.getPlural() + "/" + object.getMetadata().getName();
    }
}
