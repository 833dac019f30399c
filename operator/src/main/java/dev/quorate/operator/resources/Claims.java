package dev.quorate.operator.resources;

import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;

/** What the operator writes on volume claims, which belong to nobody and outlive their pods. */
public final class Claims {
    private Claims() {}

    /** Marks the claim of a removed member: its data must never be taken for a living member's. */
    public static PersistentVolumeClaim released(PersistentVolumeClaim claim, Instant now) {
        return new PersistentVolumeClaimBuilder()
                .withNewMetadata()
                .withName(claim.getMetadata().getName())
                .withNamespace(claim.getMetadata().getNamespace())
                .withAnnotations(Map.of(
                        Labels.REMOVED_AT, now.truncatedTo(ChronoUnit.SECONDS).toString()))
                .endMetadata()
                .build();
    }
}
