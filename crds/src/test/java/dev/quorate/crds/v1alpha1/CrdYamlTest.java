package dev.quorate.crds.v1alpha1;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.crdv2.generator.CRDGenerator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The committed YAML is what the records say. After a change of the records: {@code -Dtest=CrdYamlTest -Drewrite}. */
class CrdYamlTest {
    private static final Path COMMITTED = Path.of("../helm/files/crds/storeclusters.quorate.dev.yaml");

    @Test
    void theChartShipsWhatTheRecordsSay(@TempDir Path folder) throws IOException {
        String generated = generate(folder);
        if (System.getProperty("rewrite") != null) {
            Files.createDirectories(COMMITTED.getParent());
            Files.writeString(COMMITTED, generated);
        }
        assertThat(generated)
                .as("%s differs from the records; rewrite it with -Dtest=CrdYamlTest -Drewrite", COMMITTED)
                .isEqualTo(Files.readString(COMMITTED));
    }

    @Test
    void noTemplateSyntaxHidesInTheYaml(@TempDir Path folder) throws IOException {
        assertThat(generate(folder)).doesNotContain("{{");
    }

    private static String generate(Path folder) throws IOException {
        new CRDGenerator()
                .customResourceClasses(StoreCluster.class)
                .forCRDVersions("v1")
                .withMinQuotes(true)
                .withPostProcessor(new CrdFinish())
                .inOutputDir(folder.toFile())
                .generate();
        String body = Files.readString(folder.resolve("storeclusters.quorate.dev-v1.yml"));
        return "# Generated from the records in crds by CrdYamlTest; do not edit.\n"
                + body.substring(body.indexOf("apiVersion:"));
    }
}
