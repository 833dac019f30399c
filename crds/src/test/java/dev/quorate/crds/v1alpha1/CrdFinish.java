package dev.quorate.crds.v1alpha1;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.crdv2.generator.CRDPostProcessor;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the generator cannot say: lists that merge by key, limits on borrowed types (rules are costed by them), and that
 * removing the chart must not remove the resources of all users.
 */
final class CrdFinish implements CRDPostProcessor {
    private static final long LONGEST_STRING = 253;
    private static final long LONGEST_LIST = 32;
    private static final List<String> COLUMNS =
            List.of("Ready", "Members", "Leader", "Version", "Operation", "FaultTol", "ClusterID", "Message", "Age");

    @Override
    public HasMetadata process(HasMetadata crd, String crdVersion) {
        CustomResourceDefinition definition = (CustomResourceDefinition) crd;
        definition.getMetadata().setAnnotations(new TreeMap<>(Map.of("helm.sh/resource-policy", "keep")));
        definition.getSpec().getVersions().forEach(version -> {
            JSONSchemaProps root = version.getSchema().getOpenAPIV3Schema();
            JSONSchemaProps spec = part(root, "spec");
            // Without it an absent spec would stay absent and none of the defaults inside would be filled in.
            // The rules of the spec run on this very value, and one of them reads replicas.
            ObjectNode absent = JsonNodeFactory.instance.objectNode();
            spec.setDefault(absent.set("replicas", part(spec, "replicas").getDefault()));
            finish(spec);
            version.getAdditionalPrinterColumns()
                    .sort(Comparator.comparingInt(column -> COLUMNS.indexOf(column.getName())));
            mergeByKey(part(root, "status", "conditions"), "type", List.of("status", "type"));
            mergeByKey(part(root, "status", "members"), "name", List.of("name"));
        });
        return definition;
    }

    private static JSONSchemaProps part(JSONSchemaProps from, String... path) {
        JSONSchemaProps at = from;
        for (String step : path) {
            at = requireNonNull(at.getProperties().get(step), step);
        }
        return at;
    }

    private static void mergeByKey(JSONSchemaProps list, String key, List<String> required) {
        list.setXKubernetesListType("map");
        list.setXKubernetesListMapKeys(List.of(key));
        list.getItems().getSchema().setRequired(required);
    }

    private static void finish(JSONSchemaProps schema) {
        if ("string".equals(schema.getType()) && schema.getMaxLength() == null) {
            schema.setMaxLength(LONGEST_STRING);
        }
        // The generator finds an annotation of a record component twice: on the field and on the accessor.
        schema.setXKubernetesValidations(
                schema.getXKubernetesValidations().stream().distinct().toList());
        if ("array".equals(schema.getType())) {
            if (schema.getMaxItems() == null) {
                schema.setMaxItems(LONGEST_LIST);
            }
            finish(schema.getItems().getSchema());
        }
        if (schema.getProperties() != null) {
            schema.getProperties().values().forEach(CrdFinish::finish);
        }
        if (schema.getAdditionalProperties() != null
                && schema.getAdditionalProperties().getSchema() != null) {
            finish(schema.getAdditionalProperties().getSchema());
        }
    }
}
