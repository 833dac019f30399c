package dev.quorate.operator.chart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.marcnuri.helm.Helm;
import com.marcnuri.helm.LintResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The chart is sound, renders with every switch, and asks for no more rights than it needs. */
class ChartTest {
    private final Helm chart = new Helm(Path.of("../helm"));

    @TempDir
    private Path folder = Path.of(".");

    @Test
    void helmFindsNothingToComplainAbout() {
        LintResult result = chart.lint().strict().call();
        assertThat(result.isFailed()).as("%s", result.getMessages()).isFalse();
    }

    @Test
    void theDefaultWatchesAllNamespaces() throws IOException {
        assertThat(render("{}"))
                .contains("kind: CustomResourceDefinition", "helm.sh/resource-policy: keep")
                .contains("kind: ClusterRole\n", "image: quorate/operator:0.1.0", "--watch-namespaces=\n");
    }

    @Test
    void namedNamespacesGetRolesOfTheirOwn() throws IOException {
        String some = render("{watchNamespaces: [data, more], rbac: {nodes: false}, crds: {install: false}}");
        assertThat(some)
                .contains("namespace: data", "namespace: more", "--watch-namespaces=data,more")
                .doesNotContain("ClusterRole", "CustomResourceDefinition");
    }

    @Test
    void noRuleHasAWildcard() throws IOException {
        String all = render("{crds: {install: false}}");
        assertThat(all).contains("kind: Role");
        assertThat(all).doesNotContain("'*'", "\"*\"", "[*]", "secrets", "pods/exec", "pods/log");
    }

    @Test
    void valuesThatMakeNoSenseAreRefused() {
        assertThatThrownBy(() -> render("{replicas: nine}")).hasMessageContaining("replicas");
    }

    private String render(String values) throws IOException {
        Path file = Files.writeString(folder.resolve("values.yaml"), values);
        return chart.template()
                .withName("q")
                .withNamespace("quorate-system")
                .withKubeVersion("1.31.0")
                .withValuesFile(file)
                .call();
    }
}
