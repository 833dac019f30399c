package dev.quorate.operator.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quorate.crds.v1alpha1.Rules;
import dev.quorate.crds.v1alpha1.StoreClusterSpec;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import org.junit.jupiter.api.Test;

class SpecGuardTest {
    @Test
    void evenCountsAreRefusedWithTheSentenceOfTheSchema() {
        assertThat(SpecGuard.check("a", spec(4), 3))
                .hasValueSatisfying(text -> assertThat(text).contains(Rules.ODD_SENTENCE));
        assertThat(SpecGuard.check("a", spec(3), 3)).isEmpty();
    }

    @Test
    void shrinkingToOneNeedsAWord() {
        assertThat(SpecGuard.check("a", spec(1), 3)).contains(Rules.SINGLE_SENTENCE);
        assertThat(SpecGuard.check("a", spec(1), 1)).isEmpty();
    }

    @Test
    void namesThatMakeNoPodNamesAreRefused() {
        assertThat(SpecGuard.check("1a", spec(3), 3)).contains(Rules.NAME_SENTENCE);
        assertThat(SpecGuard.check("a".repeat(41), spec(3), 3)).contains(Rules.NAME_SENTENCE);
    }

    private static StoreClusterSpec spec(int replicas) {
        String yaml = "replicas: " + replicas + "\n";
        return new KubernetesSerialization().unmarshal(yaml, StoreClusterSpec.class);
    }
}
