package dev.quorate.crds.v1alpha1;

import static java.util.Objects.requireNonNullElse;

import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import io.fabric8.kubernetes.api.model.LocalObjectReference;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where the store node's container image comes from; the tag is the cluster's version unless a digest is given. */
@ApiRecord
public record Image(
        @Default(Image.REPOSITORY) @Size(max = 253) String repository,

        @Nullable @Pattern("^sha256:[0-9a-f]{64}$") @Size(max = 71)
        String digest,

        @Default("IfNotPresent") @Pattern("^(Always|IfNotPresent|Never)$") @Size(max = 16)
        String pullPolicy,

        @Size(max = 8) List<LocalObjectReference> pullSecrets) {

    public static final String REPOSITORY = "quorate/store-node";

    public Image {
        repository = requireNonNullElse(repository, REPOSITORY);
        pullPolicy = requireNonNullElse(pullPolicy, "IfNotPresent");
        pullSecrets = requireNonNullElse(pullSecrets, List.of());
    }
}
