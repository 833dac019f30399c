package dev.quorate.e2e;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * The import table of e2e. Think before you edit this: layers die by small exceptions, and there is no exception list.
 * A new arrow needs a reason in the package-info of the package where it starts.
 */
class LayersTest {
    private static final String ROOT = "dev.quorate.e2e";

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages(ROOT);

    @Test
    void everyPackageImportsOnlyWhatItsRowAllows() {
        Map<String, List<String>> mayImport = new LinkedHashMap<>();
        mayImport.put("kube", List.of());
        mayImport.put("objects", List.of());
        mayImport.put("controllers", List.of("objects"));
        mayImport.put("kubelet", List.of("objects"));
        mayImport.put("cluster", List.of("kube", "objects", "controllers", "kubelet"));
        mayImport.put("quickstart", List.of("cluster", "objects"));
        mayImport.put("inside", List.of());
        mayImport.put("process", List.of("inside"));
        mayImport.put("history", List.of());
        mayImport.put("check", List.of("history"));
        mayImport.put("faults", List.of("process", "inside"));
        mayImport.put("traffic", List.of("history", "process"));
        mayImport.put("bench", List.of("process"));
        mayImport.put("volume", List.of("process"));
        mayImport.put("heartbeat", List.of("process", "inside"));
        mayImport.forEach((name, others) -> {
            List<String> allowed = new ArrayList<>(List.of(ROOT + "." + name + ".."));
            others.forEach(other -> allowed.add(ROOT + "." + other + ".."));
            noClasses()
                    .that()
                    .resideInAPackage(ROOT + "." + name + "..")
                    .should()
                    .dependOnClassesThat(resideInAnyPackage(ROOT + "..")
                            .and(not(resideInAnyPackage(allowed.toArray(String[]::new)))))
                    .check(CLASSES);
        });
    }

    @Test
    void thereAreNoCycles() {
        slices().matching(ROOT + ".(*)..").should().beFreeOfCycles().check(CLASSES);
    }

    /** A checker that shares code with the checked proves nothing, and a kubelet that knows it is no kubelet. */
    @Test
    void nobodyHereUsesTheInsideOfTheProducts() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("dev.quorate.store..", "dev.quorate.operator..")
                .check(CLASSES);
    }

    @Test
    void controllersAndKubeletReachTheApiServerOverHttpOnly() {
        noClasses()
                .that()
                .resideInAnyPackage(ROOT + ".objects..", ROOT + ".controllers..", ROOT + ".kubelet..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("dev.quorate.proto..", "dev.quorate.crds..", "io.grpc..")
                .check(CLASSES);
    }
}
