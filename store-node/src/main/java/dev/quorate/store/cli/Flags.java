package dev.quorate.store.cli;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The flags of one start: what was given on the command line or in the environment, and etcd's default for the rest.
 *
 * @param given by name, only what was set
 * @param warnings one line each, for the log
 */
record Flags(SortedMap<String, String> given, List<String> warnings) {
    private static final Pattern DURATION_PART = Pattern.compile("(\\d+(?:\\.\\d*)?|\\.\\d+)(ns|us|µs|ms|s|m|h)");

    /** Variables that tools around etcd set and that were never flags. */
    private static final List<String> FOREIGN = List.of(
            "ETCD_UNSUPPORTED_ARCH", "ETCD_VERSION", "ETCD_ON_K8S", "ETCD_CLUSTER_DOMAIN", "ETCD_ROOT_PASSWORD");

    /** The command line cannot be understood: one sentence, exit code 2. */
    static final class BadFlag extends Exception {
        private static final long serialVersionUID = 1;

        BadFlag(String sentence) {
            super(sentence);
        }
    }

    static Flags parse(List<String> arguments, Map<String, String> environment) throws BadFlag {
        SortedMap<String, String> given = new TreeMap<>();
        List<String> warnings = new ArrayList<>();
        List<String> rest = new ArrayList<>(arguments);
        while (!rest.isEmpty()) takeOne(rest, given, warnings);
        takeEnvironment(environment, given, warnings);
        for (String name : given.keySet()) {
            Optional<Flag> known = FlagTable.find(name);
            if (known.isPresent()) consider(known.get(), given.get(name), warnings);
        }
        return new Flags(given, List.copyOf(warnings));
    }

    private static void consider(Flag flag, String value, List<String> warnings) throws BadFlag {
        switch (flag.meaning()) {
            case WITHOUT_EFFECT -> warnings.add("flag --" + flag.name() + " has no effect here");
            case NOT_SUPPORTED -> {
                if (isOn(value)) throw new BadFlag("flag --" + flag.name() + " is not supported");
            }
            case HONOURED, OF_RESTORE -> {}
        }
    }

    private static boolean isOn(String value) {
        return !value.isEmpty() && !value.equals("false");
    }

    private static void takeOne(List<String> rest, Map<String, String> given, List<String> warnings) throws BadFlag {
        String argument = rest.removeFirst();
        if (!argument.startsWith("-") || argument.equals("-"))
            throw new BadFlag("\"" + argument + "\" is not a valid flag");
        String body = argument.substring(argument.startsWith("--") ? 2 : 1);
        int equals = body.indexOf('=');
        String name = equals < 0 ? body : body.substring(0, equals);
        Flag flag = FlagTable.find(name)
                .or(() -> FlagTable.findExperimental(name))
                .orElseThrow(() -> new BadFlag("flag provided but not defined: -" + name));
        if (!flag.name().equals(name)) warnings.add("flag --" + name + " is now --" + flag.name());
        String value;
        if (equals >= 0) value = body.substring(equals + 1);
        else if (flag.kind() == Flag.Kind.BOOL) value = "true";
        else if (rest.isEmpty()) throw new BadFlag("flag needs an argument: -" + name);
        else value = rest.removeFirst();
        given.put(flag.name(), checked(flag, value));
        if (FlagTable.find(flag.name()).isEmpty()) warnings.add("flag --" + name + " has no effect here");
    }

    private static void takeEnvironment(
            Map<String, String> environment, Map<String, String> given, List<String> warnings) throws BadFlag {
        SortedMap<String, String> unknown = new TreeMap<>();
        environment.forEach((name, value) -> {
            if (name.startsWith("ETCD_") && !FOREIGN.contains(name)) unknown.put(name, value);
        });
        for (Flag flag : FlagTable.all()) {
            String value = unknown.remove(flag.environmentName());
            if (value == null || value.isEmpty()) continue;
            if (given.containsKey(flag.name()))
                throw new BadFlag("conflicting environment variable \"" + flag.environmentName()
                        + "\" is shadowed by corresponding command-line flag"
                        + " (either unset environment variable or disable flag)");
            given.put(flag.name(), checked(flag, value));
        }
        unknown.keySet().forEach(name -> warnings.add("unrecognized environment variable " + name));
    }

    private static String checked(Flag flag, String value) throws BadFlag {
        Optional<String> complaint = switch (flag.kind()) {
            case BOOL -> bool(value).isPresent() ? Optional.empty() : Optional.of("parse error");
            case WHOLE -> value.matches("[+-]?\\d{1,18}") ? Optional.empty() : Optional.of("parse error");
            case DECIMAL -> value.matches("[+-]?\\d+(\\.\\d+)?") ? Optional.empty() : Optional.of("parse error");
            case DURATION -> millis(value).isPresent() ? Optional.empty() : Optional.of("parse error");
            case URLS -> urlComplaint(value);
            case TEXT, WORDS -> Optional.empty();
        };
        if (complaint.isPresent())
            throw new BadFlag("invalid value \"" + value + "\" for flag -" + flag.name() + ": " + complaint.get());
        return flag.kind() == Flag.Kind.BOOL ? String.valueOf(bool(value).orElseThrow()) : value;
    }

    private static Optional<String> urlComplaint(String value) {
        for (String url : split(value)) {
            URI uri;
            try {
                uri = URI.create(url);
            } catch (IllegalArgumentException notAUrl) {
                return Optional.of("URL must be scheme://host:port: " + url);
            }
            String scheme = uri.getScheme();
            if (scheme == null || !List.of("http", "https", "unix", "unixs").contains(scheme))
                return Optional.of("URL scheme must be http, https, unix, or unixs: " + url);
            if (uri.getPort() < 0 && !scheme.startsWith("unix"))
                return Optional.of("URL address does not have the form \"host:port\": " + url);
            if (!Optional.ofNullable(uri.getPath()).orElse("").isEmpty() && !scheme.startsWith("unix"))
                return Optional.of("URL must not contain a path: " + url);
        }
        return Optional.empty();
    }

    private static Optional<Boolean> bool(String value) {
        return switch (value) {
            case "1", "t", "T", "true", "TRUE", "True" -> Optional.of(true);
            case "0", "f", "F", "false", "FALSE", "False" -> Optional.of(false);
            default -> Optional.empty();
        };
    }

    /** A duration as Go writes it: 300ms, 1m30s, 2h. */
    static Optional<Long> millis(String value) {
        if (value.equals("0")) return Optional.of(0L);
        Matcher part = DURATION_PART.matcher(value);
        double millis = 0;
        int end = 0;
        while (part.find() && part.start() == end) {
            double unit = switch (part.group(2)) {
                case "ns" -> 1e-6;
                case "us", "µs" -> 1e-3;
                case "ms" -> 1;
                case "s" -> 1e3;
                case "m" -> 60e3;
                default -> 3600e3;
            };
            millis += Double.parseDouble(part.group(1)) * unit;
            end = part.end();
        }
        return end > 0 && end == value.length() ? Optional.of((long) millis) : Optional.empty();
    }

    boolean isGiven(String name) {
        return given.containsKey(name);
    }

    String text(String name) {
        return Optional.ofNullable(given.get(name))
                .orElseGet(() -> FlagTable.find(name).orElseThrow().defaultText());
    }

    boolean on(String name) {
        return text(name).equals("true");
    }

    long whole(String name) {
        return Long.parseLong(text(name));
    }

    long duration(String name) {
        return millis(text(name)).orElseThrow();
    }

    List<String> words(String name) {
        return split(text(name));
    }

    private static List<String> split(String value) {
        List<String> parts = new ArrayList<>();
        for (String part : value.split(",", -1)) if (!part.isBlank()) parts.add(part.strip());
        return List.copyOf(parts);
    }

    static String lower(String text) {
        return text.toLowerCase(Locale.ROOT);
    }
}
