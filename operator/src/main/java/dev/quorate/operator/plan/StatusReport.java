package dev.quorate.operator.plan;

import dev.quorate.crds.v1alpha1.BootstrapStatus;
import dev.quorate.crds.v1alpha1.DisruptionStatus;
import dev.quorate.crds.v1alpha1.Endpoints;
import dev.quorate.crds.v1alpha1.MemberStatus;
import dev.quorate.crds.v1alpha1.OperationStatus;
import dev.quorate.crds.v1alpha1.StoreCluster;
import dev.quorate.crds.v1alpha1.StoreClusterStatus;
import dev.quorate.crds.v1alpha1.VersionStatus;
import dev.quorate.operator.plan.MembershipView.Member;
import dev.quorate.operator.plan.ProcessView.State;
import dev.quorate.operator.plan.Step.Reason;
import dev.quorate.operator.plan.Step.RecordBirth;
import dev.quorate.operator.plan.Step.RecordCluster;
import dev.quorate.operator.plan.Step.Wait;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Writes the status from what was seen and what comes next. Numbers that move all the time are left out on purpose. */
public final class StatusReport {
    private final ClusterView view;
    private final Step step;
    private final StoreClusterStatus before;

    private StatusReport(ClusterView view, Step step, StoreClusterStatus before) {
        this.view = view;
        this.step = step;
        this.before = before;
    }

    /** The status of a resource that has none yet. */
    public static StoreClusterStatus empty() {
        return new StoreClusterStatus(
                null, null, null, null, null, null, null, null, null, null, null, List.of(), null, null, null,
                List.of());
    }

    public static StoreClusterStatus of(ClusterView view, Step step, StoreCluster cluster) {
        StoreClusterStatus before = cluster.getStatus() == null ? empty() : cluster.getStatus();
        long generation = Objects.requireNonNullElse(cluster.getMetadata().getGeneration(), 0L);
        return new StatusReport(view, step, before).write(cluster, generation);
    }

    private StoreClusterStatus write(StoreCluster cluster, long generation) {
        Optional<MembershipView> membership = view.membership();
        Optional<Integer> voters = membership.map(seen -> seen.voters().size());
        long healthy =
                membership.map(seen -> QuorumRule.healthyVoters(view, seen)).orElse(0L);
        Operation operation = Operation.of(view, step, grown());
        int pods = view.set().map(SetView::replicas).orElse(0);
        int known = voters.orElse(Objects.requireNonNullElse(before.replicas(), 0));
        int minimum = QuorumRule.minAvailable(pods, known, view.wanted().replicas());
        String client =
                "http://" + view.name() + "-client." + cluster.getMetadata().getNamespace() + ".svc:2379";
        return new StoreClusterStatus(
                generation,
                phase(operation),
                known,
                (int) healthy,
                healthy + "/" + view.wanted().replicas(),
                "quorate.dev/cluster=" + view.name(),
                clusterId().orElse(null),
                leader().orElse(null),
                (int) Math.max(0, healthy - QuorumRule.quorum(Math.max(known, 1))),
                new VersionStatus(running().orElse(null), cluster.getSpec().version()),
                new Endpoints(client),
                members(),
                operation(operation),
                birth(voters.orElse(0)),
                new DisruptionStatus(minimum, Math.max(0, (int) healthy - (known - QuorumRule.tolerance(known)))),
                Conditions.describe(view, step, operation, generation, before.conditions()));
    }

    private boolean grown() {
        BootstrapStatus birth = before.bootstrap();
        return birth != null && Boolean.TRUE.equals(birth.completed());
    }

    private Optional<String> clusterId() {
        if (step instanceof RecordCluster record) {
            return Optional.of(hex(record.clusterId()));
        }
        return Optional.ofNullable(before.clusterId());
    }

    private @Nullable BootstrapStatus birth(int voters) {
        if (step instanceof RecordBirth record) {
            return new BootstrapStatus(false, view.podName(record.seed()), record.token());
        }
        BootstrapStatus birth = before.bootstrap();
        boolean complete = grown() || (voters > 0 && voters >= view.wanted().replicas());
        if (birth == null) {
            // Adopted: nobody remembers its seed, but that it is grown decides what later changes are called.
            return view.born() ? new BootstrapStatus(complete, "", "") : null;
        }
        return new BootstrapStatus(complete, birth.seed(), birth.token());
    }

    private String phase(Operation operation) {
        if (step instanceof Wait wait && wait.reason() == Reason.PAUSED) {
            return "Paused";
        }
        if (!view.born()) {
            return view.set().isEmpty() ? "Pending" : "Bootstrapping";
        }
        if (!Conditions.serving(view)) {
            return "QuorumLost";
        }
        if (operation == Operation.NONE) {
            return "Running";
        }
        return operation == Operation.BOOTSTRAP ? "Bootstrapping" : "Changing";
    }

    private Optional<String> leader() {
        return view.membership()
                .flatMap(membership -> membership.members().stream()
                        .filter(member -> member.id() == membership.leader())
                        .findFirst())
                .map(member -> view.podName(member.ordinal()));
    }

    /** The version that all members run; while they differ, the oldest, since features wait for it. */
    private Optional<String> running() {
        return view.slots().values().stream()
                .flatMap(slot -> slot.process().stream())
                .filter(process ->
                        process.state() == State.RUNNING && !process.version().isEmpty())
                .map(ProcessView::version)
                .min(Comparator.naturalOrder())
                .or(() -> Optional.ofNullable(before.version()).map(VersionStatus::running));
    }

    private @Nullable OperationStatus operation(Operation operation) {
        if (operation == Operation.NONE) {
            return null;
        }
        OperationStatus old = before.operation();
        String startedAt = old != null && old.type().equals(operation.type)
                ? old.startedAt()
                : view.now().truncatedTo(ChronoUnit.SECONDS).toString();
        String blockedBy = step instanceof Wait wait ? wait.sentence() : null;
        String phase = step instanceof Wait wait
                ? wait.reason().name()
                : step.getClass().getSimpleName();
        return new OperationStatus(operation.type, phase, operation.summary(view), blockedBy, startedAt);
    }

    private List<MemberStatus> members() {
        NavigableMap<Integer, MemberStatus> rows = new TreeMap<>();
        for (SlotView slot : view.slots().values()) {
            if (slot.pod().isPresent()) {
                rows.put(slot.ordinal(), row(slot, Optional.empty()));
            }
        }
        Optional<MembershipView> membership = view.membership();
        if (membership.isEmpty()) {
            // What was a member when last a quorum answered is one until a quorum says otherwise.
            before.members().stream()
                    .filter(old -> old.memberId() != null)
                    .forEach(old -> rows.put(old.ordinal(), remembered(old)));
        }
        membership.map(MembershipView::members).orElse(List.of()).stream()
                .filter(member -> member.ordinal() >= 0)
                .forEach(member -> rows.put(member.ordinal(), row(view.slot(member.ordinal()), Optional.of(member))));
        return List.copyOf(rows.values());
    }

    private MemberStatus remembered(MemberStatus old) {
        MemberStatus seen = row(view.slot(old.ordinal()), Optional.empty());
        return new MemberStatus(
                seen.name(),
                seen.ordinal(),
                old.memberId(),
                "Leader".equals(old.role()) ? "Voter" : old.role(),
                seen.state(),
                seen.version(),
                seen.node(),
                seen.zone(),
                seen.pvc(),
                seen.revisionHash(),
                seen.message());
    }

    private MemberStatus row(SlotView slot, Optional<Member> member) {
        Optional<String> node = slot.pod().map(PodView::node).filter(name -> !name.isEmpty());
        String state = state(slot, member);
        boolean fine = state.equals("Healthy") || state.equals("Learner");
        return new MemberStatus(
                view.podName(slot.ordinal()),
                slot.ordinal(),
                member.map(known -> hex(known.id())).orElse(null),
                member.map(this::role).orElse(null),
                state,
                slot.process()
                        .map(ProcessView::version)
                        .filter(version -> !version.isEmpty())
                        .orElse(null),
                node.orElse(null),
                node.map(name -> view.nodes().zoneOf().get(name)).orElse(null),
                slot.volume().isPresent() ? "data-" + view.podName(slot.ordinal()) : null,
                slot.pod()
                        .map(PodView::revision)
                        .filter(revision -> !revision.isEmpty())
                        .orElse(null),
                fine ? null : slot.problem());
    }

    private String role(Member member) {
        if (member.learner()) {
            return "Learner";
        }
        boolean leads =
                view.membership().filter(seen -> seen.leader() == member.id()).isPresent();
        return leads ? "Leader" : "Voter";
    }

    private String state(SlotView slot, Optional<Member> member) {
        if (slot.process().isEmpty()) {
            return slot.podIsStaying() ? "Unreachable" : "Pending";
        }
        return switch (slot.process().get().state()) {
            case UNINITIALISED -> "Uninitialised";
            case DATA_LOST -> "DataLost";
            case WRONG_VOLUME -> "WrongVolume";
            case REMOVED -> "Removed";
            case FENCED -> "Fenced";
            case STARTING -> "Pending";
            case UNKNOWN -> "Unhealthy";
            case RUNNING -> {
                boolean healthy = member.filter(view::healthy).isPresent();
                boolean learner = member.filter(Member::learner).isPresent();
                yield !healthy ? "Unhealthy" : learner ? "Learner" : "Healthy";
            }
        };
    }

    /** Ids as etcdctl prints them. */
    public static String hex(long id) {
        return Long.toHexString(id);
    }
}
