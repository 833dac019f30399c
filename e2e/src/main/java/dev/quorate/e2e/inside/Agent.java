package dev.quorate.e2e.inside;

import java.lang.instrument.Instrumentation;
import java.nio.file.Path;

/** Where the JVM begins: {@code -javaagent:JAR=FILE}, the file being an {@link Orders} file. */
public final class Agent {
    private Agent() {}

    public static void premain(String file, Instrumentation instrumentation) {
        Trouble.follow(Path.of(file));
        instrumentation.addTransformer(new Rewriting());
    }
}
