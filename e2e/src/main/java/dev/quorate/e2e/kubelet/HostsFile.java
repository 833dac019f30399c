package dev.quorate.e2e.kubelet;

import dev.quorate.e2e.objects.Pods;
import dev.quorate.e2e.objects.Selectors;
import dev.quorate.e2e.objects.World;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The DNS records of a cluster as a hosts file, seen from one namespace: short names are names in that namespace.
 *
 * <p>A headless service and one with a cluster address both stand for the addresses of their ready pods (of all their
 * pods, when the service says so): there is no proxy, so a service's port must be the port that its pods listen on.
 */
final class HostsFile {
    private static final String DOMAIN = ".svc.cluster.local";

    private HostsFile() {}

    static String of(World world, String namespace, String machine) {
        SortedSet<String> lines = new TreeSet<>();
        for (Service service : world.services()) {
            for (Pod pod : pods(world, service)) {
                String name = service.getMetadata().getName();
                String address = Pods.address(pod).orElseThrow();
                lines.add(line(address, name, service, namespace));
                boolean named = name.equals(pod.getSpec().getSubdomain());
                if (named && pod.getSpec().getHostname() != null)
                    lines.add(line(address, pod.getSpec().getHostname() + "." + name, service, namespace));
            }
        }
        return "127.0.0.1 localhost " + machine + "\n" + String.join("", lines);
    }

    private static List<Pod> pods(World world, Service service) {
        boolean all = Boolean.TRUE.equals(service.getSpec().getPublishNotReadyAddresses());
        return world.pods().stream()
                .filter(pod -> service.getSpec().getSelector() != null
                        && Pods.sameNamespace(pod, service)
                        && Selectors.contains(
                                pod.getMetadata().getLabels(), service.getSpec().getSelector())
                        && !Pods.isOver(pod)
                        && Pods.address(pod).isPresent()
                        && (all || (Pods.isReady(pod) && !Pods.isTerminating(pod))))
                .toList();
    }

    private static String line(String address, String name, Service service, String from) {
        String namespace = service.getMetadata().getNamespace();
        String full = name + "." + namespace + DOMAIN;
        // Longest first, each name a prefix of it: fully qualified, with the final dot that some clients write, ...
        List<String> names = List.of(full, full + ".", name + "." + namespace + ".svc", name + "." + namespace);
        Optional<String> shortName = namespace.equals(from) ? Optional.of(name) : Optional.empty();
        return address + " " + String.join(" ", names)
                + shortName.map(text -> " " + text).orElse("") + "\n";
    }
}
