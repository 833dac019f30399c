package dev.quorate.crds.v1alpha1;

import static java.util.Objects.requireNonNullElse;

import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import org.jspecify.annotations.Nullable;

/** The switch that keeps members on nodes of their own and everybody else off them. */
@ApiRecord
public record Dedicated(
        @Default("false") Boolean enabled,

        @Default(Dedicated.KEY) @Pattern("^([a-z0-9.-]+/)?[A-Za-z0-9_.-]+$") @Size(max = 253)
        String key,

        @Nullable @Pattern("^([A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9])?)?$") @Size(max = 63)
        String value,

        @Default("NoSchedule") @Pattern("^(NoSchedule|PreferNoSchedule|NoExecute)$") @Size(max = 16)
        String effect,

        @Default("true") Boolean strict) {

    public static final String KEY = "quorate.dev/dedicated";

    public Dedicated {
        enabled = requireNonNullElse(enabled, false);
        key = requireNonNullElse(key, KEY);
        effect = requireNonNullElse(effect, "NoSchedule");
        strict = requireNonNullElse(strict, true);
    }
}
