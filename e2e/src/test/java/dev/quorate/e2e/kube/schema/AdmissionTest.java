package dev.quorate.e2e.kube.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quorate.e2e.kube.model.Json;
import dev.quorate.e2e.kube.model.Kind;
import dev.quorate.e2e.kube.model.Kinds;
import dev.quorate.e2e.kube.model.Refusal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class AdmissionTest {
    private static final Kind KIND = Kinds.of(Json.parse("""
            spec:
              group: quorate.dev
              scope: Namespaced
              names: {kind: StoreCluster, plural: storeclusters}
              versions:
              - name: v1alpha1
                served: true
                schema:
                  openAPIV3Schema:
                    type: object
                    x-kubernetes-validations: [{rule: "size(self.metadata.name) <= 5", message: long name}]
                    properties:
                      spec:
                        type: object
                        required: [must]
                        x-kubernetes-validations:
                        - {rule: "self.replicas != 1 || oldSelf.replicas == 1", message: shrinking}
                        properties:
                          must: {type: boolean}
                          replicas:
                            type: integer
                            default: 3
                            x-kubernetes-validations: [{rule: "self in [1, 3, 5]", message: must be odd}]
                          mode: {type: string, enum: [A, B]}
                          name: {type: string, pattern: "^[a-z]+$", maxLength: 5}
                          min: {type: integer, minimum: 2}
                          tags: {type: array, maxItems: 2, items: {type: string}, x-kubernetes-list-type: set}
                          wait:
                            type: string
                            format: duration
                            x-kubernetes-validations:
                            - {rule: "self > duration('1s')", messageExpression: "'short: ' + string(self)"}
                          size:
                            x-kubernetes-int-or-string: true
                            x-kubernetes-validations:
                            - rule: "quantity(string(self)).compareTo(quantity(string(oldSelf))) >= 0"
                              message: can only grow
            """)).getFirst();

    private final Admission admission = new Admission();

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            replicas: 4      | spec.replicas: Invalid value: 4: must be odd
            mode: C          | spec.mode: Unsupported value: "C": supported values: "A", "B"
            name: ABC        | spec.name: Invalid value: "ABC": spec.name in body should match '^[a-z]+$'
            name: abcdefg    | spec.name: Too long: may not be more than 5 bytes
            min: 1           | spec.min: Invalid value: 1: spec.min in body should be greater than or equal to 2
            tags: [a, a]     | spec.tags[1]: Duplicate value: "a"
            tags: [a, b, c]  | spec.tags: Too many: 3: must have at most 2 items
            min: x           | spec.min: Invalid value: "string": spec.min in body must be of type integer: "string"
            wait: 500ms      | spec.wait: Invalid value: "500ms": short: 0.500s
            """)
    void aWrongFieldIsRefusedInTheWordsOfKubernetes(String field, String refusal) {
        ObjectNode object = cluster("a", field);
        assertThatThrownBy(() -> admission.admitNew(KIND, object))
                .isInstanceOf(Refusal.class)
                .hasMessageStartingWith("StoreCluster.quorate.dev \"a\" is invalid: ")
                .hasMessageContaining(refusal);
    }

    @Test
    void defaultsAreFilledAndUnknownFieldsPruned() {
        ObjectNode object = cluster("a", "unknown: 1");
        admission.admitNew(KIND, object);
        assertThat(Json.text(object.path("spec"))).isEqualTo("{\"must\":true,\"replicas\":3}");
    }

    @Test
    void strictnessRefusesUnknownFields() {
        ObjectNode object = cluster("a", "unknown: 1");
        assertThatThrownBy(() -> admission.prune(KIND, object, true))
                .hasMessageEndingWith("strict decoding error: unknown field \"spec.unknown\"");
    }

    @Test
    void aRuleAboutTheRootLeavesTheValueOut() {
        ObjectNode object = cluster("toolong", "min: 3");
        assertThatThrownBy(() -> admission.admitNew(KIND, object))
                .hasMessageEndingWith("<nil>: Invalid value: long name");
    }

    @ParameterizedTest
    @CsvSource({"1Gi, 512Mi, false", "1Gi, 1024Mi, true", "1Gi, 2Gi, true", "2, 2000m, true", "2k, 1999, false"})
    void aTransitionRuleComparesQuantities(String before, String after, boolean allowed) {
        ObjectNode old = cluster("a", "size: " + before);
        ObjectNode changed = cluster("a", "size: " + after);
        admission.admitNew(KIND, old);
        if (allowed) {
            admission.admitChange(KIND, old, changed, "");
        } else {
            assertThatThrownBy(() -> admission.admitChange(KIND, old, changed, ""))
                    .hasMessageContaining("spec.size: Invalid value: ")
                    .hasMessageEndingWith("can only grow");
        }
    }

    @Test
    void aTransitionRuleDoesNotJudgeNewObjects() {
        admission.admitNew(KIND, cluster("a", "replicas: 1"));
        assertThatThrownBy(
                        () -> admission.admitChange(KIND, cluster("a", "replicas: 3"), cluster("a", "replicas: 1"), ""))
                .hasMessageEndingWith("spec: Invalid value: shrinking");
    }

    private static ObjectNode cluster(String name, String field) {
        return Json.parseObject("metadata: {name: %s}\nspec: {must: true, %s}".formatted(name, field));
    }
}
