package dev.quorate.crds.v1alpha1;

import static java.util.Objects.requireNonNullElse;

import io.fabric8.generator.annotation.Default;

/** Whether drains are held back so that they never take the quorum. */
@ApiRecord
public record DisruptionBudget(@Default("true") Boolean enabled) {
    public DisruptionBudget {
        enabled = requireNonNullElse(enabled, true);
    }
}
