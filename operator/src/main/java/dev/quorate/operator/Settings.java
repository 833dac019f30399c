package dev.quorate.operator;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** How this operator runs, from flags and their twins in the environment; flags win. */
record Settings(Set<String> namespaces, boolean leaderElection, String leaseNamespace, int healthPort) {
    static final String USAGE = """
            Usage: operator [--watch-namespaces=a,b] [--leader-election=true|false] [--lease-namespace=quorate-system]
                            [--health-port=8081]
            Each flag has a twin in the environment: QUORATE_WATCH_NAMESPACES, QUORATE_LEADER_ELECTION,
            QUORATE_LEASE_NAMESPACE, QUORATE_HEALTH_PORT (0 = none). No namespaces means all.
            The API server is found as kubectl finds it: KUBECONFIG, or the pod's service account.""";

    private static final Map<String, String> DEFAULTS = new TreeMap<>(
            Map.of("watch-namespaces", "", "leader-election", "true", "lease-namespace", "", "health-port", "8081"));

    /** Throws an IllegalArgumentException that names every mistake at once. */
    static Settings parse(List<String> arguments, Map<String, String> environment) {
        Map<String, String> values = new TreeMap<>(DEFAULTS);
        List<String> mistakes = new ArrayList<>();
        DEFAULTS.keySet().forEach(flag -> {
            String twin =
                    environment.get("QUORATE_" + flag.toUpperCase(Locale.ROOT).replace('-', '_'));
            if (twin != null) {
                values.put(flag, twin);
            }
        });
        for (String argument : arguments) {
            int equals = argument.indexOf('=');
            String flag = equals < 0 ? argument : argument.substring(0, equals);
            if (equals < 0 || !flag.startsWith("--") || !DEFAULTS.containsKey(flag.substring(2))) {
                mistakes.add("unknown flag or no value: " + argument);
            } else {
                values.put(flag.substring(2), argument.substring(equals + 1));
            }
        }
        return checked(values, mistakes);
    }

    private static Settings checked(Map<String, String> values, List<String> mistakes) {
        String election = values.getOrDefault("leader-election", "");
        if (!election.equals("true") && !election.equals("false")) {
            mistakes.add("--leader-election must be true or false and is " + election);
        }
        String port = values.getOrDefault("health-port", "");
        if (!port.matches("[0-9]{1,5}") || Integer.parseInt(port) > 65535) {
            mistakes.add("--health-port must be a port number and is " + port);
        }
        if (!mistakes.isEmpty()) {
            throw new IllegalArgumentException(String.join("; ", mistakes));
        }
        Set<String> namespaces = new TreeSet<>();
        for (String name : values.getOrDefault("watch-namespaces", "").split(",", -1)) {
            if (!name.isBlank()) {
                namespaces.add(name.strip());
            }
        }
        return new Settings(
                namespaces,
                election.equals("true"),
                values.getOrDefault("lease-namespace", ""),
                Integer.parseInt(port));
    }
}
