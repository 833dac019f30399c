package dev.quorate.operator.cluster;

import dev.quorate.crds.v1alpha1.StoreCluster;
import dev.quorate.operator.kube.EventText;
import dev.quorate.operator.kube.KubeApi;
import dev.quorate.operator.plan.ClusterView;
import dev.quorate.operator.plan.MembershipView;
import dev.quorate.operator.plan.StatusReport;
import dev.quorate.operator.plan.Step;
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
import dev.quorate.operator.resources.Claims;
import dev.quorate.operator.resources.MemberSet;
import dev.quorate.operator.resources.Names;
import dev.quorate.operator.store.StoreClient;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Performs one step: one effect, with what was seen as its precondition, and the event that tells of it. */
final class Actor {
    private final KubeApi kube;
    private final StoreClient store;

    Actor(KubeApi kube, StoreClient store) {
        this.kube = kube;
        this.store = store;
    }

    void perform(Step step, ClusterView view, StoreCluster cluster, Children children) {
        switch (step) {
            case CreateSet create -> kube.apply(MemberSet.of(cluster, create.replicas(), Optional.empty()));
            case SetReplicas change -> setReplicas(cluster, children, change.to());
            case Bootstrap birth -> bootstrap(cluster, children, birth);
            case AddLearner add -> addLearner(view, cluster, children, add.ordinal());
            case Promote promote -> promote(view, cluster, children, promote.learners());
            case MoveLeader move -> moveLeader(cluster, children, move);
            case RemoveMembers remove -> remove(view, cluster, children, remove.members());
            case RemoveLost lost -> removeLost(view, cluster, children, lost.member());
            case RenewPod renew -> renew(cluster, children, renew);
            case RestartPod restart -> restart(cluster, children, restart);
            case ReleaseVolume release -> release(children, release);
            case DeleteVolume delete -> deleteVolume(children, delete);
            // The status is where these leave their mark, and it is written before anything is performed.
            case RecordBirth birth -> {}
            case RecordCluster record -> recorded(view, cluster, record);
            case Wait wait -> {}
            case Done done -> {}
        }
    }

    private void setReplicas(StoreCluster cluster, Children children, int to) {
        StatefulSet seen = children.set().orElseThrow();
        kube.applyUnchanged(MemberSet.of(cluster, to, children.set()), seen);
    }

    private void bootstrap(StoreCluster cluster, Children children, Bootstrap birth) {
        String name = Names.pod(cluster, birth.seed());
        String address = address(children, birth.seed());
        store.bootstrap(address, birth.token(), name, Names.peerUrl(cluster, birth.seed()));
        born(cluster, birth.seed(), birth.token());
    }

    private void recorded(ClusterView view, StoreCluster cluster, RecordCluster record) {
        String id = StatusReport.hex(record.clusterId());
        if (record.adopted()) {
            tell(cluster, EventText.normal("ClusterAdopted", "found the volumes of cluster " + id), id);
        }
        // The answer to the bootstrap may have been lost: then it is told only now, otherwise not twice.
        view.memory().birth().ifPresent(birth -> born(cluster, birth.seed(), birth.token()));
    }

    private void born(StoreCluster cluster, int seed, String token) {
        String note = Names.pod(cluster, seed) + " is the first member";
        tell(cluster, EventText.normal("ClusterBootstrapped", note), token);
    }

    private void addLearner(ClusterView view, StoreCluster cluster, Children children, int ordinal) {
        store.addLearner(leader(view, children), Names.peerUrl(cluster, ordinal));
        String uid = children.pods().get(ordinal) == null
                ? ""
                : children.pods().get(ordinal).getMetadata().getUid();
        tell(cluster, EventText.normal("MemberAdded", Names.pod(cluster, ordinal) + " joins as a learner"), uid);
    }

    private void promote(ClusterView view, StoreCluster cluster, Children children, List<Target> learners) {
        store.promote(leader(view, children), ids(learners));
        tell(cluster, EventText.normal("MemberPromoted", pods(cluster, learners) + " vote now"), "" + learners);
    }

    private void moveLeader(StoreCluster cluster, Children children, MoveLeader move) {
        store.moveLeader(address(children, move.from().ordinal()), move.to().memberId());
        String note = "from " + Names.pod(cluster, move.from().ordinal()) + " to "
                + Names.pod(cluster, move.to().ordinal());
        tell(cluster, EventText.normal("LeaderMoved", note), Instant.now().toString());
    }

    private void remove(ClusterView view, StoreCluster cluster, Children children, List<Target> members) {
        store.remove(leader(view, children), ids(members));
        tell(cluster, EventText.normal("MemberRemoved", pods(cluster, members) + " left the cluster"), "" + members);
    }

    private void removeLost(ClusterView view, StoreCluster cluster, Children children, Target member) {
        String note = Names.pod(cluster, member.ordinal()) + " lost its data and is replaced by a new member";
        tell(cluster, EventText.warning("MemberReplacementStarted", note), "" + member);
        remove(view, cluster, children, List.of(member));
    }

    /** The claim first: it stays as long as its pod does, and until it has gone no new pod is made. */
    private void renew(StoreCluster cluster, Children children, RenewPod renew) {
        Pod pod = children.pods().get(renew.ordinal());
        if (pod == null || !pod.getMetadata().getUid().equals(renew.podUid())) {
            return;
        }
        PersistentVolumeClaim claim = children.claims().get(renew.ordinal());
        if (claim != null
                && renew.volumeUid()
                        .filter(claim.getMetadata().getUid()::equals)
                        .isPresent()) {
            kube.delete(claim);
        }
        kube.delete(pod);
        String note = Names.pod(cluster, renew.ordinal()) + " starts anew with an empty volume";
        tell(cluster, EventText.normal("MemberRestarted", note), renew.podUid());
    }

    private void restart(StoreCluster cluster, Children children, RestartPod restart) {
        Pod pod = children.pods().get(restart.ordinal());
        if (pod != null && pod.getMetadata().getUid().equals(restart.podUid())) {
            kube.delete(pod);
            String note = Names.pod(cluster, restart.ordinal()) + ": " + restart.why();
            tell(cluster, EventText.normal("MemberRestarted", note), restart.podUid());
        }
    }

    private void release(Children children, ReleaseVolume release) {
        PersistentVolumeClaim claim = children.claims().get(release.ordinal());
        if (claim != null && claim.getMetadata().getUid().equals(release.volumeUid())) {
            kube.applyUnchanged(Claims.released(claim, Instant.now()), claim);
        }
    }

    private void deleteVolume(Children children, DeleteVolume delete) {
        PersistentVolumeClaim claim = children.claims().get(delete.ordinal());
        if (claim != null && claim.getMetadata().getUid().equals(delete.volumeUid())) {
            kube.delete(claim);
        }
    }

    private void tell(StoreCluster cluster, EventText text, String once) {
        kube.event(cluster, text, once);
    }

    private static String address(Children children, int ordinal) {
        String address = children.addresses().get(ordinal);
        if (address == null) {
            throw new IllegalStateException("pod " + ordinal + " has no address any more");
        }
        return address;
    }

    private static String leader(ClusterView view, Children children) {
        MembershipView membership = view.membership().orElseThrow();
        return membership.members().stream()
                .filter(member -> member.id() == membership.leader())
                .findFirst()
                .map(member -> address(children, member.ordinal()))
                .orElseThrow(() -> new IllegalStateException("the leader is gone"));
    }

    private static List<Long> ids(List<Target> targets) {
        return targets.stream().map(Target::memberId).toList();
    }

    private static String pods(StoreCluster cluster, List<Target> targets) {
        return String.join(
                ", ",
                targets.stream()
                        .map(target -> Names.pod(cluster, target.ordinal()))
                        .toList());
    }
}
