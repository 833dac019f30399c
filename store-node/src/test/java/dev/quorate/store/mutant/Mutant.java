package dev.quorate.store.mutant;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/**
 * One deliberate mistake.
 *
 * @param file below the store's package
 * @param text occurs exactly once in the file
 * @param firstSeed the seed that once found it; 0 = none is known
 */
public record Mutant(String name, String file, String text, String replacement, long firstSeed) {
    private static final Path SOURCES = Path.of("src/main/java/dev/quorate/store");

    /** An empty line, then name, file, text, replacement (in both, \n is a new line) and seed; # begins a comment. */
    private static final int LINES = 6;

    public static List<Mutant> read(Path table) throws IOException {
        List<String> lines = Files.readString(table)
                .lines()
                .filter(line -> !line.startsWith("#"))
                .toList();
        List<Mutant> mutants = new ArrayList<>();
        for (int i = 1; i < lines.size(); i += LINES) {
            mutants.add(new Mutant(
                    lines.get(i),
                    lines.get(i + 1),
                    lines.get(i + 2).replace("\\n", "\n"),
                    lines.get(i + 3).replace("\\n", "\n"),
                    Long.parseLong(lines.get(i + 4))));
        }
        // All of them at once: a table that has fallen behind the source must not wait for who tries every mistake.
        for (Mutant mutant : mutants) mutant.mutated();
        return mutants;
    }

    /** The whole store once more, with the mistake in it. */
    public ClassLoader load() throws IOException {
        return new MutantLoader(compiled());
    }

    private String mutated() throws IOException {
        String source = Files.readString(SOURCES.resolve(file));
        int first = source.indexOf(text);
        if (first < 0 || source.lastIndexOf(text) != first)
            throw new AssertionError(name + ": the text must stand once in " + file);
        return source.replace(text, replacement);
    }

    private Map<String, byte[]> compiled() throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        InMemory files = new InMemory(compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8));
        JavaFileObject mutated = new Source(file, mutated());
        List<String> options = List.of("-proc:none", "-nowarn", "-cp", System.getProperty("java.class.path"));
        boolean compiles = compiler.getTask(null, files, null, options, null, List.of(mutated))
                .call();
        if (!compiles) throw new AssertionError(name + ": it must compile");
        return files.classes();
    }

    private static final class Source extends SimpleJavaFileObject {
        private final String text;

        Source(String file, String text) {
            super(URI.create("memory:///" + file), Kind.SOURCE);
            this.text = text;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
        }
    }

    /** Keeps the compiled classes. */
    private static final class InMemory extends ForwardingJavaFileManager<JavaFileManager> {
        private final Map<String, ByteArrayOutputStream> written = new TreeMap<>();

        InMemory(JavaFileManager files) {
            super(files);
        }

        @Override
        public JavaFileObject getJavaFileForOutput(
                Location location, String name, JavaFileObject.Kind kind, FileObject sibling) {
            return new SimpleJavaFileObject(URI.create("memory:///" + name), kind) {
                @Override
                public OutputStream openOutputStream() {
                    return written.computeIfAbsent(name, _ -> new ByteArrayOutputStream());
                }
            };
        }

        Map<String, byte[]> classes() {
            Map<String, byte[]> classes = new TreeMap<>();
            written.forEach((name, bytes) -> classes.put(name, bytes.toByteArray()));
            return classes;
        }
    }
}
