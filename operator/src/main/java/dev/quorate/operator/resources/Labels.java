package dev.quorate.operator.resources;

import dev.quorate.crds.v1alpha1.StoreCluster;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import java.util.Map;
import java.util.TreeMap;

/** The labels and annotations that the operator knows things by. */
public final class Labels {
    public static final String CLUSTER = "quorate.dev/cluster";
    public static final String SERVING = "quorate.dev/serving";
    public static final String REMOVED_AT = "quorate.dev/removed-at";
    static final String NAME = "app.kubernetes.io/name";
    static final String MANAGED_BY = "app.kubernetes.io/managed-by";

    private Labels() {}

    static Map<String, String> of(StoreCluster cluster) {
        Map<String, String> labels = new TreeMap<>();
        labels.put(NAME, "quorate");
        labels.put(MANAGED_BY, "quorate-operator");
        labels.put(CLUSTER, cluster.getMetadata().getName());
        return labels;
    }

    static Map<String, String> selector(StoreCluster cluster) {
        return Map.of(CLUSTER, cluster.getMetadata().getName());
    }

    static OwnerReference owner(StoreCluster cluster) {
        return new OwnerReferenceBuilder()
                .withApiVersion(cluster.getApiVersion())
                .withKind(cluster.getKind())
                .withName(cluster.getMetadata().getName())
                .withUid(cluster.getMetadata().getUid())
                .withController(true)
                .build();
    }

    /** The metadata of an object that goes when its cluster goes. */
    static ObjectMeta owned(StoreCluster cluster, String name) {
        return new ObjectMetaBuilder()
                .withName(name)
                .withNamespace(cluster.getMetadata().getNamespace())
                .withLabels(of(cluster))
                .withOwnerReferences(owner(cluster))
                .build();
    }
}
