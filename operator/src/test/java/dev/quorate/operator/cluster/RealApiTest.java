package dev.quorate.operator.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.quorate.crds.v1alpha1.Rules;
import dev.quorate.crds.v1alpha1.StoreCluster;
import dev.quorate.operator.fake.FakeKubelet;
import dev.quorate.operator.fake.FakeStore;
import dev.quorate.operator.store.StoreClient;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.javaoperatorsdk.operator.Operator;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/**
 * The whole operator against a real API server that has no controllers and no nodes of its own: members answer over real
 * gRPC from a {@link FakeStore}. Runs where QUORATE_E2E_KUBECONFIG points to such a server.
 */
@EnabledIfEnvironmentVariable(named = "QUORATE_E2E_KUBECONFIG", matches = ".+")
class RealApiTest {
    private static final Path CRD = Path.of("../helm/files/crds/storeclusters.quorate.dev.yaml");
    private static final int NETWORK = 7;

    @Test
    void aClusterFormsAndGrowsAndShrinksWhileItsOperatorIsReplaced() throws IOException {
        Config config = Config.fromKubeconfig(Files.readString(Path.of(System.getenv("QUORATE_E2E_KUBECONFIG"))));
        try (KubernetesClient client =
                new KubernetesClientBuilder().withConfig(config).build()) {
            assumeTrue(client.nodes().list().getItems().isEmpty(), "this cluster has nodes: its own pods would run");
            try (InputStream crd = Files.newInputStream(CRD)) {
                client.load(crd).forceConflicts().serverSideApply();
            }
            Namespace namespace = client.resource(new NamespaceBuilder()
                            .withNewMetadata()
                            .withName("op-" + UUID.randomUUID().toString().substring(0, 8))
                            .endMetadata()
                            .build())
                    .create();
            play(client, namespace.getMetadata().getName());
        }
    }

    private static void play(KubernetesClient client, String namespace) {
        FakeStore store = new FakeStore();
        try (FakeKubelet _ = new FakeKubelet(client, store, namespace, NETWORK)) {
            StoreCluster cluster = new StoreCluster();
            cluster.getMetadata().setName("a");
            cluster.getMetadata().setNamespace(namespace);
            Resource<StoreCluster> live = client.resource(cluster);
            live.create();
            try (Run _ = Run.start(client, namespace)) {
                await(live, "3/3");
            }
            assertThatThrownBy(() -> live.scale(4)).hasMessageContaining(Rules.ODD_SENTENCE);
            live.scale(5);
            try (Run _ = Run.start(client, namespace)) {
                await(live, "5/5");
                live.scale(3);
                await(live, "3/3");
            }
            assertThat(store.broken()).isEmpty();
            assertThat(store.history())
                    .containsExactly(
                            "bootstrap",
                            "add a-1",
                            "add a-2",
                            "promote voters=3",
                            "add a-3",
                            "add a-4",
                            "promote voters=5",
                            "remove voters=3");
            assertThat(client.events()
                            .v1()
                            .events()
                            .inNamespace(namespace)
                            .list()
                            .getItems())
                    .extracting(event -> event.getReason())
                    .contains("ClusterBootstrapped", "MemberAdded", "MemberPromoted", "MemberRemoved");
        } finally {
            client.resources(StoreCluster.class).inNamespace(namespace).delete();
            client.namespaces().withName(namespace).delete();
        }
    }

    private static void await(Resource<StoreCluster> live, String members) {
        live.waitUntilCondition(
                seen -> seen != null
                        && seen.getStatus() != null
                        && members.equals(seen.getStatus().membersSummary())
                        && "Running".equals(seen.getStatus().phase()),
                120,
                TimeUnit.SECONDS);
    }

    private record Run(Operator operator, StoreClusterReconciler clusters, StoreClient store) implements AutoCloseable {
        static Run start(KubernetesClient client, String namespace) {
            StoreClient store = new StoreClient();
            StoreClusterReconciler clusters = new StoreClusterReconciler(client, store);
            Operator operator = new Operator(configuration -> configuration
                    .withKubernetesClient(client)
                    .withCloseClientOnStop(false)
                    .checkingCRDAndValidateLocalModel(false));
            operator.register(clusters, controller -> controller.settingNamespace(namespace));
            operator.start();
            return new Run(operator, clusters, store);
        }

        @Override
        public void close() {
            operator.stop();
            clusters.close();
            store.close();
        }
    }
}
