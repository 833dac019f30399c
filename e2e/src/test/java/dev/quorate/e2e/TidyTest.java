package dev.quorate.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The style of the house as a test over the sources of all modules: what no test checks does not exist. */
class TidyTest {
    private static final Path TOP = Path.of("..").toAbsolutePath().normalize();
    private static final List<String> MODULES = List.of("crds", "store-node", "operator", "e2e");
    private static final int FILE_LINES = 500;
    private static final int METHOD_LINES = 70;
    private static final int TYPES_PER_PACKAGE = 25;

    private static final Pattern BANNED_NAME = Pattern.compile(
            "\\b(?:class|interface|record|enum)\\s+(\\w*(?:Impl|Manager"
                    + "|Helper|Utils?|Base|Abstract\\w*|Common|Data|Info|Processor|Handler|Wrapper|Context|Factory))\\b");
    private static final Pattern WILDCARD_IMPORT = Pattern.compile("(?m)^import (?:static )?[\\w.]+\\.\\*;");
    /** Messages of the wire may have the names of our own types; then one of the two must be written out. */
    private static final Pattern FULL_NAME = Pattern.compile(
            "(?<![\\w.\"])(?!dev\\.quorate\\.proto\\.)(?:java|javax|io|com|org|dev)\\.[a-z][\\w]*\\.(?:[a-z]\\w*\\.)*[A-Z]\\w*");

    private static final Pattern METHOD_START =
            Pattern.compile("(?m)^ {4}(?! )(?:@\\w+.* )?[\\w<@][^;={}]*\\([^;{}]*\\)[^;{}]*\\{ *$");
    private static final Pattern OPEN_WORK = Pattern.compile("\\b(?:TODO|FIXME|XXX)\\b");

    @Test
    void filesAreShort() {
        expectNone(
                "has more than " + FILE_LINES + " lines",
                sources().filter(source -> source.lines().size() > FILE_LINES).toList());
    }

    @Test
    void methodsAreShort() {
        List<String> tooLong = new ArrayList<>();
        sources().forEach(source -> {
            Matcher start = METHOD_START.matcher(source.text());
            while (start.find()) {
                int end = source.text().indexOf("\n    }", start.end());
                long lines = source.text()
                        .substring(start.start(), Math.max(end, start.end()))
                        .lines()
                        .count();
                if (lines > METHOD_LINES) {
                    tooLong.add(source.name() + ": " + lines + " lines: "
                            + start.group().strip());
                }
            }
        });
        assertThat(tooLong)
                .as("methods of more than " + METHOD_LINES + " lines")
                .isEmpty();
    }

    @Test
    void typeNamesSayWhatTheThingIs() {
        assertThat(found(BANNED_NAME)).as("banned type names").isEmpty();
    }

    @Test
    void importsAreVisible() {
        assertThat(found(WILDCARD_IMPORT)).as("wildcard imports").isEmpty();
        assertThat(found(FULL_NAME))
                .as("fully qualified names in code hide imports")
                .isEmpty();
    }

    @Test
    void nothingIsLeftForLater() {
        assertThat(found(OPEN_WORK)).as("open work in the sources").isEmpty();
    }

    @Test
    void testsDoNotSleep() {
        assertThat(sources()
                        .filter(source -> source.name().contains("/src/test/"))
                        .filter(source -> source.text().contains("Thread." + "sleep("))
                        .map(Source::name))
                .as("a test that sleeps is slow and still flaky: wait for a condition")
                .isEmpty();
    }

    @Test
    void everyPackageSaysWhatItIs() {
        List<String> silent = new ArrayList<>();
        List<String> crowded = new ArrayList<>();
        for (String module : MODULES) {
            for (Path folder : folders(TOP.resolve(module).resolve("src/main/java"))) {
                List<Path> files = list(folder);
                if (files.isEmpty()) continue;
                if (!files.contains(folder.resolve("package-info.java")))
                    silent.add(TOP.relativize(folder).toString());
                if (files.size() > TYPES_PER_PACKAGE + 1) crowded.add(TOP.relativize(folder) + ": " + files.size());
            }
        }
        assertThat(silent).as("packages without package-info.java").isEmpty();
        assertThat(crowded)
                .as("packages of more than " + TYPES_PER_PACKAGE + " types")
                .isEmpty();
    }

    private record Source(String name, String text) {
        List<String> lines() {
            return text.lines().toList();
        }

        /** The text without comments, string contents, package and import lines. */
        String code() {
            return text.replaceAll("(?s)/\\*.*?\\*/", "")
                    .replaceAll("(?m)^(?:package|import) .*$", "")
                    .replaceAll("(?s)\"\"\".*?\"\"\"", "\"\"")
                    .replaceAll("\"(?:\\\\.|[^\"\\\\\n])*\"", "\"\"")
                    .replaceAll("//.*", "");
        }
    }

    private static List<String> found(Pattern pattern) {
        List<String> hits = new ArrayList<>();
        sources().forEach(source -> {
            String text = pattern == WILDCARD_IMPORT || pattern == OPEN_WORK ? source.text() : source.code();
            if (source.name().endsWith("TidyTest.java") && pattern == OPEN_WORK) return;
            Matcher matcher = pattern.matcher(text);
            while (matcher.find()) hits.add(source.name() + ": " + matcher.group());
        });
        return hits;
    }

    private static void expectNone(String complaint, List<Source> sources) {
        assertThat(sources.stream().map(source -> source.name() + " " + complaint))
                .isEmpty();
    }

    private static Stream<Source> sources() {
        return MODULES.stream()
                .map(module -> TOP.resolve(module).resolve("src"))
                .flatMap(TidyTest::javaFiles)
                .map(path -> new Source(TOP.relativize(path).toString(), read(path)));
    }

    private static Stream<Path> javaFiles(Path root) {
        try (Stream<Path> walk = Files.walk(root)) {
            return walk.filter(path -> path.toString().endsWith(".java")).sorted().toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Path> folders(Path root) {
        try (Stream<Path> walk = Files.walk(root)) {
            return walk.filter(Files::isDirectory).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Path> list(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(path -> path.toString().endsWith(".java")).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String read(Path path) {
        try {
            return Files.readString(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
