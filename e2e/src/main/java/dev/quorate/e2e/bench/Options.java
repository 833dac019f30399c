package dev.quorate.e2e.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * What the command line asks for.
 *
 * @param etcd the binary to compare with
 * @param ours the start script of the store node
 * @param rounds how often each server is measured, in turn
 * @param scale the load; 1 is the full one
 * @param members the cluster sizes
 * @param rows a row is measured if its name holds one of these; empty measures all
 */
record Options(Path etcd, Path ours, int rounds, double scale, List<Integer> members, List<String> rows) {
    static final String USAGE = "bench ETCD_BINARY [--rounds N] [--scale F] [--members 1,3] [--rows WORD,WORD]";

    /** Throws {@link IllegalArgumentException} with one line that says what is wrong. */
    static Options parse(String... args) {
        if (args.length < 2) throw new IllegalArgumentException("the path of an etcd binary is missing");
        Options options = new Options(executable(args[0]), executable(args[1]), 5, 1, List.of(1, 3), List.of());
        for (int i = 2; i < args.length; i += 2) {
            if (i + 1 == args.length) throw new IllegalArgumentException(args[i] + " needs a value");
            options = options.with(args[i], args[i + 1]);
        }
        return options;
    }

    boolean wants(String row) {
        return rows.isEmpty() || rows.stream().anyMatch(row::contains);
    }

    /** A share of the full load, at least 50 so that a percentile means something. */
    int scaled(int count) {
        return Math.max(50, (int) (count * scale));
    }

    private Options with(String name, String value) {
        return switch (name) {
            case "--rounds" -> new Options(etcd, ours, count(name, value), scale, members, rows);
            case "--scale" -> new Options(etcd, ours, rounds, share(value), members, rows);
            case "--members" ->
                new Options(
                        etcd,
                        ours,
                        rounds,
                        scale,
                        words(value).map(word -> count(name, word)).toList(),
                        rows);
            case "--rows" ->
                new Options(etcd, ours, rounds, scale, members, words(value).toList());
            default -> throw new IllegalArgumentException("unknown option " + name);
        };
    }

    private static Path executable(String path) {
        Path file = Path.of(path).toAbsolutePath();
        if (!Files.isRegularFile(file) || !Files.isExecutable(file)) {
            throw new IllegalArgumentException(file + " is not a program that can be started");
        }
        return file;
    }

    private static Stream<String> words(String list) {
        return Stream.of(list.split(",", -1)).filter(word -> !word.isEmpty());
    }

    private static int count(String name, String value) {
        if (!value.matches("[1-9][0-9]{0,2}")) {
            throw new IllegalArgumentException(name + " needs a whole number from 1 to 999, not \"" + value + "\"");
        }
        return Integer.parseInt(value);
    }

    private static double share(String value) {
        if (!value.matches("[0-9]+(\\.[0-9]+)?") || Double.parseDouble(value) <= 0) {
            throw new IllegalArgumentException("--scale needs a number above 0, not \"" + value + "\"");
        }
        return Double.parseDouble(value);
    }
}
