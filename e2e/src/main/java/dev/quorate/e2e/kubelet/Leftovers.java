package dev.quorate.e2e.kubelet;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/**
 * What a run that was killed leaves behind: processes, found again by the pid files that were written when they were
 * started, and folders.
 */
public final class Leftovers {
    private static final int DEEPEST_PID_FILE = 4;
    private static final long PATIENCE_SECONDS = 10;

    private Leftovers() {}

    /** Notes a process that was started. */
    public static void note(Path file, Process process) throws IOException {
        Files.writeString(file, line(process.toHandle()));
    }

    /** Kills every process that a pid file under the folder names, if it still is the one that was meant. */
    public static void killAll(Path folder) {
        if (!Files.isDirectory(folder)) return;
        try (Stream<Path> walk = Files.walk(folder, DEEPEST_PID_FILE)) {
            List<Path> files =
                    walk.filter(path -> path.toString().endsWith(".pid")).toList();
            List<ProcessHandle> left = new ArrayList<>();
            for (Path file : files) {
                String line = Files.readString(file);
                ProcessHandle.of(Long.parseLong(line.substring(0, line.indexOf(' '))))
                        .filter(process -> line.equals(line(process)))
                        .ifPresent(left::add);
            }
            left.forEach(ProcessHandle::destroyForcibly);
            left.forEach(Leftovers::awaitEnd);
            for (Path file : files) Files.delete(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Removes a folder with all that is in it, if it is there. */
    public static void deleteTree(Path top) {
        if (!Files.exists(top)) return;
        try (Stream<Path> files = Files.walk(top)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void awaitEnd(ProcessHandle process) {
        try {
            process.onExit().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException("process " + process.pid() + " of an earlier run cannot be stopped", e);
        }
    }

    /** A pid alone may mean another process by now; with the time of its start it cannot. */
    private static String line(ProcessHandle process) {
        return process.pid() + " "
                + process.info().startInstant().map(Object::toString).orElse("?");
    }
}
