package dev.quorate.store.cli;

import dev.quorate.store.node.NodeConfig;
import java.io.PrintStream;
import java.security.Security;
import java.util.List;
import java.util.Map;

/** The entry of the process: etcd's flags in, a running member, a restored directory or one clear line out. */
public final class Main {
    static final int BAD_FLAGS = 2;
    private static final String NAMES_LIVE_SECONDS = "networkaddress.cache.ttl";
    static final int BAD_CONFIGURATION = 1;
    private static final String VERSION = "3.7.1";

    private Main() {}

    public static void main(String[] arguments) {
        System.exit(run(List.of(arguments), System.getenv(), System.out, System.err));
    }

    /** Runs what is asked for and returns the exit code. */
    static int run(List<String> arguments, Map<String, String> environment, PrintStream out, PrintStream err) {
        boolean restores = arguments.indexOf(RestoreCommand.NAME) == 0;
        if (arguments.contains("--version") || arguments.contains("-version")) {
            version(out);
            return 0;
        }
        if (arguments.contains("--help") || arguments.contains("-help") || arguments.contains("-h")) {
            if (restores) RestoreCommand.help(out);
            else help(out);
            return 0;
        }
        try {
            if (restores) return new RestoreCommand(arguments.subList(1, arguments.size()), environment, out).run(err);
            Flags flags = Flags.parse(arguments, environment);
            RestoreCommand.refuseItsFlags(flags);
            ConfigReader reader = new ConfigReader(flags);
            NodeConfig config = reader.read();
            if (!reader.errors().isEmpty()) {
                reader.errors().forEach(err::println);
                return BAD_CONFIGURATION;
            }
            prepare(config);
            return new RunNode(config, flags.warnings()).run();
        } catch (Flags.BadFlag bad) {
            err.println(bad.getMessage());
            return BAD_FLAGS;
        }
    }

    /** Before the first line is logged and the first name is looked up. */
    private static void prepare(NodeConfig config) {
        System.setProperty("quorate.log.level", config.serving().logging().level());
        CompilerPriority.giveWay();
        // A pod that comes back has another address. gRPC reads a property of its own by the same name, or waits for 30
        // s.
        Security.setProperty(NAMES_LIVE_SECONDS, "1");
        Security.setProperty("networkaddress.cache.negative.ttl", "1");
        System.setProperty(NAMES_LIVE_SECONDS, "1");
    }

    private static void version(PrintStream out) {
        out.println("etcd Version: " + VERSION);
        out.println("Git SHA: " + String.valueOf(Main.class.getPackage().getImplementationVersion()));
        out.println("Quorate, Java Version: " + System.getProperty("java.version"));
        out.println("Java OS/Arch: " + System.getProperty("os.name") + "/" + System.getProperty("os.arch"));
    }

    private static void help(PrintStream out) {
        out.println("Usage: store-node [flags]");
        out.println("       store-node restore FILE [flags]   makes a data directory from a snapshot");
        out.println("Every flag can also be set as ETCD_NAME_OF_FLAG in the environment.");
        for (Flag flag : FlagTable.all()) {
            if (flag.meaning() == Flag.Meaning.OF_RESTORE) continue;
            String remark = switch (flag.meaning()) {
                case HONOURED, OF_RESTORE -> "";
                case WITHOUT_EFFECT -> "  (accepted, without effect)";
                case NOT_SUPPORTED -> "  (not supported)";
            };
            out.println("  --" + flag.name() + " '" + flag.defaultText() + "'" + remark);
        }
    }
}
