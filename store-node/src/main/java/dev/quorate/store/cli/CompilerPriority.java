package dev.quorate.store.cli;

import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets the JVM's compiler threads give way to all others. After a start they want half of the processor time for a
 * minute, and clients and heartbeats should not wait for them.
 *
 * <p>The JVM has flags for it, but warns on every start without root's rights, which lowering a priority does not need.
 * Compiler threads that come later inherit it from those that are there.
 */
final class CompilerPriority {
    private static final Logger LOG = LoggerFactory.getLogger(CompilerPriority.class);
    private static final Path THREADS = Path.of("/proc/self/task");
    private static final int PRIO_PROCESS = 0;
    private static final int NICE = 10;

    private CompilerPriority() {}

    /** Where the kernel has no such thing nothing happens: it is only a courtesy. */
    @SuppressWarnings("restricted")
    static void giveWay() {
        Linker linker = Linker.nativeLinker();
        MemorySegment setPriority = linker.defaultLookup().find("setpriority").orElse(MemorySegment.NULL);
        if (!Files.isDirectory(THREADS) || setPriority.equals(MemorySegment.NULL)) return;
        FunctionDescriptor shape = FunctionDescriptor.of(
                ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT);
        MethodHandle call = linker.downcallHandle(setPriority, shape);
        try (DirectoryStream<Path> threads = Files.newDirectoryStream(THREADS)) {
            for (Path thread : threads) {
                String name = told(thread, "comm").orElse("");
                if (!name.startsWith("C1 Compiler") && !name.startsWith("C2 Compiler")) continue;
                int id = Integer.parseInt(thread.getFileName().toString());
                if ((int) call.invokeExact(PRIO_PROCESS, id, NICE) != 0)
                    LOG.debug("{} does not give way", name.strip());
            }
        } catch (IOException unreadable) {
            LOG.debug("the compiler's threads are not to be found", unreadable);
        } catch (Throwable e) {
            throw new IllegalStateException("setpriority", e);
        }
    }

    /** One of the kernel's files about a thread; empty when the thread has ended meanwhile. */
    static Optional<String> told(Path thread, String file) {
        try {
            return Optional.of(Files.readString(thread.resolve(file)));
        } catch (IOException ended) {
            return Optional.empty();
        }
    }
}
