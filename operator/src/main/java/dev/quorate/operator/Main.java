package dev.quorate.operator;

import dev.quorate.operator.cluster.StoreClusterReconciler;
import dev.quorate.operator.store.StoreClient;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.javaoperatorsdk.operator.Operator;
import io.javaoperatorsdk.operator.api.config.LeaderElectionConfiguration;
import io.javaoperatorsdk.operator.api.config.LeaderElectionConfigurationBuilder;
import java.io.IOException;
import java.security.Security;
import java.util.List;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The operator's process: parses its settings and connects the parts. */
public final class Main {
    private static final Logger LOG = LoggerFactory.getLogger(Main.class);
    private static final String LEASE = "quorate-operator";

    private Main() {}

    public static void main(String[] arguments) throws IOException {
        // A pod that comes back has another address; gRPC would remember the old one for 30 s.
        System.setProperty("networkaddress.cache.ttl", "1");
        Security.setProperty("networkaddress.cache.ttl", "1");
        Settings settings;
        try {
            settings = Settings.parse(List.of(arguments), System.getenv());
        } catch (IllegalArgumentException e) {
            System.err.println("operator: " + e.getMessage());
            System.err.println(Settings.USAGE);
            System.exit(2);
            return;
        }
        run(settings);
    }

    private static void run(Settings settings) throws IOException {
        KubernetesClient client = new KubernetesClientBuilder().build();
        StoreClient store = new StoreClient();
        StoreClusterReconciler clusters = new StoreClusterReconciler(client, store);
        Operator operator = new Operator(configuration -> {
            configuration.withKubernetesClient(client);
            // The generated CRD is what the API server checks; a newer one there must not stop an older operator.
            configuration.checkingCRDAndValidateLocalModel(false);
            if (settings.leaderElection()) {
                configuration.withLeaderElectionConfiguration(lease(settings, client));
            }
        });
        operator.register(clusters, controller -> {
            if (!settings.namespaces().isEmpty()) {
                controller.settingNamespaces(settings.namespaces());
            }
        });
        if (settings.healthPort() > 0) {
            HealthEndpoint health =
                    new HealthEndpoint(settings.healthPort(), operator.getRuntimeInfo()::allEventSourcesAreHealthy);
            Runtime.getRuntime().addShutdownHook(new Thread(health::close));
        }
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            operator.stop();
            clusters.close();
            store.close();
        }));
        LOG.info(
                "operator starts api={} namespaces={} leaderElection={}",
                client.getMasterUrl(),
                settings.namespaces().isEmpty() ? "all" : settings.namespaces(),
                settings.leaderElection());
        operator.start();
        LOG.info("operator runs");
    }

    private static LeaderElectionConfiguration lease(Settings settings, KubernetesClient client) {
        String fallback = Objects.requireNonNullElse(client.getNamespace(), "default");
        String namespace = settings.leaseNamespace().isEmpty() ? fallback : settings.leaseNamespace();
        return LeaderElectionConfigurationBuilder.aLeaderElectionConfiguration(LEASE)
                .withLeaseNamespace(namespace)
                .build();
    }
}
