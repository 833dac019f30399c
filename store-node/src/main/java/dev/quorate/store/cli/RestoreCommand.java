package dev.quorate.store.cli;

import dev.quorate.store.datadir.Folders;
import dev.quorate.store.datadir.Restoration;
import dev.quorate.store.datadir.Restoration.Restored;
import dev.quorate.store.datadir.Restoration.Revisions;
import dev.quorate.store.node.NodeConfig;
import dev.quorate.store.node.port.Meters;
import dev.quorate.store.snapshot.EtcdSnapshot;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;

/**
 * {@code store-node restore FILE}: a data directory from a snapshot, with the flags of {@code etcdutl snapshot restore}.
 * Those that say who the member is are the ones with which the process is started afterwards.
 */
final class RestoreCommand {
    static final String NAME = "restore";
    private static final String USAGE = "usage: store-node restore FILE [flags]";
    private static final List<String> MEMBER_FLAGS = List.of(
            "data-dir", "name", "wal-dir", "initial-cluster", "initial-cluster-token", "initial-advertise-peer-urls");

    private static final int STEPS = 10;

    private final List<String> arguments;
    private final Map<String, String> environment;
    private final PrintStream out;

    RestoreCommand(List<String> arguments, Map<String, String> environment, PrintStream out) {
        this.arguments = arguments;
        this.environment = environment;
        this.out = out;
    }

    static void help(PrintStream out) {
        out.println(USAGE);
        out.println(
                "Makes an empty data directory a member's of a new cluster with the keys and leases of a snapshot that");
        out.println(
                "etcdctl snapshot save wrote. Every first member needs it, from the same file and with the same flags.");
        for (String flag : MEMBER_FLAGS) out.println("  --" + flag + " as to start the member");
        out.println("  --bump-revision N    let revisions go on N higher than in the snapshot (with --mark-compacted)");
        out.println("  --mark-compacted     let nobody ask for older ones, so that watchers begin anew");
        out.println(
                "  --skip-hash-check    take a file without checksum, copied from the directory of an etcd that had stopped:");
        out.println("                       what was only in its write-ahead log is not in it");
    }

    /** A member that starts has no use for them. */
    static void refuseItsFlags(Flags flags) throws Flags.BadFlag {
        for (String name : flags.given().keySet())
            if (isOwn(name)) throw new Flags.BadFlag("flag --" + name + " is one of store-node restore");
    }

    private static boolean isOwn(String name) {
        return FlagTable.find(name).map(Flag::meaning).orElse(Flag.Meaning.HONOURED) == Flag.Meaning.OF_RESTORE;
    }

    /** Returns the exit code; what is wrong is said on {@code err}. */
    int run(PrintStream err) throws Flags.BadFlag {
        if (arguments.isEmpty() || arguments.getFirst().startsWith("-"))
            throw new Flags.BadFlag("restore needs the snapshot's file before its flags; " + USAGE);
        List<String> rest = arguments.subList(1, arguments.size());
        for (String name : Flags.parse(rest, Map.of()).given().keySet()) {
            if (!MEMBER_FLAGS.contains(name) && !isOwn(name))
                throw new Flags.BadFlag("flag --" + name + " is none of restore: store-node restore --help lists them");
        }
        Flags flags = Flags.parse(rest, environment);
        Revisions revisions = new Revisions(flags.whole("bump-revision"), flags.on("mark-compacted"));
        if (revisions.bump() < 0 || revisions.markCompacted() != revisions.bump() > 0)
            throw new Flags.BadFlag(
                    "--bump-revision N, above 0, and --mark-compacted belong together: clients that know"
                            + " the revisions in between must begin anew");
        ConfigReader reader = new ConfigReader(flags);
        NodeConfig config = reader.read();
        if (!reader.errors().isEmpty()) {
            reader.errors().forEach(err::println);
            return Main.BAD_CONFIGURATION;
        }
        try {
            restore(Path.of(arguments.getFirst()), flags.on("skip-hash-check"), revisions, config);
            return 0;
        } catch (FileSystemException failure) {
            err.println("cannot restore: " + failure);
        } catch (IOException failure) {
            err.println("cannot restore: " + failure.getMessage());
        }
        return Main.BAD_CONFIGURATION;
    }

    private void restore(Path file, boolean unchecked, Revisions revisions, NodeConfig config) throws IOException {
        if (!Files.isRegularFile(file)) throw new IOException("there is no file " + file);
        Folders folders = Folders.of(config.storage(), new Meters());
        try (EtcdSnapshot snapshot = EtcdSnapshot.open(file, unchecked)) {
            Restored restored =
                    new Restoration(config, folders).run(snapshot, revisions, progress(snapshot.sizeBytes()));
            String who = "member " + hex(restored.identity().memberId()) + " of cluster "
                    + hex(restored.identity().clusterId()) + " in " + folders.data();
            restored.state()
                    .ifPresentOrElse(
                            state -> out.println("restored revision=" + state.revision() + " compacted="
                                    + Math.max(0, state.compactRevision()) + " versions=" + state.versions()
                                    + " leases="
                                    + state.leases() + " as " + who),
                            () -> out.println("this snapshot has been restored before as " + who));
        }
    }

    private LongConsumer progress(long sizeBytes) {
        long[] said = new long[1];
        return bytes -> {
            long step = bytes * STEPS / sizeBytes;
            if (step <= said[0] || sizeBytes < 1 << 28) return;
            said[0] = step;
            out.println("restoring: " + step * 100 / STEPS + " %");
        };
    }

    private static String hex(long id) {
        return Long.toUnsignedString(id, 16);
    }
}
