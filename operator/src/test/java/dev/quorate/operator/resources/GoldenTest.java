package dev.quorate.operator.resources;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quorate.crds.v1alpha1.StoreCluster;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The objects of a cluster as YAML. A change here restarts members or moves traffic: look twice before
 * {@code -Dtest=GoldenTest -Drewrite}.
 */
class GoldenTest {
    private static final Path GOLDEN = Path.of("src/test/resources/resources");
    private final KubernetesSerialization serialization = new KubernetesSerialization();

    @Test
    void aPlainCluster() throws IOException {
        compare("plain.yaml", cluster("spec: {replicas: 3}\n"));
    }

    @Test
    void aClusterOnDedicatedNodes() throws IOException {
        compare("dedicated.yaml", cluster("""
                spec:
                  replicas: 5
                  version: 1.2.3
                  image: {repository: registry/store-node}
                  storage: {size: 20Gi, ephemeral: true}
                  resources: {limits: {cpu: "2", memory: 4Gi}}
                  placement:
                    dedicated: {enabled: true}
                    spread: {hosts: Preferred, zones: Required}
                    priorityClassName: high
                """));
    }

    @Test
    void nothingTheOperatorKnowsOfItselfIsInThePodTemplate() {
        StoreCluster cluster = cluster("spec: {replicas: 3}\n");
        String three = serialization.asYaml(
                MemberSet.of(cluster, 3, Optional.empty()).getSpec().getTemplate());
        String five = serialization.asYaml(
                MemberSet.of(cluster, 5, Optional.empty()).getSpec().getTemplate());
        assertThat(five).as("scaling must restart nobody").isEqualTo(three);
    }

    private StoreCluster cluster(String spec) {
        return serialization.unmarshal(
                "apiVersion: quorate.dev/v1alpha1\nkind: StoreCluster\n"
                        + "metadata: {name: prod, namespace: data, uid: 0000-1}\n" + spec,
                StoreCluster.class);
    }

    private void compare(String file, StoreCluster cluster) throws IOException {
        String all = Stream.of(
                        Services.client(cluster),
                        Services.peers(cluster),
                        DisruptionBudgets.of(cluster, 2),
                        MemberSet.of(cluster, cluster.getSpec().replicas(), Optional.empty()))
                .map(serialization::asYaml)
                .collect(Collectors.joining());
        if (System.getProperty("rewrite") != null) {
            Files.createDirectories(GOLDEN);
            Files.writeString(GOLDEN.resolve(file), all);
        }
        assertThat(all).isEqualTo(Files.readString(GOLDEN.resolve(file)));
    }
}
