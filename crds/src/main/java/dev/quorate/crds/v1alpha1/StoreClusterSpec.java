package dev.quorate.crds.v1alpha1;

import static java.util.Objects.requireNonNullElse;
import static java.util.Objects.requireNonNullElseGet;

import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.model.annotation.SpecReplicas;
import java.util.List;

/** What a user asks for: one replicated store. Every part has a default, so that an empty spec is a good cluster. */
@ApiRecord
@ValidationRule(value = Rules.SINGLE, message = Rules.SINGLE_SENTENCE, fieldPath = ".replicas")
public record StoreClusterSpec(
        @Default("3") @ValidationRule(value = Rules.ODD, message = Rules.ODD_SENTENCE) @SpecReplicas
        Integer replicas,

        @Default(StoreClusterSpec.VERSION) @Pattern(StoreClusterSpec.VERSION_PATTERN) @Size(max = 64)
        String version,

        @Default("{}") Image image,
        @Default("false") Boolean paused,
        @Default("{}") Scaling scaling,
        @Default("{}") Storage storage,
        @Default("{}") Resources resources,
        @Default("{}") Placement placement,
        @Default("{}") DisruptionBudget podDisruptionBudget) {

    /** The version that a new cluster gets when it names none; the API server writes it into the resource. */
    public static final String VERSION = "0.1.0";

    public static final String VERSION_PATTERN = "^\\d+\\.\\d+\\.\\d+(-[0-9A-Za-z.-]+)?$";

    public StoreClusterSpec {
        replicas = requireNonNullElse(replicas, 3);
        version = requireNonNullElse(version, VERSION);
        image = requireNonNullElseGet(image, () -> new Image(Image.REPOSITORY, null, "IfNotPresent", List.of()));
        paused = requireNonNullElse(paused, false);
        scaling = requireNonNullElseGet(scaling, () -> new Scaling(false));
        storage = requireNonNullElseGet(storage, () -> new Storage(new Quantity("10Gi"), null, false));
        resources = requireNonNullElseGet(resources, () -> new Resources(null, null));
        placement = requireNonNullElseGet(placement, Placement::asDefault);
        podDisruptionBudget = requireNonNullElseGet(podDisruptionBudget, () -> new DisruptionBudget(true));
    }
}
