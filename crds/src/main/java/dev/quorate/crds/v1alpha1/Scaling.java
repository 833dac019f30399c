package dev.quorate.crds.v1alpha1;

import static java.util.Objects.requireNonNullElse;

import io.fabric8.generator.annotation.Default;

/** What the operator may do when the number of members changes. */
@ApiRecord
public record Scaling(@Default("false") Boolean allowSingleMember) {
    public Scaling {
        allowSingleMember = requireNonNullElse(allowSingleMember, false);
    }
}
