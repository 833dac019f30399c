package dev.quorate.operator.resources;

import dev.quorate.crds.v1alpha1.Image;
import dev.quorate.crds.v1alpha1.Resources;
import dev.quorate.crds.v1alpha1.Storage;
import dev.quorate.crds.v1alpha1.StoreCluster;
import dev.quorate.crds.v1alpha1.StoreClusterSpec;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.ContainerPortBuilder;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.EnvVarBuilder;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.LabelSelectorBuilder;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.PodSpecBuilder;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpecBuilder;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.ProbeBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.ResourceRequirementsBuilder;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSetBuilder;
import io.fabric8.kubernetes.api.model.apps.StatefulSetUpdateStrategyBuilder;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The StatefulSet of a cluster. Nobody but the operator restarts a member (OnDelete), one stuck pod does not hold up the
 * others (Parallel), and no volume ever goes with its pod (Retain).
 *
 * <p>The pod template depends on what the user wrote and on nothing else: another version of the operator must not
 * restart a single member. Change it only together with the version of the store node.
 */
public final class MemberSet {
    private static final String DATA = "/var/lib/quorate";
    private static final long USER = 65532;

    private MemberSet() {}

    /** The claim's size cannot be changed in place, so that an existing set keeps the one that it has. */
    public static StatefulSet of(StoreCluster cluster, int replicas, Optional<StatefulSet> existing) {
        StatefulSetBuilder set = new StatefulSetBuilder()
                .withMetadata(Labels.owned(cluster, cluster.getMetadata().getName()))
                .withNewSpec()
                .withReplicas(replicas)
                .withServiceName(Names.peerService(cluster))
                .withPodManagementPolicy("Parallel")
                .withSelector(new LabelSelectorBuilder()
                        .withMatchLabels(Labels.selector(cluster))
                        .build())
                .withUpdateStrategy(new StatefulSetUpdateStrategyBuilder()
                        .withType("OnDelete")
                        .build())
                .withNewPersistentVolumeClaimRetentionPolicy("Retain", "Retain")
                .withTemplate(template(cluster))
                .withVolumeClaimTemplates(claims(cluster, existing))
                .endSpec();
        return set.build();
    }

    /** The size that new volumes get. */
    public static Quantity claimSize(StoreCluster cluster, Optional<StatefulSet> existing) {
        return existing.map(set -> set.getSpec().getVolumeClaimTemplates())
                .filter(claims -> claims != null && !claims.isEmpty())
                .map(claims ->
                        claims.getFirst().getSpec().getResources().getRequests().get("storage"))
                .orElse(cluster.getSpec().storage().size());
    }

    private static List<PersistentVolumeClaim> claims(StoreCluster cluster, Optional<StatefulSet> existing) {
        Storage storage = cluster.getSpec().storage();
        if (storage.ephemeral()) {
            return List.of();
        }
        return List.of(new PersistentVolumeClaimBuilder()
                .withNewMetadata()
                .withName(Names.VOLUME)
                .withLabels(Labels.of(cluster))
                .endMetadata()
                .withNewSpec()
                .withAccessModes("ReadWriteOnce")
                .withStorageClassName(storage.storageClassName())
                .withNewResources()
                .addToRequests("storage", claimSize(cluster, existing))
                .endResources()
                .endSpec()
                .build());
    }

    private static PodTemplateSpec template(StoreCluster cluster) {
        StoreClusterSpec spec = cluster.getSpec();
        Map<String, String> labels = Labels.of(cluster);
        labels.put(Labels.SERVING, "true");
        PodSpecBuilder pod = new PodSpecBuilder()
                .withAutomountServiceAccountToken(false)
                .withEnableServiceLinks(false)
                .withTerminationGracePeriodSeconds(60L)
                .withImagePullSecrets(spec.image().pullSecrets())
                .withNodeSelector(spec.placement().nodeSelector())
                .withTolerations(PodPlacement.tolerations(cluster))
                .withAffinity(PodPlacement.affinity(cluster))
                .withTopologySpreadConstraints(PodPlacement.zones(cluster))
                .withPriorityClassName(spec.placement().priorityClassName())
                .withNewSecurityContext()
                .withRunAsNonRoot(true)
                .withRunAsUser(USER)
                .withRunAsGroup(USER)
                .withFsGroup(USER)
                .withFsGroupChangePolicy("OnRootMismatch")
                .withNewSeccompProfile(null, "RuntimeDefault")
                .endSecurityContext()
                .withContainers(container(cluster))
                .addNewVolume()
                .withName("tmp")
                .withNewEmptyDir()
                .endEmptyDir()
                .endVolume();
        if (spec.storage().ephemeral()) {
            pod.addNewVolume()
                    .withName(Names.VOLUME)
                    .withNewEmptyDir()
                    .withSizeLimit(spec.storage().size())
                    .endEmptyDir()
                    .endVolume();
        }
        return new PodTemplateSpecBuilder()
                .withNewMetadata()
                .withLabels(labels)
                .endMetadata()
                .withSpec(pod.build())
                .build();
    }

    private static Container container(StoreCluster cluster) {
        return new ContainerBuilder()
                .withName("store-node")
                .withImage(image(cluster))
                .withImagePullPolicy(cluster.getSpec().image().pullPolicy())
                .withArgs(arguments(cluster))
                .withEnv(field("POD_NAME", "metadata.name"), field("POD_IP", "status.podIP"))
                .withPorts(port("client", Names.CLIENT_PORT), port("peer", Names.PEER_PORT))
                .withResources(resources(cluster.getSpec().resources()))
                .withStartupProbe(probe("/startupz", 2, 300))
                .withLivenessProbe(probe("/livez", 10, 6))
                .withReadinessProbe(probe("/readyz", 2, 3))
                .withNewSecurityContext()
                .withAllowPrivilegeEscalation(false)
                .withReadOnlyRootFilesystem(true)
                .withNewCapabilities()
                .withDrop("ALL")
                .endCapabilities()
                .endSecurityContext()
                .withVolumeMounts(mount(Names.VOLUME, DATA), mount("tmp", "/tmp"))
                .build();
    }

    static List<String> arguments(StoreCluster cluster) {
        String self = "http://$(POD_NAME)." + Names.peerDomain(cluster) + ":";
        String birthplace = cluster.getMetadata().getNamespace() + "/"
                + cluster.getMetadata().getName() + "/" + cluster.getMetadata().getUid();
        return List.of(
                "--join=" + Names.peerDomain(cluster),
                "--name=$(POD_NAME)",
                "--data-dir=" + DATA,
                "--listen-client-urls=http://$(POD_IP):" + Names.CLIENT_PORT,
                "--listen-peer-urls=http://$(POD_IP):" + Names.PEER_PORT,
                "--advertise-client-urls=" + self + Names.CLIENT_PORT,
                "--initial-advertise-peer-urls=" + self + Names.PEER_PORT,
                "--initial-cluster-token=" + birthplace,
                // Members join by pairs.
                "--max-learners=2");
    }

    private static String image(StoreCluster cluster) {
        Image image = cluster.getSpec().image();
        return image.digest() == null
                ? image.repository() + ":" + cluster.getSpec().version()
                : image.repository() + "@" + image.digest();
    }

    /** Requests are the limits, whichever of the two is given. */
    private static ResourceRequirements resources(Resources wanted) {
        Map<String, Quantity> all = new TreeMap<>();
        all.put("cpu", new Quantity("1"));
        all.put("memory", new Quantity("2Gi"));
        if (wanted.requests() != null) {
            all.putAll(wanted.requests());
        }
        if (wanted.limits() != null) {
            all.putAll(wanted.limits());
        }
        return new ResourceRequirementsBuilder()
                .withRequests(all)
                .withLimits(all)
                .build();
    }

    private static EnvVar field(String name, String path) {
        return new EnvVarBuilder()
                .withName(name)
                .withNewValueFrom()
                .withNewFieldRef("v1", path)
                .endValueFrom()
                .build();
    }

    private static ContainerPort port(String name, int port) {
        return new ContainerPortBuilder()
                .withName(name)
                .withContainerPort(port)
                .withProtocol("TCP")
                .build();
    }

    private static VolumeMount mount(String name, String path) {
        return new VolumeMountBuilder().withName(name).withMountPath(path).build();
    }

    private static Probe probe(String path, int periodSeconds, int failures) {
        return new ProbeBuilder()
                .withNewHttpGet()
                .withPath(path)
                .withPort(new IntOrString("client"))
                .withScheme("HTTP")
                .endHttpGet()
                .withPeriodSeconds(periodSeconds)
                .withTimeoutSeconds(5)
                .withFailureThreshold(failures)
                .build();
    }
}
