package dev.quorate.operator.plan;

import dev.quorate.operator.fake.FakeStore;
import dev.quorate.operator.plan.MembershipView.Member;
import dev.quorate.operator.plan.Memory.Birth;
import dev.quorate.operator.plan.Step.AddLearner;
import dev.quorate.operator.plan.Step.Bootstrap;
import dev.quorate.operator.plan.Step.CreateSet;
import dev.quorate.operator.plan.Step.DeleteVolume;
import dev.quorate.operator.plan.Step.Done;
import dev.quorate.operator.plan.Step.MoveLeader;
import dev.quorate.operator.plan.Step.Promote;
import dev.quorate.operator.plan.Step.RecordBirth;
import dev.quorate.operator.plan.Step.RecordCluster;
import dev.quorate.operator.plan.Step.ReleaseVolume;
import dev.quorate.operator.plan.Step.RemoveLost;
import dev.quorate.operator.plan.Step.RemoveMembers;
import dev.quorate.operator.plan.Step.RenewPod;
import dev.quorate.operator.plan.Step.RestartPod;
import dev.quorate.operator.plan.Step.SetReplicas;
import dev.quorate.operator.plan.Step.Target;
import dev.quorate.operator.plan.Step.Wait;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Kubernetes and the store in a few maps: pods come up late, volumes outlive pods, members live in a {@link FakeStore}.
 * Steps are applied with the preconditions that the real actor has; the status keeps only what a status keeps.
 */
final class ToyWorld {
    private static final class ToyPod {
        final String uid;
        final String revision;
        int startsIn;
        FakeStore.@Nullable Node process;

        ToyPod(String uid, String revision, int startsIn) {
            this.uid = uid;
            this.revision = revision;
            this.startsIn = startsIn;
        }
    }

    private static final class ToyVolume {
        final String uid;
        final FakeStore.Disk disk = new FakeStore.Disk();
        boolean older;
        boolean released;

        ToyVolume(String uid) {
            this.uid = uid;
        }
    }

    final FakeStore store = new FakeStore();
    final List<String> broken = new ArrayList<>();
    private final RandomGenerator random;
    private final NavigableMap<Integer, ToyPod> pods = new TreeMap<>();
    private final NavigableMap<Integer, ToyVolume> volumes = new TreeMap<>();
    private OptionalInt set = OptionalInt.empty();
    private Memory memory = new Memory(OptionalLong.empty(), Optional.empty(), -1);
    private String uid = "u1";
    private int template = 1;
    private int wanted;
    private int counter;

    ToyWorld(RandomGenerator random, int wanted) {
        this.random = random;
        this.wanted = wanted;
    }

    void want(int members) {
        wanted = members;
    }

    void changeTemplate() {
        template++;
    }

    /** A pod is killed; its controller makes it again. */
    void killPod() {
        if (!pods.isEmpty()) {
            stop(random.nextInt(pods.lastKey() + 1));
        }
    }

    /** A pod comes back with an empty disk, at a moment when all others are there. */
    boolean loseDisk() {
        List<FakeStore.Row> rows = leader().flatMap(FakeStore.Node::members).orElse(List.of());
        long voters = rows.stream().filter(row -> !row.learner()).count();
        long running = pods.values().stream()
                .filter(pod -> pod.process != null && pod.process.isMember())
                .count();
        if (voters < 3 || running < rows.size()) {
            return false;
        }
        int ordinal = random.nextInt(pods.lastKey() + 1);
        stop(ordinal);
        volumes.put(ordinal, new ToyVolume("v" + ++counter));
        return true;
    }

    /** The resource, its set and its pods go and the resource is made again: claims stay, the status is lost. */
    void recreate() {
        List.copyOf(pods.keySet()).forEach(this::stop);
        set = OptionalInt.empty();
        memory = new Memory(OptionalLong.empty(), Optional.empty(), -1);
        uid = "u" + ++counter;
        volumes.values().forEach(volume -> volume.older = true);
    }

    /** A moment passes: controllers make pods, processes start. */
    void tick() {
        int replicas = set.orElse(0);
        for (int ordinal = 0; ordinal < replicas; ordinal++) {
            volumes.computeIfAbsent(ordinal, key -> new ToyVolume("v" + ++counter));
            ToyPod pod = pods.computeIfAbsent(
                    ordinal, key -> new ToyPod("p" + ++counter, "r" + template, 1 + random.nextInt(3)));
            if (pod.process == null && --pod.startsIn <= 0) {
                pod.process = store.start(volume(ordinal).disk, peerUrl(ordinal));
            }
        }
        List.copyOf(pods.tailMap(replicas).keySet()).forEach(this::stop);
    }

    private ToyVolume volume(int ordinal) {
        return Optional.ofNullable(volumes.get(ordinal)).orElseThrow();
    }

    private static String peerUrl(int ordinal) {
        return "http://a-" + ordinal + ".a-peers.ns.svc:2380";
    }

    private void stop(int ordinal) {
        ToyPod pod = pods.remove(ordinal);
        if (pod != null && pod.process != null) {
            pod.process.stop();
        }
    }

    ClusterView view() {
        NavigableMap<Integer, SlotView> slots = new TreeMap<>();
        SortedSet<Integer> ordinals = new TreeSet<>(pods.keySet());
        ordinals.addAll(volumes.keySet());
        ordinals.forEach(ordinal -> slots.put(ordinal, slot(ordinal)));
        Optional<List<FakeStore.Row>> rows = pods.values().stream()
                .flatMap(pod -> Optional.ofNullable(pod.process).stream())
                .filter(process -> process.look().ready())
                .flatMap(process -> process.members().stream())
                .findFirst();
        long leader = slots.values().stream()
                .flatMap(slot -> slot.process().stream())
                .mapToLong(ProcessView::leaderId)
                .max()
                .orElse(0);
        Optional<MembershipView> membership = rows.map(list -> new MembershipView(
                list.stream()
                        .map(row -> new Member(
                                row.id(),
                                row.peerUrl().charAt("http://a-".length()) - '0',
                                row.learner(),
                                row.peerUrl()))
                        .sorted(Comparator.comparingInt(Member::ordinal))
                        .toList(),
                leader));
        membership.ifPresent(seen -> memory = new Memory(memory.clusterId(), memory.birth(), seen.top() - 1));
        return new ClusterView(
                Instant.EPOCH,
                "a",
                uid,
                new Wanted(wanted, false, true, Optional.empty()),
                memory,
                set.isEmpty() ? Optional.empty() : Optional.of(new SetView(set.getAsInt(), "r" + template)),
                slots,
                membership,
                new NodesView(false, 0, new TreeMap<>(), ""));
    }

    private SlotView slot(int ordinal) {
        ToyPod pod = pods.get(ordinal);
        ToyVolume volume = volumes.get(ordinal);
        Optional<ProcessView> process =
                pod == null || pod.process == null ? Optional.empty() : Optional.of(process(pod.process.look()));
        return new SlotView(
                ordinal,
                Optional.ofNullable(pod)
                        .map(known ->
                                new PodView(known.uid, known.revision, process.isPresent(), false, false, "", "")),
                Optional.ofNullable(volume).map(known -> new VolumeView(known.uid, known.older, known.released)),
                process);
    }

    private static ProcessView process(FakeStore.Seen seen) {
        return new ProcessView(
                ProcessView.State.valueOf(seen.state()),
                seen.clusterId(),
                seen.memberId(),
                seen.leaderId(),
                seen.applied(),
                seen.ready(),
                "0.1.0",
                "");
    }

    /** What the status keeps of a step, written before its effect. */
    void record(Step step, ClusterView seen) {
        if (step instanceof RecordBirth birth) {
            memory = new Memory(
                    memory.clusterId(), Optional.of(new Birth(birth.seed(), birth.token())), memory.highestOrdinal());
        }
        if (step instanceof RecordCluster born) {
            memory = new Memory(
                    OptionalLong.of(born.clusterId()),
                    memory.birth(),
                    seen.memory().highestOrdinal());
        }
    }

    void perform(Step step) {
        switch (step) {
            case CreateSet create -> set = OptionalInt.of(create.replicas());
            case SetReplicas change -> setReplicas(change);
            case Bootstrap birth -> seed(birth);
            case AddLearner add -> leader().ifPresent(leader -> leader.add(peerUrl(add.ordinal())));
            case Promote promote -> leader().ifPresent(leader -> leader.promote(ids(promote.learners())));
            case MoveLeader move ->
                leader().ifPresent(leader -> leader.moveLeader(move.to().memberId()));
            case RemoveMembers remove -> leader().ifPresent(leader -> leader.remove(ids(remove.members())));
            case RestartPod restart -> restart(restart);
            case RemoveLost lost ->
                leader().ifPresent(leader -> leader.remove(List.of(lost.member().memberId())));
            case RenewPod renew -> renew(renew);
            case ReleaseVolume release -> volume(release.ordinal()).released = true;
            case DeleteVolume delete -> deleteVolume(delete);
            case RecordBirth birth -> {}
            case RecordCluster born -> {}
            case Wait wait -> {}
            case Done done -> {}
        }
    }

    private void setReplicas(SetReplicas change) {
        pods.tailMap(change.to()).values().stream()
                .flatMap(pod -> Optional.ofNullable(pod.process).stream())
                .filter(FakeStore.Node::isMember)
                .forEach(process -> broken.add("stopped a living member by " + change.sentence()));
        set = OptionalInt.of(change.to());
    }

    private void seed(Bootstrap birth) {
        boolean data = volumes.values().stream().anyMatch(volume -> initialised(volume, birth.token()));
        if (data) {
            broken.add("bootstrapped beside data");
        }
        ToyPod pod = pods.get(birth.seed());
        if (pod != null && pod.uid.equals(birth.podUid()) && pod.process != null) {
            pod.process.bootstrap(birth.token());
        }
    }

    private boolean initialised(ToyVolume volume, String token) {
        FakeStore.Node probe = store.start(volume.disk, "probe");
        FakeStore.Seen seen = probe.look();
        probe.stop();
        return seen.clusterId() != 0
                && !seen.state().equals("REMOVED")
                && !seen.token().equals(token);
    }

    private void restart(RestartPod restart) {
        ToyPod pod = pods.get(restart.ordinal());
        if (pod != null && pod.uid.equals(restart.podUid())) {
            boolean served = anyLeader();
            stop(restart.ordinal());
            if (served && !anyLeader() && wanted > 1) {
                broken.add("a restart cost the quorum: " + restart.sentence());
            }
        }
    }

    private void renew(RenewPod renew) {
        ToyPod pod = pods.get(renew.ordinal());
        if (pod == null || !pod.uid.equals(renew.podUid())) {
            return;
        }
        if (pod.process != null && pod.process.isMember()) {
            broken.add("renewed a living member by " + renew.sentence());
        }
        stop(renew.ordinal());
        volumes.remove(renew.ordinal());
    }

    private void deleteVolume(DeleteVolume delete) {
        if (pods.containsKey(delete.ordinal())) {
            broken.add("deleted a volume under a pod");
        }
        if (!volume(delete.ordinal()).released) {
            broken.add("deleted a volume that was not released");
        }
        volumes.remove(delete.ordinal());
    }

    boolean anyLeader() {
        return leader().isPresent();
    }

    private Optional<FakeStore.Node> leader() {
        return pods.values().stream()
                .flatMap(pod -> Optional.ofNullable(pod.process).stream())
                .filter(process -> process.look().leaderId() != 0
                        && process.look().leaderId() == process.look().memberId())
                .findFirst();
    }

    private static List<Long> ids(List<Target> targets) {
        return targets.stream().map(Target::memberId).toList();
    }
}
