package dev.quorate.store.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** The kernel's own word: the nice value is the 19th field of a thread's stat. */
@EnabledOnOs(OS.LINUX)
class CompilerPriorityTest {
    private static final int NICE_AFTER_NAME = 16;

    @Test
    void theCompilerGivesWayAndNobodyElse() throws IOException {
        CompilerPriority.giveWay();
        List<Integer> compiler = new ArrayList<>();
        List<Integer> others = new ArrayList<>();
        try (Stream<Path> threads = Files.list(Path.of("/proc/self/task"))) {
            for (Path thread : threads.toList()) {
                Optional<String> known = CompilerPriority.told(thread, "stat");
                if (known.isEmpty()) continue;
                String stat = known.get();
                String name = stat.substring(stat.indexOf('(') + 1, stat.lastIndexOf(')'));
                String[] rest = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
                (name.matches("C[12] Compiler.*") ? compiler : others).add(Integer.valueOf(rest[NICE_AFTER_NAME]));
            }
        }
        assertThat(compiler).isNotEmpty().containsOnly(10);
        assertThat(others).isNotEmpty().doesNotContain(10);
    }

    @Test
    void aThreadThatHasEndedIsPassedOver() throws Exception {
        AtomicReference<Path> self = new AtomicReference<>();
        Thread thread = Thread.ofPlatform().start(() -> {
            try {
                self.set(Path.of("/proc/thread-self").toRealPath());
            } catch (IOException noSuchKernel) {
                throw new UncheckedIOException(noSuchKernel);
            }
        });
        thread.join();
        TestMember.await("the kernel has forgotten it", () -> !Files.exists(self.get()));
        assertThat(CompilerPriority.told(self.get(), "comm")).isEmpty();
    }
}
