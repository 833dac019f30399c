package dev.quorate.operator.plan;

import dev.quorate.crds.v1alpha1.Resources;
import dev.quorate.crds.v1alpha1.Rules;
import dev.quorate.crds.v1alpha1.Spread;
import dev.quorate.crds.v1alpha1.StoreClusterSpec;
import io.fabric8.kubernetes.api.model.Quantity;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** The rules of the custom resource once more, for resources that were stored before a rule existed. */
public final class SpecGuard {
    private static final Pattern NAME = Pattern.compile("^[a-z]([-a-z0-9]*[a-z0-9])?$");
    private static final Pattern VERSION = Pattern.compile(StoreClusterSpec.VERSION_PATTERN);
    private static final int LONGEST_NAME = 40;
    private static final Set<Integer> ODD = new TreeSet<>(List.of(1, 3, 5, 7));

    private SpecGuard() {}

    /** Says what is wrong, or nothing. {@code voters} is how many there are now, 0 if that is not known. */
    public static Optional<String> check(String name, StoreClusterSpec spec, int voters) {
        if (!ODD.contains(spec.replicas())) {
            return Optional.of("spec.replicas is " + spec.replicas() + ": " + Rules.ODD_SENTENCE);
        }
        if (spec.replicas() == 1 && voters > 1 && !spec.scaling().allowSingleMember()) {
            return Optional.of(Rules.SINGLE_SENTENCE);
        }
        if (name.length() > LONGEST_NAME || !NAME.matcher(name).matches()) {
            return Optional.of(Rules.NAME_SENTENCE);
        }
        if (!VERSION.matcher(spec.version()).matches()) {
            return Optional.of("spec.version is \"" + spec.version() + "\" and not like 1.2.3");
        }
        return choices(spec).or(() -> resources(spec.resources()));
    }

    private static Optional<String> choices(StoreClusterSpec spec) {
        Spread spread = spec.placement().spread();
        List<String> known = List.of("Required", "Preferred", "Off");
        if (!known.contains(spread.hosts()) || !known.contains(spread.zones())) {
            return Optional.of("placement.spread.hosts and .zones must be Required, Preferred or Off");
        }
        List<String> effects = List.of("NoSchedule", "PreferNoSchedule", "NoExecute");
        return effects.contains(spec.placement().dedicated().effect())
                ? Optional.empty()
                : Optional.of("placement.dedicated.effect must be NoSchedule, PreferNoSchedule or NoExecute");
    }

    private static Optional<String> resources(Resources resources) {
        Map<String, Quantity> requests = resources.requests();
        Map<String, Quantity> limits = resources.limits();
        if (requests == null || limits == null) {
            return Optional.empty();
        }
        boolean equal = requests.entrySet().stream()
                .allMatch(request -> request.getValue().equals(limits.get(request.getKey())));
        return equal ? Optional.empty() : Optional.of(Rules.GUARANTEED_SENTENCE);
    }
}
