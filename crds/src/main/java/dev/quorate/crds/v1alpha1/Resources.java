package dev.quorate.crds.v1alpha1;

import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.api.model.Quantity;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What each member gets of a machine. Requests equal limits, so that a member is the last to be squeezed or evicted. */
@ApiRecord
@ValidationRule(value = Rules.GUARANTEED, message = Rules.GUARANTEED_SENTENCE)
public record Resources(
        @Nullable @Size(max = 4) Map<String, Quantity> requests,
        @Nullable @Size(max = 4) Map<String, Quantity> limits) {}
