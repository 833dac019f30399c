package dev.quorate.store.script;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A text file of steps. A step is some command lines, a line {@code ----} and the output that they must give, up to an
 * empty line. Lines that start with # are for the reader. {@code -Drewrite} writes the real output into the file.
 */
public final class Script {
    private static final String SEPARATOR = "----";

    /** Carries out one command line and appends what it prints. */
    public interface Interpreter {
        void run(List<String> words, StringBuilder output);
    }

    private Script() {}

    public static List<Path> files(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".txt"))
                    .sorted()
                    .toList();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    public static void check(Path file, Interpreter interpreter) throws IOException {
        String expected = Files.readString(file);
        String actual = play(expected.lines().toList(), interpreter);
        if (System.getProperty("rewrite") != null) {
            Files.writeString(file, actual);
        } else {
            assertThat(actual).as("%s (-Drewrite accepts the new output)", file).isEqualTo(expected);
        }
    }

    private static String play(List<String> lines, Interpreter interpreter) {
        StringBuilder played = new StringBuilder();
        List<String> commands = new ArrayList<>();
        boolean inOutput = false;
        for (String line : lines) {
            if (inOutput) {
                inOutput = !line.isBlank();
                if (!inOutput) played.append('\n');
                continue;
            }
            played.append(line).append('\n');
            if (line.equals(SEPARATOR)) {
                played.append(output(commands, interpreter));
                commands.clear();
                inOutput = true;
            } else if (!line.isBlank() && !line.startsWith("#")) {
                commands.add(line);
            }
        }
        return played.toString();
    }

    private static String output(List<String> commands, Interpreter interpreter) {
        StringBuilder output = new StringBuilder();
        for (String command : commands) {
            interpreter.run(List.of(command.trim().split("\\s+")), output);
        }
        return output.isEmpty() ? "nothing\n" : output.toString();
    }
}
