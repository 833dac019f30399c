package dev.quorate.e2e.quickstart;

import dev.quorate.e2e.cluster.Await;
import dev.quorate.e2e.cluster.StoreClusterHandle;
import dev.quorate.e2e.cluster.Testbed;
import dev.quorate.e2e.cluster.WriteStream;
import io.fabric8.kubernetes.api.model.Pod;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.Collectors;

/** The steps of the quickstart on a testbed that runs. A step that fails throws and says what was wrong. */
final class Tour {
    static final String NAMESPACE = "default";
    static final String NAME = "demo";

    private static final Duration FORMING = Duration.ofSeconds(90);
    private static final int WRITES_BEFORE = 200;
    private static final int WRITES_AFTER = 400;

    private final Testbed bed;
    private final Progress progress;
    private final StoreClusterHandle cluster;

    Tour(Testbed bed, Progress progress) {
        this.bed = bed;
        this.progress = progress;
        this.cluster = bed.cluster(NAMESPACE, NAME);
    }

    void formCluster(String manifest) {
        progress.step("applying a StoreCluster of three members");
        cluster.apply(manifest);
        awaitMembers(3);
        progress.say("the cluster is ready, " + cluster.leader().getMetadata().getName() + " leads");
    }

    void writeAndRead() {
        progress.step("writing and reading a key through the cluster");
        InetSocketAddress first = cluster.endpoints().getFirst();
        InetSocketAddress last = cluster.endpoints().getLast();
        check(bed.store().put(first, "greeting", "hello"), "the write through " + first + " was not acknowledged");
        String read = bed.store().read(last, "greeting").get("greeting");
        check("hello".equals(read), "written hello, read " + read);
        progress.say("put greeting=hello at " + first + ", got " + read + " at " + last);
    }

    void killLeaderUnderLoad() {
        progress.step("killing the leader while a client writes");
        Pod leader = cluster.leader();
        WriteStream writes = WriteStream.start(bed.store(), cluster::endpoints);
        try (writes) {
            awaitWrites(writes, WRITES_BEFORE);
            int before = writes.acknowledged();
            progress.say("  " + before + " writes acknowledged; kill -9 of the process of "
                    + leader.getMetadata().getName());
            cluster.killProcess(leader);
            awaitWrites(writes, before + WRITES_AFTER);
        }
        long lost = writes.lost(cluster.endpoints().getFirst());
        progress.say("  " + writes.acknowledged() + " writes acknowledged in all, longest pause "
                + writes.longestPause().toMillis() + " ms, lost: " + lost);
        check(lost == 0, lost + " acknowledged writes are lost");
        awaitMembers(3);
        progress.say(
                "three healthy members again, " + cluster.leader().getMetadata().getName() + " leads");
    }

    void scaleToFive() {
        progress.step("scaling to 5");
        cluster.scale(5);
        awaitMembers(5);
        progress.say("five members");
    }

    void fourIsRefused() {
        progress.step("scaling to 4");
        Optional<String> refusal = StoreClusterHandle.refusal(() -> cluster.scale(4));
        check(refusal.isPresent(), "4 members were accepted");
        check(refusal.orElseThrow().contains("replicas must be odd"), "4 was refused, but so: " + refusal);
        progress.say("refused: " + refusal.orElseThrow());
    }

    void printWhatNext(Path manifest) {
        String endpoints = cluster.endpoints().stream()
                .map(endpoint -> endpoint.getHostString() + ":" + endpoint.getPort())
                .collect(Collectors.joining(","));
        progress.plain("""

                It runs until Ctrl-C. In another terminal:

                  export KUBECONFIG=%s
                  kubectl get stc,pods                        # the cluster and its members
                  kubectl describe stc %s                   # conditions and events
                  kubectl scale stc %s --replicas=5         # grows by a pair; 4 is refused, try it
                  kubectl delete pod %s                   # a member goes and comes back
                  kubectl logs %s
                  vi %s && kubectl apply -f %s

                  etcdctl --endpoints=%s put name value
                  etcdctl --endpoints=%s endpoint status -w table
                """.formatted(
                        bed.kubeconfig(),
                        NAME,
                        NAME,
                        cluster.leader().getMetadata().getName(),
                        cluster.leader().getMetadata().getName(),
                        manifest,
                        manifest,
                        endpoints,
                        endpoints));
    }

    private void awaitMembers(int members) {
        Await.until(
                members + " ready members",
                FORMING,
                () -> {
                    check(
                            bed.operator().filter(process -> !process.isAlive()).isEmpty(),
                            "the operator has ended, see its log");
                    progress.watch(cluster);
                    return cluster.isReady(members);
                },
                cluster::describe);
    }

    private static void awaitWrites(WriteStream writes, int count) {
        Await.until(
                count + " acknowledged writes",
                Duration.ofSeconds(30),
                () -> writes.acknowledged() >= count,
                () -> writes.acknowledged() + " acknowledged");
    }

    private static void check(boolean holds, String otherwise) {
        if (!holds) throw new IllegalStateException(otherwise);
    }
}
