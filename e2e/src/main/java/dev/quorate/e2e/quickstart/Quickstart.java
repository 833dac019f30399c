package dev.quorate.e2e.quickstart;

import dev.quorate.e2e.cluster.Installation;
import dev.quorate.e2e.cluster.Testbed;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The process behind {@code ./quickstart}. Without arguments it waits for Ctrl-C; {@code --check} proves and ends. */
public final class Quickstart {
    private static final String USAGE = """
            usage: ./quickstart            a Kubernetes on this machine, the operator and a cluster, until Ctrl-C
                   ./quickstart --check    the same unattended, with faults and scaling; exits 0 or says what failed""";

    private final Progress progress = new Progress();
    private final Installation installation = Installation.find();
    private final Path folder = installation.top().resolve(".quickstart");

    private Quickstart() {}

    public static void main(String[] arguments) throws IOException {
        List<String> known = List.of(arguments);
        if (!known.isEmpty() && !known.equals(List.of("--check"))) {
            System.err.println(USAGE);
            System.exit(2);
        }
        System.exit(new Quickstart().run(!known.isEmpty()));
    }

    private int run(boolean check) throws IOException {
        Files.createDirectories(folder);
        try (FileChannel channel =
                        FileChannel.open(folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock lock = channel.tryLock()) {
            if (lock == null) {
                System.err.println("quickstart: one runs already in " + folder);
                return 1;
            }
            return runAlone(check);
        }
    }

    private int runAlone(boolean check) {
        Stopper stopper = new Stopper();
        Runtime.getRuntime().addShutdownHook(new Thread(stopper::stop));
        try {
            progress.say("starting LocalKube: a store node, an API server on it, controllers, five nodes");
            Testbed bed = Testbed.local(installation, folder.resolve("run"));
            stopper.bed = bed;
            progress.say("kubeconfig: " + bed.kubeconfig());
            progress.say("starting the operator");
            bed.startOperator();
            Path manifest = folder.resolve("run/demo.yaml");
            Files.writeString(manifest, demo());
            tour(new Tour(bed, progress), manifest, check);
            if (!check) Thread.currentThread().join();
            progress.step("all of it works; stopping");
            return 0;
        } catch (IOException | RuntimeException e) {
            progress.step("FAILED: " + e.getMessage());
            progress.say("logs: " + folder.resolve("run/processes") + ", " + folder.resolve("run/kubelet/logs"));
            return 1;
        } catch (InterruptedException e) {
            return 1;
        } finally {
            stopper.stop();
        }
    }

    private static void tour(Tour tour, Path manifest, boolean check) throws IOException {
        tour.formCluster(Files.readString(manifest));
        tour.writeAndRead();
        if (check) {
            tour.killLeaderUnderLoad();
            tour.scaleToFive();
            tour.fourIsRefused();
        }
        tour.printWhatNext(manifest);
    }

    private static String demo() throws IOException {
        try (InputStream manifest = Quickstart.class.getResourceAsStream("/quickstart/demo.yaml")) {
            return new String(Objects.requireNonNull(manifest).readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** Stops the testbed once, whether the end comes from the tour or from Ctrl-C. */
    private static final class Stopper {
        private volatile @Nullable Testbed bed;

        synchronized void stop() {
            Testbed running = bed;
            bed = null;
            if (running != null) running.close();
        }
    }
}
