package dev.quorate.e2e.quickstart;

import dev.quorate.crds.v1alpha1.MemberStatus;
import dev.quorate.crds.v1alpha1.StoreCluster;
import dev.quorate.e2e.cluster.StoreClusterHandle;
import dev.quorate.e2e.objects.Pods;
import io.fabric8.kubernetes.api.model.Condition;
import java.time.Duration;
import java.time.Instant;
import java.util.stream.Collectors;

/** What the quickstart prints, each line with the seconds since its start. */
final class Progress {
    private final Instant start = Instant.now();
    private String last = "";

    void step(String text) {
        System.out.println();
        say(text);
    }

    void say(String text) {
        System.out.printf("%5.1fs  %s%n", Duration.between(start, Instant.now()).toMillis() / 1000.0, text);
    }

    void plain(String text) {
        System.out.println(text);
    }

    /** Says how the cluster is, if that has changed since the last time. */
    void watch(StoreClusterHandle cluster) {
        String now = cluster.get().map(found -> describe(found, cluster)).orElse("not there");
        if (!now.equals(last)) say("  " + now);
        last = now;
    }

    private static String describe(StoreCluster found, StoreClusterHandle cluster) {
        String pods = cluster.pods().stream()
                .map(pod -> pod.getMetadata().getName() + (Pods.isReady(pod) ? "" : "(" + Pods.phase(pod) + ")"))
                .collect(Collectors.joining(" "));
        if (found.getStatus() == null) return "pods: " + pods;
        String members =
                found.getStatus().members().stream().map(Progress::describe).collect(Collectors.joining(" "));
        String ready = found.getStatus().conditions().stream()
                .filter(condition -> condition.getType().equals("Ready"))
                .map(Progress::describe)
                .findFirst()
                .orElse("");
        return "pods: " + pods + " | members: " + members + " | " + ready;
    }

    private static String describe(MemberStatus member) {
        return member.name() + "=" + (member.role() == null ? member.state() : member.role());
    }

    private static String describe(Condition ready) {
        return "Ready=" + ready.getStatus() + " " + ready.getReason();
    }
}
