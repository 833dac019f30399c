package dev.quorate.e2e.controllers;

import dev.quorate.e2e.objects.Change;
import dev.quorate.e2e.objects.Pods;
import dev.quorate.e2e.objects.World;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Binds every claim: its volume is a directory that the kubelet makes, named after the claim's uid. A claim cannot go
 * while a pod uses it, which the same finalizer ensures as in Kubernetes.
 */
final class Volumes {
    private static final String IN_USE = "kubernetes.io/pvc-protection";

    private Volumes() {}

    static List<Change> next(World world) {
        List<Change> changes = new ArrayList<>();
        for (PersistentVolumeClaim claim : world.claims()) {
            boolean marked = claim.getMetadata().getFinalizers().contains(IN_USE);
            boolean bound = claim.getStatus() != null
                    && "Bound".equals(claim.getStatus().getPhase());
            if (Pods.isTerminating(claim)) {
                if (marked && world.pods().stream().noneMatch(pod -> uses(pod, claim)))
                    changes.add(new Change.Replace(new PersistentVolumeClaimBuilder(claim)
                            .editMetadata()
                            .removeFromFinalizers(IN_USE)
                            .endMetadata()
                            .build()));
            } else if (!marked || claim.getSpec().getVolumeName() == null) {
                changes.add(new Change.Replace(new PersistentVolumeClaimBuilder(claim)
                        .editMetadata()
                        .removeFromFinalizers(IN_USE)
                        .addToFinalizers(IN_USE)
                        .endMetadata()
                        .editSpec()
                        .withVolumeName("pvc-" + claim.getMetadata().getUid())
                        .endSpec()
                        .build()));
            } else if (!bound || isOutgrown(claim)) {
                changes.add(new Change.ReplaceStatus(new PersistentVolumeClaimBuilder(claim)
                        .withNewStatus()
                        .withPhase("Bound")
                        .withAccessModes(claim.getSpec().getAccessModes())
                        .withCapacity(claim.getSpec().getResources().getRequests())
                        .endStatus()
                        .build()));
            }
        }
        return changes;
    }

    private static boolean isOutgrown(PersistentVolumeClaim claim) {
        return !Objects.equals(
                claim.getStatus().getCapacity(), claim.getSpec().getResources().getRequests());
    }

    private static boolean uses(Pod pod, PersistentVolumeClaim claim) {
        return Pods.sameNamespace(pod, claim)
                && !Pods.isOver(pod)
                && pod.getSpec().getVolumes().stream()
                        .anyMatch(volume -> volume.getPersistentVolumeClaim() != null
                                && volume.getPersistentVolumeClaim()
                                        .getClaimName()
                                        .equals(claim.getMetadata().getName()));
    }
}
