package dev.quorate.store.raft;

import dev.quorate.store.script.Script;
import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Plays raft/scripts/*.txt; see {@link RaftScript} for the commands. */
class RaftScriptTest {
    private static final Path FOLDER = Path.of("src/test/resources/raft/scripts");

    @TestFactory
    Stream<DynamicTest> scripts() {
        return Script.files(FOLDER).stream()
                .map(file -> DynamicTest.dynamicTest(
                        file.getFileName().toString(), () -> Script.check(file, new RaftScript())));
    }

    static void checkAll() throws IOException {
        for (Path file : Script.files(FOLDER)) Script.check(file, new RaftScript());
    }
}
