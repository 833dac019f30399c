package dev.quorate.operator;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.syntax.elements.GivenClassesConjunction;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * The import table of the operator. Think before you edit this: layers die by small exceptions, and there is no
 * exception list. A new arrow needs a reason in the package-info of the package where it starts.
 */
class LayersTest {
    private static final String ROOT = "dev.quorate.operator";
    private static final String[] KUBERNETES_CLIENT = {"io.fabric8.kubernetes.client..", "io.javaoperatorsdk.."};
    private static final String[] STORE_CLIENT = {"io.grpc..", "io.netty..", "dev.quorate.proto.."};

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages(ROOT);

    @Test
    void everyPackageImportsOnlyWhatItsRowAllows() {
        Map<String, List<String>> mayImport = new LinkedHashMap<>();
        mayImport.put("plan", List.of());
        mayImport.put("resources", List.of());
        mayImport.put("store", List.of());
        mayImport.put("kube", List.of());
        mayImport.put("cluster", List.of("plan", "resources", "store", "kube"));
        mayImport.put("backup", List.of("resources", "store", "kube"));
        mayImport.forEach((name, others) -> {
            List<String> allowed = new ArrayList<>(List.of(ROOT + "." + name + ".."));
            others.forEach(other -> allowed.add(ROOT + "." + other + ".."));
            in(name).should()
                    .dependOnClassesThat(resideInAnyPackage(ROOT + "..")
                            .and(not(resideInAnyPackage(allowed.toArray(String[]::new)))))
                    .allowEmptyShould(true)
                    .check(CLASSES);
        });
    }

    @Test
    void thereAreNoCycles() {
        slices().matching(ROOT + ".(*)..")
                .should()
                .beFreeOfCycles()
                .allowEmptyShould(true)
                .check(CLASSES);
    }

    @Test
    void thePlanIsPure() {
        String[] outside = {
            "io.fabric8.kubernetes.client..",
            "io.javaoperatorsdk..",
            "io.grpc..",
            "org.slf4j..",
            "java.io..",
            "java.nio.file..",
            "java.net..",
            "java.util.concurrent.."
        };
        in("plan")
                .should()
                .callMethod(System.class, "nanoTime")
                .allowEmptyShould(true)
                .check(CLASSES);
        in("plan")
                .should()
                .callMethod(System.class, "currentTimeMillis")
                .allowEmptyShould(true)
                .check(CLASSES);
        in("plan")
                .should()
                .callMethod(Instant.class, "now")
                .allowEmptyShould(true)
                .check(CLASSES);
        in("plan")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(outside)
                .allowEmptyShould(true)
                .check(CLASSES);
    }

    @Test
    void onlyKubeAndItsUsersKnowTheKubernetesClient() {
        for (String name : List.of("plan", "resources", "store")) {
            in(name).should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(KUBERNETES_CLIENT)
                    .allowEmptyShould(true)
                    .check(CLASSES);
        }
    }

    @Test
    void onlyStoreSpeaksToStoreNodes() {
        for (String name : List.of("plan", "resources", "kube", "cluster", "backup")) {
            in(name).should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(STORE_CLIENT)
                    .allowEmptyShould(true)
                    .check(CLASSES);
        }
    }

    private static GivenClassesConjunction in(String name) {
        return noClasses().that().resideInAPackage(ROOT + "." + name + "..");
    }
}
