package dev.quorate.operator.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Condition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Scripts of the plan: a picture in words above the line, the step and the conditions that follow from it below.
 * {@code -Drewrite} writes the answers anew; the words are those of {@link ScriptView}.
 */
class ScriptTest {
    private static final Path SCRIPTS = Path.of("src/test/resources/plan");
    private static final String LINE = "----\n";

    @Test
    void everyPictureLeadsToItsStep() throws IOException {
        List<Path> scripts = scripts();
        assertThat(scripts).isNotEmpty();
        for (Path script : scripts) {
            String text = Files.readString(script);
            String answered = Arrays.stream(text.split("(?m)^=+\n"))
                    .map(ScriptTest::answer)
                    .collect(Collectors.joining("====\n"));
            if (System.getProperty("rewrite") != null) {
                Files.writeString(script, answered);
                text = answered;
            }
            assertThat(answered)
                    .as("%s; rewrite with -Dtest=ScriptTest -Drewrite", script)
                    .isEqualTo(text);
        }
    }

    private static String answer(String part) {
        String picture = part.contains(LINE) ? part.substring(0, part.indexOf(LINE)) : part;
        ClusterView view = ScriptView.read(picture);
        Step step = Plan.next(view);
        StringBuilder answer = new StringBuilder(picture).append(LINE);
        answer.append(step.getClass().getSimpleName())
                .append(": ")
                .append(step.sentence())
                .append('\n');
        Operation operation = Operation.of(view, step, true);
        for (Condition condition : Conditions.describe(view, step, operation, 1, List.of())) {
            answer.append("  ")
                    .append(condition.getType())
                    .append('=')
                    .append(condition.getStatus())
                    .append(' ')
                    .append(condition.getReason())
                    .append('\n');
        }
        return answer.toString();
    }

    private static List<Path> scripts() throws IOException {
        try (Stream<Path> files = Files.list(SCRIPTS)) {
            return files.filter(file -> file.toString().endsWith(".txt"))
                    .sorted()
                    .toList();
        }
    }
}
