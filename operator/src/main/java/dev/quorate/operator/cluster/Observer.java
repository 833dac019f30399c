package dev.quorate.operator.cluster;

import static java.util.Objects.requireNonNullElse;

import dev.quorate.crds.v1alpha1.MemberStatus;
import dev.quorate.crds.v1alpha1.StoreCluster;
import dev.quorate.crds.v1alpha1.StoreClusterStatus;
import dev.quorate.operator.kube.NodeWatch;
import dev.quorate.operator.plan.ClusterView;
import dev.quorate.operator.plan.MembershipView;
import dev.quorate.operator.plan.MembershipView.Member;
import dev.quorate.operator.plan.Memory;
import dev.quorate.operator.plan.Memory.Birth;
import dev.quorate.operator.plan.NodesView;
import dev.quorate.operator.plan.PodView;
import dev.quorate.operator.plan.ProcessView;
import dev.quorate.operator.plan.ProcessView.State;
import dev.quorate.operator.plan.SetView;
import dev.quorate.operator.plan.SlotView;
import dev.quorate.operator.plan.SpecGuard;
import dev.quorate.operator.plan.VolumeView;
import dev.quorate.operator.plan.Wanted;
import dev.quorate.operator.resources.Labels;
import dev.quorate.operator.resources.Names;
import dev.quorate.operator.resources.NodeFit;
import dev.quorate.operator.store.NodeReport;
import dev.quorate.operator.store.StoreLook;
import dev.quorate.operator.store.StoreMember;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSetStatus;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Makes the one picture that is decided upon from the caches and the last look at the members. Changes nothing. */
final class Observer {
    private static final String ZONE = "topology.kubernetes.io/zone";

    private final NodeWatch nodes;

    Observer(NodeWatch nodes) {
        this.nodes = nodes;
    }

    ClusterView view(StoreCluster cluster, Children children, StoreLook look) {
        NavigableMap<Integer, SlotView> slots = new TreeMap<>();
        SortedSet<Integer> ordinals = new TreeSet<>(children.pods().keySet());
        ordinals.addAll(children.claims().keySet());
        for (int ordinal : ordinals) {
            slots.put(
                    ordinal,
                    new SlotView(
                            ordinal,
                            Optional.ofNullable(children.pods().get(ordinal)).map(pod -> pod(cluster, pod)),
                            Optional.ofNullable(children.claims().get(ordinal)).map(claim -> volume(cluster, claim)),
                            Optional.ofNullable(look.reports().get(ordinal)).map(Observer::process)));
        }
        Optional<MembershipView> membership =
                look.members().map(members -> membership(cluster, members, look.leader()));
        return new ClusterView(
                Instant.now(),
                cluster.getMetadata().getName(),
                cluster.getMetadata().getUid(),
                wanted(cluster, membership),
                memory(cluster),
                children.set().map(Observer::set),
                slots,
                membership,
                nodes(cluster));
    }

    private static Wanted wanted(StoreCluster cluster, Optional<MembershipView> membership) {
        int voters = membership.map(seen -> seen.voters().size()).orElse(0);
        return new Wanted(
                cluster.getSpec().replicas(),
                cluster.getSpec().paused(),
                cluster.getSpec().placement().spread().hosts().equals("Required"),
                SpecGuard.check(cluster.getMetadata().getName(), cluster.getSpec(), voters));
    }

    private static Memory memory(StoreCluster cluster) {
        StoreClusterStatus status = cluster.getStatus();
        if (status == null) {
            return new Memory(OptionalLong.empty(), Optional.empty(), -1);
        }
        OptionalLong clusterId = status.clusterId() == null
                ? OptionalLong.empty()
                : OptionalLong.of(Long.parseUnsignedLong(status.clusterId(), 16));
        Optional<Birth> birth = Optional.ofNullable(status.bootstrap())
                .filter(known -> !known.token().isEmpty())
                .map(known -> new Birth(
                        Names.ordinal(known.seed(), cluster.getMetadata().getName()), known.token()));
        int highest = status.members().stream()
                .filter(member -> member.memberId() != null)
                .mapToInt(MemberStatus::ordinal)
                .max()
                .orElse(-1);
        return new Memory(clusterId, birth, highest);
    }

    private static SetView set(StatefulSet set) {
        StatefulSetStatus status = set.getStatus();
        boolean seen = status != null
                && status.getObservedGeneration() != null
                && status.getObservedGeneration().equals(set.getMetadata().getGeneration());
        String revision = seen && status.getUpdateRevision() != null ? status.getUpdateRevision() : "";
        return new SetView(requireNonNullElse(set.getSpec().getReplicas(), 1), revision);
    }

    private static PodView pod(StoreCluster cluster, Pod pod) {
        Map<String, String> labels = requireNonNullElse(pod.getMetadata().getLabels(), Map.<String, String>of());
        return new PodView(
                pod.getMetadata().getUid(),
                labels.getOrDefault("controller-revision-hash", ""),
                PodState.ready(pod),
                pod.getMetadata().getDeletionTimestamp() != null,
                older(cluster, pod),
                PodState.node(pod),
                PodState.problem(pod));
    }

    private static VolumeView volume(StoreCluster cluster, PersistentVolumeClaim claim) {
        Map<String, String> notes = requireNonNullElse(claim.getMetadata().getAnnotations(), Map.<String, String>of());
        return new VolumeView(
                claim.getMetadata().getUid(), older(cluster, claim), notes.containsKey(Labels.REMOVED_AT));
    }

    private static boolean older(StoreCluster cluster, HasMetadata object) {
        return time(object).isBefore(time(cluster));
    }

    private static Instant time(HasMetadata object) {
        String created = object.getMetadata().getCreationTimestamp();
        return created == null ? Instant.EPOCH : Instant.parse(created);
    }

    private static ProcessView process(NodeReport report) {
        State state = Stream.of(State.values())
                .filter(known -> known.name().equals(report.state()))
                .findFirst()
                .orElse(State.UNKNOWN);
        return new ProcessView(
                state,
                report.clusterId(),
                report.memberId(),
                report.leaderId(),
                report.applied(),
                report.ready(),
                report.version(),
                report.message());
    }

    private static MembershipView membership(StoreCluster cluster, List<StoreMember> members, long leader) {
        List<Member> known = members.stream()
                .map(member -> new Member(
                        member.id(),
                        member.peerUrls().stream()
                                .mapToInt(url -> Names.ordinalOfPeer(cluster, url))
                                .max()
                                .orElse(-1),
                        member.learner(),
                        String.join(",", member.peerUrls())))
                .sorted(Comparator.comparingInt(Member::ordinal))
                .toList();
        boolean leads = known.stream().anyMatch(member -> member.id() == leader);
        return new MembershipView(known, leads ? leader : 0);
    }

    private NodesView nodes(StoreCluster cluster) {
        List<Node> all = nodes.nodes();
        String zoneKey = cluster.getSpec().placement().spread().zoneKey();
        NavigableMap<String, String> zones = new TreeMap<>();
        for (Node node : all) {
            Map<String, String> labels = requireNonNullElse(node.getMetadata().getLabels(), Map.<String, String>of());
            String zone = labels.getOrDefault(zoneKey, labels.getOrDefault(ZONE, ""));
            if (!zone.isEmpty()) {
                zones.put(node.getMetadata().getName(), zone);
            }
        }
        int eligible =
                (int) all.stream().filter(node -> NodeFit.fits(cluster, node)).count();
        return new NodesView(!all.isEmpty(), eligible, zones, NodeFit.advice(cluster));
    }
}
