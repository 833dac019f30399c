package dev.quorate.store.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
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
import org.junit.jupiter.api.Test;

/**
 * Shows that the simulation bites: every mistake of raft/mutants.txt is compiled into a core of its own and has to be
 * found. The seed that once found it is tried first; {@code -Dseeds=N} says how many others then.
 */
class MutantTest {
    private static final Path SOURCES = Path.of("src/main/java/dev/quorate/store/raft");
    private static final String PACKAGE = "dev.quorate.store.";
    private static final int SEEDS = 400;
    private static final String SURVIVED = "SURVIVED";

    private record Mutant(String name, String file, String text, String replacement, long firstSeed) {}

    @Test
    void everyMistakeIsFound() throws Exception {
        List<String> survivors = new ArrayList<>();
        for (Mutant mutant : mutants()) {
            String finder = finder(new MutantLoader(compile(mutant)), mutant.firstSeed);
            System.out.printf("%-75s %s%n", mutant.name, finder);
            if (finder.equals(SURVIVED)) survivors.add(mutant.name);
        }
        assertThat(survivors).isEmpty();
    }

    private static String finder(ClassLoader loader, long firstSeed) throws ReflectiveOperationException {
        if (firstSeed == 0) return failsAScript(loader) ? "script" : SURVIVED;
        if (failsSeed(loader, firstSeed)) return "seed " + firstSeed;
        for (long seed = 1; seed <= Integer.getInteger("seeds", SEEDS); seed++) {
            if (failsSeed(loader, seed)) return "seed " + seed;
        }
        return SURVIVED;
    }

    private static boolean failsSeed(ClassLoader loader, long seed) throws ReflectiveOperationException {
        Constructor<?> create = loader.loadClass(RaftSimulation.class.getName()).getDeclaredConstructors()[0];
        create.setAccessible(true);
        Object simulation = create.newInstance(seed, null);
        Method run = simulation.getClass().getDeclaredMethod("run");
        run.setAccessible(true);
        return fails(() -> run.invoke(simulation));
    }

    private static boolean failsAScript(ClassLoader loader) throws ReflectiveOperationException {
        Method check = loader.loadClass(RaftScriptTest.class.getName()).getDeclaredMethod("checkAll");
        check.setAccessible(true);
        return fails(() -> check.invoke(null));
    }

    private interface Invocation {
        void run() throws ReflectiveOperationException;
    }

    private static boolean fails(Invocation invocation) throws ReflectiveOperationException {
        try {
            invocation.run();
            return false;
        } catch (InvocationTargetException found) {
            return true;
        }
    }

    private static List<Mutant> mutants() throws IOException {
        List<String> lines = Files.readString(Path.of("src/test/resources/raft/mutants.txt"))
                .lines()
                .filter(line -> !line.startsWith("#"))
                .toList();
        List<Mutant> mutants = new ArrayList<>();
        for (int i = 1; i < lines.size(); i += 6) {
            mutants.add(new Mutant(
                    lines.get(i),
                    lines.get(i + 1),
                    lines.get(i + 2),
                    lines.get(i + 3),
                    Long.parseLong(lines.get(i + 4))));
        }
        return mutants;
    }

    private static Map<String, byte[]> compile(Mutant mutant) throws IOException {
        String source = Files.readString(SOURCES.resolve(mutant.file));
        int first = source.indexOf(mutant.text);
        assertThat(first).as("%s: the text must be there", mutant.name).isNotNegative();
        assertThat(source.lastIndexOf(mutant.text)).as("%s: once", mutant.name).isEqualTo(first);
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        InMemory files = new InMemory(compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8));
        JavaFileObject mutated = new Source(mutant.file, source.replace(mutant.text, mutant.replacement));
        List<String> options = List.of("-proc:none", "-nowarn", "-cp", System.getProperty("java.class.path"));
        boolean compiled = compiler.getTask(null, files, null, options, null, List.of(mutated))
                .call();
        assertThat(compiled).as("%s compiles", mutant.name).isTrue();
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

    /** Loads the store's classes anew, the mutated ones instead of the real ones. */
    private static final class MutantLoader extends ClassLoader {
        private final Map<String, byte[]> mutated;

        MutantLoader(Map<String, byte[]> mutated) {
            super(MutantTest.class.getClassLoader());
            this.mutated = mutated;
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!name.startsWith(PACKAGE)) return super.loadClass(name, resolve);
            Class<?> loaded = findLoadedClass(name);
            return loaded != null ? loaded : define(name);
        }

        private Class<?> define(String name) throws ClassNotFoundException {
            byte[] bytes = mutated.get(name);
            if (bytes == null) bytes = original(name);
            return defineClass(name, bytes, 0, bytes.length);
        }

        private byte[] original(String name) throws ClassNotFoundException {
            try (InputStream in = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
                if (in == null) throw new ClassNotFoundException(name);
                return in.readAllBytes();
            } catch (IOException unreadable) {
                throw new ClassNotFoundException(name, unreadable);
            }
        }
    }
}
