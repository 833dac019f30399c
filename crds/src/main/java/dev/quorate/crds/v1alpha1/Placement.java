package dev.quorate.crds.v1alpha1;

import static java.util.Objects.requireNonNullElse;
import static java.util.Objects.requireNonNullElseGet;

import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Size;
import io.fabric8.kubernetes.api.model.Toleration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Which nodes members may run on, and how they keep apart. */
@ApiRecord
public record Placement(
        @Default("{}") Dedicated dedicated,
        @Default("{}") Spread spread,
        @Size(max = 32) Map<String, String> nodeSelector,
        @Size(max = 32) List<Toleration> tolerations,
        @Nullable @Size(max = 253) String priorityClassName) {

    public Placement {
        dedicated =
                requireNonNullElseGet(dedicated, () -> new Dedicated(false, Dedicated.KEY, null, "NoSchedule", true));
        spread = requireNonNullElseGet(spread, () -> new Spread("Required", "Preferred", Spread.ZONE_KEY));
        nodeSelector = requireNonNullElse(nodeSelector, Map.of());
        tolerations = requireNonNullElse(tolerations, List.of());
    }

    static Placement asDefault() {
        Dedicated shared = new Dedicated(false, Dedicated.KEY, null, "NoSchedule", true);
        return new Placement(shared, new Spread("Required", "Preferred", Spread.ZONE_KEY), Map.of(), List.of(), null);
    }
}
