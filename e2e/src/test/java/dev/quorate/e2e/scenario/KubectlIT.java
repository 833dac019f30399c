package dev.quorate.e2e.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.quorate.e2e.cluster.Installation;
import dev.quorate.e2e.cluster.Testbed;
import dev.quorate.e2e.scenario.Kubectl.Following;
import dev.quorate.e2e.scenario.Kubectl.Output;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What a user of kubectl sees, with the real kubectl: on LocalKube, or on the API server of
 * {@code QUORATE_E2E_KUBECONFIG}. All tests share one cluster, and each leaves it ready.
 */
@Timeout(300)
final class KubectlIT {
    private static final String SENTENCE = "replicas must be odd: 1, 3, 5 or 7. An even count tolerates no more";
    private static final String NAMESPACE = "kubectl";
    private static final String CLUSTER = """
            apiVersion: quorate.dev/v1alpha1
            kind: StoreCluster
            metadata: {name: k, labels: {colour: blue}}
            spec:
              replicas: 3
              storage: {size: 1Gi}
              resources: {limits: {cpu: "1", memory: 1Gi}}
            """;

    private static Testbed bed;
    private static Kubectl kubectl;

    @BeforeAll
    static void start() throws IOException {
        Optional<Path> program = Kubectl.onPath();
        assumeTrue(program.isPresent(), "there is no kubectl on the PATH");
        Installation installation = Installation.find();
        Path folder = installation.top().resolve("e2e/target/kubectl");
        String kubeconfig = System.getenv("QUORATE_E2E_KUBECONFIG");
        bed = kubeconfig == null
                ? Testbed.local(installation, folder)
                : Testbed.at(Path.of(kubeconfig), installation, folder);
        bed.startOperator();
        kubectl = new Kubectl(program.get(), bed.kubeconfig(), NAMESPACE);
        succeeds("create", "namespace", NAMESPACE);
        assertThat(kubectl.given(CLUSTER, "apply", "-f", "-").text()).contains("storecluster.quorate.dev/k created");
        succeeds("wait", "stc/k", "--for=condition=Ready", "--timeout=110s");
    }

    @AfterAll
    static void stop() {
        if (bed == null) return;
        try {
            succeeds("delete", "stc", "k", "--wait", "--timeout=60s");
            succeeds("delete", "namespace", NAMESPACE, "--wait", "--timeout=60s");
        } finally {
            bed.close();
        }
    }

    @Test
    void getPrintsOurColumns() {
        assertThat(succeeds("get", "stc").firstLine().split("\\s+"))
                .containsExactly("NAME", "READY", "MEMBERS", "LEADER", "VERSION", "OPERATION", "FAULTTOL", "AGE");
        assertThat(succeeds("get", "stc", "k", "--no-headers").text()).containsPattern("k +True +3/3 +k-\\d ");
        assertThat(succeeds("get", "stc", "-o", "wide").firstLine()).contains("CLUSTERID", "MESSAGE");
        assertThat(succeeds("get", "stc", "k", "-o", "jsonpath={.status.selector}")
                        .text())
                .isEqualTo("quorate.dev/cluster=k");
    }

    @Test
    void describeEndsWithOurEvents() {
        assertThat(succeeds("describe", "stc", "k").text())
                .contains("Reason:                AsSpecified", "Events:")
                .containsPattern("Normal +ClusterBootstrapped .* k-\\d is the first member")
                .containsPattern("Normal +MemberPromoted .*vote now");
        assertThat(succeeds("get", "events").text())
                .containsPattern("MemberPromoted +storecluster/k")
                .doesNotContain("<unknown>");
        assertThat(succeeds("events", "--for", "storecluster/k").text()).contains("MemberPromoted");
    }

    @Test
    void fourIsRefusedInOurWordsAndFiveIsNot() {
        assertThat(refused("scale", "stc", "k", "--replicas=4")).contains(SENTENCE);
        assertThat(refused("patch", "stc", "k", "--type=merge", "-p", "{\"spec\":{\"replicas\":4}}"))
                .contains(SENTENCE);
        assertThat(kubectl.given(CLUSTER.replace("replicas: 3", "replicas: 4"), "apply", "-f", "-")
                        .text())
                .contains(SENTENCE);
        scale(5);
        assertThat(succeeds("get", "pods", "-l", "quorate.dev/cluster=k", "-o", "name")
                        .text())
                .contains("pod/k-4");
        scale(3);
    }

    @Test
    void aDeletedPodIsReplaced() {
        String uid = uid("k-1");
        succeeds("delete", "pod", "k-1");
        succeeds("wait", "pod/k-1", "--for=create", "--timeout=60s");
        succeeds("wait", "pod/k-1", "--for=condition=Ready", "--timeout=60s");
        assertThat(uid("k-1")).isNotEqualTo(uid);
        succeeds("wait", "stc/k", "--for=condition=Ready", "--timeout=60s");
    }

    private static String uid(String pod) {
        return succeeds("get", "pod", pod, "-o", "jsonpath={.metadata.uid}").text();
    }

    @Test
    void customResourcesTakeMergeAndJsonPatchesAndNoStrategicOnes() {
        succeeds("patch", "stc", "k", "--type=merge", "-p", "{\"metadata\":{\"labels\":{\"a\":\"1\"}}}");
        succeeds("patch", "stc", "k", "--type=json", "-p", "[{\"op\":\"remove\",\"path\":\"/metadata/labels/a\"}]");
        assertThat(refused("patch", "stc", "k", "-p", "{\"metadata\":{\"labels\":{\"a\":\"1\"}}}"))
                .contains("application/strategic-merge-patch+json is not supported by quorate.dev/v1alpha1");
        assertThat(refused("patch", "stc", "k", "--type=merge", "-p", "{\"spec\":{\"storage\":{\"size\":\"1Mi\"}}}"))
                .contains("storage.size can only grow");
    }

    @Test
    void anUnknownFieldIsRefusedByApply() {
        assertThat(kubectl.given(CLUSTER + "  nonsense: 1\n", "apply", "-f", "-")
                        .text())
                .contains("unknown field \"spec.nonsense\"");
    }

    @Test
    void logsArePrintedAndFollowed() throws IOException {
        assertThat(succeeds("logs", "k-0").text()).contains("ready to serve client requests");
        assertThat(succeeds("logs", "k-0", "--tail=1").text().lines()).hasSize(1);
        try (Following log = kubectl.follow("logs", "-f", "k-0")) {
            log.lineWith("ready to serve client requests");
        }
    }

    @Test
    void aWatchPrintsEveryChange() throws IOException {
        try (Following watch = kubectl.follow("get", "stc", "k", "--watch", "--label-columns=seen")) {
            watch.lineWith("3/3");
            succeeds("label", "stc", "k", "seen=now");
            watch.lineWith("now");
        }
        succeeds("label", "stc", "k", "seen-");
    }

    @Test
    void selectorsChoose() {
        assertThat(succeeds("get", "stc", "-l", "colour in (blue, red)", "-o", "name")
                        .text())
                .contains("/k");
        assertThat(succeeds("get", "stc", "-l", "colour!=blue", "-o", "name").text())
                .doesNotContain("/k");
        assertThat(succeeds("get", "pods", "--field-selector", "metadata.name=k-0", "-o", "name")
                        .text())
                .isEqualToIgnoringNewLines("pod/k-0");
        assertThat(refused("get", "pods", "--field-selector", "spec.colour=blue"))
                .contains("spec.colour");
    }

    @Test
    void kindsAndFieldsAreDocumented() {
        assertThat(succeeds("api-resources").text())
                .containsPattern("storeclusters +stc +quorate.dev/v1alpha1 +true +StoreCluster");
        assertThat(succeeds("explain", "stc.spec.replicas").text()).contains("FIELD: replicas <integer>");
        assertThat(refused("explain", "stc.spec.nonsense")).contains("does not exist");
    }

    @Test
    void builtInKindsAreCreatedByName() {
        succeeds("create", "configmap", "c", "--from-literal=colour=blue");
        assertThat(refused("create", "configmap", "c")).contains("configmaps \"c\" already exists");
        succeeds("create", "secret", "generic", "s", "--from-literal=p=q");
        succeeds("create", "serviceaccount", "a");
        succeeds("create", "service", "clusterip", "v", "--tcp=80:http");
        succeeds("create", "pdb", "b", "--selector=x=y", "--max-unavailable=10%");
        assertThat(succeeds("get", "secret", "s", "-o", "jsonpath={.data.p} {.type}")
                        .text())
                .isEqualTo("cQ== Opaque");
        assertThat(succeeds("get", "service", "v", "-o", "jsonpath={.spec.ports[0]['port','targetPort']}")
                        .text())
                .isEqualTo("80 http");
        assertThat(succeeds("get", "pdb", "b", "-o", "jsonpath={.spec.maxUnavailable} {.spec.selector}")
                        .text())
                .isEqualTo("10% {\"matchLabels\":{\"x\":\"y\"}}");
        succeeds("edit", "configmap", "c");
        assertThat(succeeds("get", "configmap", "c", "-o", "jsonpath={.data}").text())
                .isEqualTo("{\"colour\":\"green\"}");
        succeeds("delete", "configmap/c", "secret/s", "--wait", "--timeout=20s");
        assertThat(refused("get", "configmap", "c")).contains("(NotFound)");
    }

    @Test
    void theStatefulSetIsRolledByTheOperatorAlone() {
        assertThat(refused("rollout", "status", "statefulset/k")).contains("RollingUpdate strategy type");
        assertThat(succeeds("rollout", "history", "statefulset/k").text()).contains("REVISION");
    }

    @Test
    void whoeverAsksMayDoEverything() {
        assumeTrue(System.getenv("QUORATE_E2E_KUBECONFIG") == null, "that server has rules of its own");
        assertThat(succeeds("auth", "can-i", "create", "storeclusters").text()).contains("yes");
        assertThat(succeeds("auth", "can-i", "--list").text()).contains("*.*");
        assertThat(succeeds("auth", "whoami").text()).contains("system:masters");
    }

    private static void scale(int replicas) {
        succeeds("scale", "stc", "k", "--replicas=" + replicas);
        succeeds("wait", "stc/k", "--for=jsonpath={.status.readyReplicas}=" + replicas, "--timeout=110s");
        succeeds("wait", "stc/k", "--for=condition=Ready", "--timeout=110s");
    }

    private static Output succeeds(String... command) {
        Output output = kubectl.run(command);
        assertThat(output.code())
                .as("kubectl %s: %s", String.join(" ", command), output.text())
                .isZero();
        return output;
    }

    private static String refused(String... command) {
        Output output = kubectl.run(command);
        assertThat(output.code())
                .as("kubectl %s: %s", String.join(" ", command), output.text())
                .isPositive();
        return output.text();
    }
}
