package dev.quorate.e2e.controllers;

import dev.quorate.e2e.objects.Change;
import dev.quorate.e2e.objects.Pods;
import dev.quorate.e2e.objects.Selectors;
import dev.quorate.e2e.objects.World;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointPort;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointPortBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSliceBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** Keeps one EndpointSlice for each Service that selects pods. */
final class ServiceEndpoints {
    private ServiceEndpoints() {}

    static List<Change> next(World world) {
        List<Change> changes = new ArrayList<>();
        for (Service service : world.services()) {
            if (Pods.isTerminating(service)
                    || service.getSpec().getSelector() == null
                    || service.getSpec().getSelector().isEmpty()) continue;
            List<Pod> chosen = world.pods().stream()
                    .filter(pod -> Pods.sameNamespace(service, pod)
                            && !Pods.isOver(pod)
                            && Pods.address(pod).isPresent()
                            && Selectors.contains(
                                    pod.getMetadata().getLabels(),
                                    service.getSpec().getSelector()))
                    .toList();
            EndpointSlice wanted = slice(service, chosen);
            Optional<EndpointSlice> present = world.slices().stream()
                    .filter(slice -> Pods.sameNamespace(slice, service)
                            && slice.getMetadata()
                                    .getName()
                                    .equals(wanted.getMetadata().getName()))
                    .findFirst();
            if (present.isEmpty()) {
                changes.add(new Change.Create(wanted));
            } else if (!wanted.getEndpoints().equals(present.get().getEndpoints())
                    || !wanted.getPorts().equals(present.get().getPorts())) {
                changes.add(new Change.Replace(new EndpointSliceBuilder(present.get())
                        .withEndpoints(wanted.getEndpoints())
                        .withPorts(wanted.getPorts())
                        .build()));
            }
        }
        return changes;
    }

    private static EndpointSlice slice(Service service, List<Pod> pods) {
        return new EndpointSliceBuilder()
                .withNewMetadata()
                .withName(service.getMetadata().getName())
                .withNamespace(service.getMetadata().getNamespace())
                .addToLabels("kubernetes.io/service-name", service.getMetadata().getName())
                .addToLabels("endpointslice.kubernetes.io/managed-by", "endpointslice-controller.k8s.io")
                .withOwnerReferences(new OwnerReferenceBuilder()
                        .withApiVersion("v1")
                        .withKind("Service")
                        .withName(service.getMetadata().getName())
                        .withUid(service.getMetadata().getUid())
                        .withController(true)
                        .build())
                .endMetadata()
                .withAddressType("IPv4")
                .withEndpoints(pods.stream().map(pod -> endpoint(service, pod)).toList())
                .withPorts(service.getSpec().getPorts().stream()
                        .map(ServiceEndpoints::port)
                        .toList())
                .build();
    }

    private static Endpoint endpoint(Service service, Pod pod) {
        boolean ready = Pods.isReady(pod) && !Pods.isTerminating(pod);
        return new EndpointBuilder()
                .withAddresses(Pods.address(pod).orElseThrow())
                .withNewConditions()
                .withReady(ready || Boolean.TRUE.equals(service.getSpec().getPublishNotReadyAddresses()))
                .withServing(Pods.isReady(pod))
                .withTerminating(Pods.isTerminating(pod))
                .endConditions()
                .withHostname(pod.getSpec().getHostname())
                .withNodeName(pod.getSpec().getNodeName())
                .withNewTargetRef()
                .withKind("Pod")
                .withNamespace(pod.getMetadata().getNamespace())
                .withName(pod.getMetadata().getName())
                .withUid(pod.getMetadata().getUid())
                .endTargetRef()
                .build();
    }

    private static EndpointPort port(ServicePort port) {
        // A named target port needs the pod's ports; the services here give numbers or the same number twice.
        Integer target =
                port.getTargetPort() == null ? null : port.getTargetPort().getIntVal();
        return new EndpointPortBuilder()
                .withName(Objects.requireNonNullElse(port.getName(), ""))
                .withPort(target == null || target == 0 ? port.getPort() : target)
                .withProtocol(Objects.requireNonNullElse(port.getProtocol(), "TCP"))
                .build();
    }
}
