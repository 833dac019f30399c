package dev.quorate.operator.cluster;

import dev.quorate.crds.v1alpha1.StoreCluster;
import dev.quorate.crds.v1alpha1.StoreClusterStatus;
import dev.quorate.operator.cluster.Refusals.Attempt;
import dev.quorate.operator.kube.EventText;
import dev.quorate.operator.kube.KubeApi;
import dev.quorate.operator.kube.NodeWatch;
import dev.quorate.operator.plan.ClusterView;
import dev.quorate.operator.plan.Plan;
import dev.quorate.operator.plan.QuorumRule;
import dev.quorate.operator.plan.SetView;
import dev.quorate.operator.plan.StatusReport;
import dev.quorate.operator.plan.Step;
import dev.quorate.operator.plan.Step.Done;
import dev.quorate.operator.plan.Step.Wait;
import dev.quorate.operator.resources.DisruptionBudgets;
import dev.quorate.operator.resources.Labels;
import dev.quorate.operator.resources.MemberSet;
import dev.quorate.operator.resources.Names;
import dev.quorate.operator.resources.Services;
import dev.quorate.operator.store.StoreClient;
import dev.quorate.operator.store.StoreFailure;
import dev.quorate.operator.store.StoreLook;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.MaxReconciliationInterval;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.inbound.SimpleInboundEventSource;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * The reconciler of StoreClusters: look, decide, write the status, act. One action at most, then look again.
 *
 * <p>The status goes first and only if the resource is still the one that was decided upon: so the intent is on record
 * before the effect, and a stale picture has none.
 */
@ControllerConfiguration(
        name = "storecluster",
        fieldManager = KubeApi.MANAGER,
        maxReconciliationInterval = @MaxReconciliationInterval(interval = 60, timeUnit = TimeUnit.SECONDS))
public final class StoreClusterReconciler implements Reconciler<StoreCluster>, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StoreClusterReconciler.class);
    private static final String SELECTOR = "app.kubernetes.io/managed-by=quorate-operator";
    private static final Duration SOON = Duration.ofMillis(500);
    private static final Duration IN_MOTION = Duration.ofSeconds(1);
    private static final Duration AT_REST = Duration.ofSeconds(5);
    private static final Duration NOTHING_TO_DO = Duration.ofSeconds(30);

    private final KubeApi kube;
    private final Actor actor;
    private final Observer observer;
    private final Lookout lookout;
    private final NodeWatch nodes;
    private final SimpleInboundEventSource<StoreCluster> news = new SimpleInboundEventSource<>("members");
    private final Refusals refusals = new Refusals();
    private final ConcurrentMap<ResourceID, String> said = new ConcurrentHashMap<>();

    public StoreClusterReconciler(KubernetesClient client, StoreClient store) {
        kube = new KubeApi(client);
        actor = new Actor(kube, store);
        lookout = new Lookout(store, news::propagateEvent);
        nodes = new NodeWatch(client, () -> said.keySet().forEach(news::propagateEvent));
        observer = new Observer(nodes);
    }

    @Override
    public List<EventSource<?, StoreCluster>> prepareEventSources(EventSourceContext<StoreCluster> context) {
        return List.of(
                children(StatefulSet.class, context),
                children(Pod.class, context),
                children(PersistentVolumeClaim.class, context),
                children(Service.class, context),
                children(PodDisruptionBudget.class, context),
                news);
    }

    private static <T extends HasMetadata> EventSource<T, StoreCluster> children(
            Class<T> kind, EventSourceContext<StoreCluster> context) {
        InformerEventSourceConfiguration<T> configuration = InformerEventSourceConfiguration.from(
                        kind, StoreCluster.class)
                .withLabelSelector(SELECTOR)
                .withNamespacesInheritedFromController()
                .withSecondaryToPrimaryMapper(StoreClusterReconciler::clusterOf)
                .build();
        return new InformerEventSource<>(configuration, context);
    }

    private static Set<ResourceID> clusterOf(HasMetadata child) {
        String cluster = child.getMetadata().getLabels().get(Labels.CLUSTER);
        return cluster == null
                ? Set.of()
                : Set.of(new ResourceID(cluster, child.getMetadata().getNamespace()));
    }

    @Override
    public UpdateControl<StoreCluster> reconcile(StoreCluster cluster, Context<StoreCluster> context) {
        ResourceID id = ResourceID.fromResource(cluster);
        MDC.put("cluster", id.getNamespace().orElse("") + "/" + id.getName());
        try {
            return UpdateControl.<StoreCluster>noUpdate().rescheduleAfter(reconcile(id, cluster, context));
        } catch (KubernetesClientException e) {
            if (!KubeApi.isStale(e)) {
                throw e;
            }
            LOG.debug("outcome=stale {}", e.getMessage());
            return UpdateControl.<StoreCluster>noUpdate().rescheduleAfter(SOON);
        } finally {
            MDC.remove("cluster");
        }
    }

    private Duration reconcile(ResourceID id, StoreCluster cluster, Context<StoreCluster> context) {
        Children children = Children.of(cluster, context);
        Optional<StoreLook> look = lookout.latest(id, children.addresses(), pace(cluster));
        if (look.isEmpty()) {
            said.putIfAbsent(id, "");
            return IN_MOTION;
        }
        ClusterView view = observer.view(cluster, children, look.get());
        Step step = Plan.next(view);
        Attempt attempt = Attempt.of(cluster, step);
        Optional<Wait> rest = refusals.instead(attempt, view.now());
        if (rest.isPresent()) {
            writeStatus(cluster, view, rest.get());
            return refusals.rest(id, view.now());
        }
        try {
            Duration next = take(id, step, view, cluster, children);
            refusals.succeeded(id);
            return next;
        } catch (KubernetesClientException e) {
            if (KubeApi.isStale(e)) {
                throw e;
            }
            return refused(attempt, cluster, KubeApi.reason(e));
        } catch (StoreFailure e) {
            return refused(attempt, cluster, String.valueOf(e.getMessage()));
        }
    }

    private Duration take(ResourceID id, Step step, ClusterView view, StoreCluster cluster, Children children) {
        if (view.wanted().invalid().isEmpty() && !view.wanted().paused()) {
            ensure(cluster, children, view);
        }
        say(id, "step=" + step.getClass().getSimpleName() + " " + step.sentence());
        writeStatus(cluster, view, step);
        boolean acts = !(step instanceof Wait) && !(step instanceof Done);
        if (acts) {
            actor.perform(step, view, cluster, children);
            lookout.acted(id);
            return SOON;
        }
        return step instanceof Done ? NOTHING_TO_DO : IN_MOTION;
    }

    /** The next round tells the reason in the status: this one's resource is old by now. */
    private Duration refused(Attempt attempt, StoreCluster cluster, String why) {
        Wait wait = refusals.note(attempt, why, Instant.now());
        say(attempt.cluster(), "outcome=refused " + wait.sentence());
        if (refusals.isStubborn(attempt.cluster())) {
            kube.event(cluster, EventText.warning("ActionRefused", wait.sentence()), wait.sentence());
        }
        // What was asked may have happened all the same.
        lookout.acted(attempt.cluster());
        return SOON;
    }

    /** Objects that are simply always true. Replicas and restarts belong to the steps alone. */
    private void ensure(StoreCluster cluster, Children children, ClusterView view) {
        SortedMap<String, Service> services = children.services();
        kube.ensure(Services.peers(cluster), Optional.ofNullable(services.get(Names.peerService(cluster))));
        kube.ensure(Services.client(cluster), Optional.ofNullable(services.get(Names.clientService(cluster))));
        children.set().ifPresent(set -> {
            int replicas = view.set().map(SetView::replicas).orElse(0);
            ensureBudget(cluster, children, QuorumRule.minAvailable(view, replicas), replicas);
            kube.ensureUnchanged(MemberSet.of(cluster, replicas, children.set()), set);
        });
    }

    /** With a single member a budget would only make a drain hang for ever. */
    private void ensureBudget(StoreCluster cluster, Children children, int minAvailable, int replicas) {
        if (cluster.getSpec().podDisruptionBudget().enabled() && replicas > 1) {
            kube.ensure(DisruptionBudgets.of(cluster, minAvailable), children.budget());
        } else {
            children.budget().ifPresent(kube::delete);
        }
    }

    private void writeStatus(StoreCluster cluster, ClusterView view, Step step) {
        StoreClusterStatus status = StatusReport.of(view, step, cluster);
        if (status.equals(cluster.getStatus())) {
            return;
        }
        StoreCluster patch = new StoreCluster();
        patch.setMetadata(new ObjectMetaBuilder()
                .withName(cluster.getMetadata().getName())
                .withNamespace(cluster.getMetadata().getNamespace())
                .withUid(cluster.getMetadata().getUid())
                .withResourceVersion(cluster.getMetadata().getResourceVersion())
                .build());
        patch.setStatus(status);
        kube.applyStatus(patch);
        Warnings.between(cluster.getStatus(), status)
                .forEach(warning -> kube.event(cluster, warning, view.now().toString()));
    }

    private static Duration pace(StoreCluster cluster) {
        boolean atRest = cluster.getStatus() != null
                && cluster.getStatus().conditions().stream()
                        .anyMatch(condition -> condition.getType().equals("Ready")
                                && condition.getStatus().equals("True"));
        return atRest ? AT_REST : IN_MOTION;
    }

    /** One line per change of mind, not one per look. */
    private void say(ResourceID id, String line) {
        if (!line.equals(said.put(id, line))) {
            LOG.info("{}", line);
        }
    }

    @Override
    public void close() {
        lookout.close();
        nodes.close();
    }
}
