package dev.quorate.e2e.objects;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.ControllerRevision;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import java.util.List;

/** The objects that decisions are made from, as they stood at one moment, each list in order of namespace and name. */
public record World(
        List<Node> nodes,
        List<Pod> pods,
        List<StatefulSet> sets,
        List<ControllerRevision> revisions,
        List<PersistentVolumeClaim> claims,
        List<Service> services,
        List<EndpointSlice> slices,
        List<PodDisruptionBudget> budgets,
        List<ConfigMap> configMaps,
        List<Secret> secrets) {

    public World withPods(List<Pod> changed) {
        return new World(nodes, changed, sets, revisions, claims, services, slices, budgets, configMaps, secrets);
    }
}
