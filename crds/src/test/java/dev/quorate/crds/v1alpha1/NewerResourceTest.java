package dev.quorate.crds.v1alpha1;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A resource that was written for a newer version must never stop this one. */
class NewerResourceTest {
    private static final String FULL = """
            apiVersion: quorate.dev/v1alpha1
            kind: StoreCluster
            metadata: {name: a, namespace: b, generation: 4}
            spec:
              replicas: 5
              version: 1.2.3
              image: {repository: r, digest: d, pullPolicy: Always, pullSecrets: [{name: s}]}
              paused: true
              scaling: {allowSingleMember: true}
              storage: {size: 20Gi, storageClassName: fast, ephemeral: true}
              resources: {requests: {cpu: "1"}, limits: {cpu: "1"}}
              placement:
                dedicated: {enabled: true, key: k, value: v, effect: NoExecute, strict: false}
                spread: {hosts: Preferred, zones: Required, zoneKey: z}
                nodeSelector: {a: b}
                tolerations: [{key: k, operator: Exists}]
                priorityClassName: p
              podDisruptionBudget: {enabled: false}
            status:
              observedGeneration: 4
              clusterID: 769f1c9e0d723d0b
              version: {running: 1.2.3, target: 1.2.3}
              endpoints: {client: "http://a"}
              members: [{name: a-0, ordinal: 0, memberID: 1f, role: Leader, state: Healthy}]
              operation: {type: ScaleUp, phase: Growing, summary: s, startedAt: t}
              bootstrap: {completed: true, seed: a-0, token: t}
              disruption: {pdbMinAvailable: 2, allowed: 1}
              conditions: [{type: Ready, status: "True"}]
            """;

    private static final Set<String> MAPS = Set.of("requests", "limits", "nodeSelector");

    private final KubernetesSerialization serialization = new KubernetesSerialization();

    @Test
    void unknownFieldsAtEveryLevelAreSkipped() {
        ObjectNode tree = serialization.unmarshal(FULL, ObjectNode.class);
        StoreCluster plain = serialization.convertValue(tree, StoreCluster.class);
        addUnknownFields(tree);
        StoreCluster newer = serialization.convertValue(tree, StoreCluster.class);
        assertThat(newer.getSpec().storage()).isEqualTo(plain.getSpec().storage());
        assertThat(newer.getSpec().image().digest()).isEqualTo("d");
        assertThat(newer.getSpec().placement().spread())
                .isEqualTo(plain.getSpec().placement().spread());
        assertThat(newer.getSpec().placement().dedicated())
                .isEqualTo(plain.getSpec().placement().dedicated());
        assertThat(newer.getStatus().members()).isEqualTo(plain.getStatus().members());
        assertThat(newer.getStatus().bootstrap()).isEqualTo(new BootstrapStatus(true, "a-0", "t"));
    }

    @Test
    void unknownWordsInClosedSetsAreKeptAsTheyAre() {
        StoreCluster newer =
                serialization.unmarshal(FULL.replace("hosts: Preferred", "hosts: Sometimes"), StoreCluster.class);
        assertThat(newer.getSpec().placement().spread().hosts()).isEqualTo("Sometimes");
    }

    @Test
    void anEmptySpecIsAGoodCluster() {
        StoreCluster empty = serialization.unmarshal(
                "apiVersion: quorate.dev/v1alpha1\nkind: StoreCluster\nmetadata: {name: a}\nspec: {}",
                StoreCluster.class);
        assertThat(empty.getSpec().replicas()).isEqualTo(3);
        assertThat(empty.getSpec().storage().size().toString()).isEqualTo("10Gi");
        assertThat(empty.getSpec().placement().dedicated().strict()).isTrue();
        assertThat(empty.getSpec().podDisruptionBudget().enabled()).isTrue();
    }

    @Test
    void everyPartIsMarked() {
        Set<Class<?>> parts = new LinkedHashSet<>();
        collect(StoreClusterSpec.class, parts);
        collect(StoreClusterStatus.class, parts);
        assertThat(parts).hasSizeGreaterThan(12).allMatch(part -> part.isAnnotationPresent(ApiRecord.class));
    }

    private static void collect(Type type, Set<Class<?>> into) {
        if (type instanceof ParameterizedType generic) {
            for (Type argument : generic.getActualTypeArguments()) {
                collect(argument, into);
            }
        } else if (type instanceof Class<?> part && part.isRecord() && into.add(part)) {
            for (RecordComponent component : part.getRecordComponents()) {
                collect(component.getGenericType(), into);
            }
        }
    }

    private static void addUnknownFields(JsonNode node) {
        for (Map.Entry<String, JsonNode> field : List.copyOf(node.properties())) {
            // In a map every key is known.
            if (!MAPS.contains(field.getKey())) {
                addUnknownFields(field.getValue());
            }
        }
        if (node.isArray()) {
            node.forEach(NewerResourceTest::addUnknownFields);
        }
        if (node instanceof ObjectNode object) {
            object.put("fieldOfTheFuture", "x");
            object.putObject("partOfTheFuture").put("deep", 1);
        }
    }
}
