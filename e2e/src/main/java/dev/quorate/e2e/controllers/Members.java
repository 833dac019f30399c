package dev.quorate.e2e.controllers;

import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/** The pods and claims of a StatefulSet as they are created. */
final class Members {
    static final String REVISION_LABEL = "controller-revision-hash";
    private static final String POD_NAME_LABEL = "statefulset.kubernetes.io/pod-name";
    private static final String POD_INDEX_LABEL = "apps.kubernetes.io/pod-index";

    private Members() {}

    static String name(StatefulSet set, int ordinal) {
        return set.getMetadata().getName() + "-" + ordinal;
    }

    /** The number at the end of a pod's name, if the rest of it is the name of the set. */
    static OptionalInt ordinal(StatefulSet set, String podName) {
        String prefix = set.getMetadata().getName() + "-";
        if (!podName.startsWith(prefix) || !podName.substring(prefix.length()).matches("0|[1-9]\\d{0,8}"))
            return OptionalInt.empty();
        return OptionalInt.of(Integer.parseInt(podName.substring(prefix.length())));
    }

    static OwnerReference owner(StatefulSet set) {
        return new OwnerReferenceBuilder()
                .withApiVersion("apps/v1")
                .withKind("StatefulSet")
                .withName(set.getMetadata().getName())
                .withUid(set.getMetadata().getUid())
                .withController(true)
                .withBlockOwnerDeletion(true)
                .build();
    }

    static Pod pod(StatefulSet set, int ordinal, String revision) {
        String name = name(set, ordinal);
        ObjectMeta template = set.getSpec().getTemplate().getMetadata();
        List<Volume> volumes = new ArrayList<>();
        for (PersistentVolumeClaim claim : set.getSpec().getVolumeClaimTemplates()) {
            volumes.add(new VolumeBuilder()
                    .withName(claim.getMetadata().getName())
                    .withNewPersistentVolumeClaim(claimName(claim, name), false)
                    .build());
        }
        set.getSpec().getTemplate().getSpec().getVolumes().stream()
                .filter(volume ->
                        volumes.stream().noneMatch(claimed -> claimed.getName().equals(volume.getName())))
                .forEach(volumes::add);
        return new PodBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace(set.getMetadata().getNamespace())
                .withLabels(template.getLabels())
                .addToLabels(POD_NAME_LABEL, name)
                .addToLabels(POD_INDEX_LABEL, String.valueOf(ordinal))
                .addToLabels(REVISION_LABEL, revision)
                .withAnnotations(template.getAnnotations())
                .withFinalizers(template.getFinalizers())
                .withOwnerReferences(owner(set))
                .endMetadata()
                .withNewSpecLike(set.getSpec().getTemplate().getSpec())
                .withHostname(name)
                .withSubdomain(set.getSpec().getServiceName())
                .withVolumes(volumes)
                .endSpec()
                .build();
    }

    static List<PersistentVolumeClaim> claims(StatefulSet set, int ordinal) {
        return set.getSpec().getVolumeClaimTemplates().stream()
                .map(template -> new PersistentVolumeClaimBuilder(template)
                        .editMetadata()
                        .withName(claimName(template, name(set, ordinal)))
                        .withNamespace(set.getMetadata().getNamespace())
                        .addToLabels(set.getSpec().getSelector().getMatchLabels())
                        .endMetadata()
                        .withStatus(null)
                        .build())
                .toList();
    }

    private static String claimName(PersistentVolumeClaim template, String podName) {
        return template.getMetadata().getName() + "-" + podName;
    }
}
