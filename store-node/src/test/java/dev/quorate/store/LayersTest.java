package dev.quorate.store;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.syntax.elements.GivenClassesConjunction;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;

/**
 * The import table of the store node. Think before you edit this: layers die by small exceptions, and there is no
 * exception list. A new arrow needs a reason in the package-info of the package where it starts.
 */
class LayersTest {
    private static final String ROOT = "dev.quorate.store";

    /** package → the packages of ours it may import (besides itself and the root). */
    private static final Map<String, List<String>> MAY_IMPORT = table();

    private static final List<String> DECIDING = List.of("raft", "mvcc", "lease", "auth", "state");

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages(ROOT);

    private static Map<String, List<String>> table() {
        Map<String, List<String>> table = new LinkedHashMap<>();
        table.put("raft", List.of());
        table.put("mvcc", List.of());
        table.put("lease", List.of());
        table.put("auth", List.of());
        table.put("watch", List.of("mvcc"));
        table.put("state", List.of("mvcc", "lease", "auth"));
        table.put("codec", List.of("raft", "state", "mvcc", "lease", "auth"));
        table.put("node", List.of("raft", "watch", "state", "codec", "mvcc", "lease", "auth"));
        table.put("disk", List.of());
        table.put("wal", List.of("node", "raft", "disk"));
        table.put("vlog", List.of("node", "mvcc", "disk"));
        table.put("snapshot", List.of("node", "mvcc", "raft"));
        table.put("datadir", List.of("node", "raft", "state", "mvcc", "codec", "wal", "vlog", "snapshot"));
        table.put("tls", List.of("node"));
        table.put("peer", List.of("node", "raft", "codec", "tls"));
        table.put("api", List.of("node", "state", "mvcc", "watch", "auth", "lease", "ops", "tls"));
        table.put("ops", List.of("node", "state", "mvcc", "watch"));
        return table;
    }

    @Test
    void everyPackageImportsOnlyWhatItsRowAllows() {
        for (Map.Entry<String, List<String>> row : MAY_IMPORT.entrySet()) {
            List<String> allowed = new ArrayList<>(List.of(ROOT, ROOT + "." + row.getKey() + ".."));
            row.getValue().forEach(name -> allowed.add(ROOT + "." + name + ".."));
            noClasses()
                    .that()
                    .resideInAPackage(ROOT + "." + row.getKey() + "..")
                    .should()
                    .dependOnClassesThat(resideInAnyPackage(ROOT + "..")
                            .and(not(resideInAnyPackage(allowed.toArray(String[]::new)))))
                    .allowEmptyShould(true)
                    .check(CLASSES);
        }
    }

    @Test
    void nobodyImportsTheWiring() {
        noClasses()
                .that()
                .resideOutsideOfPackage(ROOT + ".cli..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage(ROOT + ".cli..")
                .allowEmptyShould(true)
                .check(CLASSES);
    }

    @Test
    void everyPackageHasARow() {
        classes()
                .that()
                .resideOutsideOfPackages(ROOT, ROOT + ".cli..")
                .should()
                .resideInAnyPackage(MAY_IMPORT.keySet().stream()
                        .map(name -> ROOT + "." + name + "..")
                        .toArray(String[]::new))
                .allowEmptyShould(true)
                .check(CLASSES);
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
    void raftKnowsOnlyTheLanguage() {
        deciding("raft")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        ROOT,
                        ROOT + ".raft",
                        "java.lang",
                        "java.lang.runtime",
                        "java.lang.invoke",
                        "java.util",
                        "java.util.function",
                        "java.util.random",
                        "java.util.stream",
                        "org.jspecify.annotations")
                .allowEmptyShould(true)
                .check(CLASSES);
    }

    @Test
    void decidersHaveNoClockNoDiceNoThreadsNoFilesAndNoLog() {
        for (String name : DECIDING) {
            none(name)
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(
                            "java.time..",
                            "java.io..",
                            "java.nio.file..",
                            "java.net..",
                            "org.slf4j..",
                            "io.grpc..",
                            "io.netty..",
                            "com.google.protobuf..",
                            "dev.quorate.proto..")
                    .allowEmptyShould(true)
                    .check(CLASSES);
            none(name)
                    .should()
                    .callMethod(System.class, "nanoTime")
                    .allowEmptyShould(true)
                    .check(CLASSES);
            none(name)
                    .should()
                    .callMethod(System.class, "currentTimeMillis")
                    .allowEmptyShould(true)
                    .check(CLASSES);
            none(name)
                    .should()
                    .callMethod(Math.class, "random")
                    .allowEmptyShould(true)
                    .check(CLASSES);
            none(name)
                    .should()
                    .dependOnClassesThat()
                    .belongToAnyOf(Random.class, ThreadLocalRandom.class)
                    .allowEmptyShould(true)
                    .check(CLASSES);
        }
    }

    /** The JDK salts the iteration order of these per process: one seed would give two histories. */
    @Test
    void decidersUseNoUnorderedCollections() {
        for (String name : DECIDING) {
            none(name)
                    .should()
                    .dependOnClassesThat()
                    .belongToAnyOf(HashMap.class, HashSet.class, IdentityHashMap.class)
                    .allowEmptyShould(true)
                    .check(CLASSES);
            none(name)
                    .should()
                    .callMethod(Set.class, "of")
                    .allowEmptyShould(true)
                    .check(CLASSES);
            none(name)
                    .should()
                    .callMethod(Map.class, "of")
                    .allowEmptyShould(true)
                    .check(CLASSES);
        }
    }

    @Test
    void onlyTheOutsideSpeaksGrpc() {
        ArchRule rule = noClasses()
                .that()
                .resideOutsideOfPackages(
                        ROOT + ".api..", ROOT + ".peer..", ROOT + ".cli..", ROOT + ".ops..", ROOT + ".tls..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.grpc..", "io.netty..")
                .allowEmptyShould(true);
        rule.check(CLASSES);
    }

    /** Who judges the store must not believe it. */
    @Test
    void theCheckerOfHistoriesSharesNoCodeWithTheStore() {
        classes()
                .that()
                .resideInAPackage(ROOT + ".linear..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(ROOT + ".linear..", "java..", "org.jspecify..", "org.junit..", "org.assertj..")
                .check(new ClassFileImporter().importPackages(ROOT + ".linear"));
    }

    private static GivenClassesConjunction deciding(String name) {
        return classes().that().resideInAPackage(ROOT + "." + name + "..");
    }

    private static GivenClassesConjunction none(String name) {
        return noClasses().that().resideInAPackage(ROOT + "." + name + "..");
    }
}
