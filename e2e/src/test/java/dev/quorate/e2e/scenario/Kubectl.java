package dev.quorate.e2e.scenario;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The kubectl of this machine, as a user types it. */
record Kubectl(Path program, Path kubeconfig, String namespace) {
    private static final long PATIENCE_SECONDS = 120;

    /** What a command printed on both of its streams, and how it ended. */
    record Output(int code, String text) {
        String firstLine() {
            return text.lines().findFirst().orElse("");
        }
    }

    static Optional<Path> onPath() {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1))
                .map(folder -> Path.of(folder, "kubectl"))
                .filter(Files::isExecutable)
                .findFirst();
    }

    Output run(String... arguments) {
        return given("", arguments);
    }

    /** With a text on its standard input. */
    Output given(String input, String... arguments) {
        try {
            Path typed = Files.createTempFile("kubectl", ".in");
            Path printed = Files.createTempFile("kubectl", ".out");
            Files.writeString(typed, input);
            Process process = command(arguments)
                    .redirectInput(typed.toFile())
                    .redirectOutput(printed.toFile())
                    .start();
            boolean ended = process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
            if (!ended) process.destroyForcibly().waitFor();
            String text = Files.readString(printed);
            Files.delete(typed);
            Files.delete(printed);
            return new Output(process.exitValue(), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while kubectl runs", e);
        }
    }

    /** A command that goes on until it is closed, line by line. */
    Following follow(String... arguments) throws IOException {
        Process process = command(arguments).start();
        return new Following(process, process.inputReader(StandardCharsets.UTF_8));
    }

    record Following(Process process, BufferedReader lines) implements AutoCloseable {
        /** The next line that contains a text; the test's time limit ends a wait for nothing. */
        String lineWith(String text) throws IOException {
            List<String> before = new ArrayList<>();
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.contains(text)) return line;
                before.add(line);
            }
            throw new IllegalStateException("no line with " + text + " in " + before);
        }

        @Override
        public void close() {
            process.destroyForcibly();
        }
    }

    private ProcessBuilder command(String... arguments) {
        List<String> command =
                new ArrayList<>(List.of(program.toString(), "--kubeconfig=" + kubeconfig, "--namespace=" + namespace));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("KUBE_EDITOR", "sed -i s/blue/green/");
        return builder;
    }
}
