package dev.quorate.crds.v1alpha1;

import static java.util.Objects.requireNonNullElse;
import static java.util.Objects.requireNonNullElseGet;

import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.api.model.Quantity;
import org.jspecify.annotations.Nullable;

/** The volume of every member: it can grow, and its kind never changes. */
@ApiRecord
@ValidationRule(value = Rules.GROW, message = Rules.GROW_SENTENCE, fieldPath = ".size")
@ValidationRule(value = Rules.SAME_CLASS, message = Rules.SAME_CLASS_SENTENCE)
@ValidationRule(value = Rules.SAME_KIND, message = Rules.SAME_KIND_SENTENCE, fieldPath = ".ephemeral")
public record Storage(
        @Default("10Gi") Quantity size,
        @Nullable @Size(max = 253) String storageClassName,
        @Default("false") Boolean ephemeral) {

    public Storage {
        size = requireNonNullElseGet(size, () -> new Quantity("10Gi"));
        ephemeral = requireNonNullElse(ephemeral, false);
    }
}
