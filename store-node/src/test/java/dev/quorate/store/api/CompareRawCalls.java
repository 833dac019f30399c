package dev.quorate.store.api;

import java.util.Map;
import java.util.Objects;

/**
 * Compares what two fresh servers answer to {@link RawCalls}: {@code CompareRawCalls <port of etcd> <port of ours>},
 * both on 127.0.0.1. Prints every difference that is not wanted, and exits 1 if there is one.
 */
final class CompareRawCalls {
    private CompareRawCalls() {}

    public static void main(String[] ports) {
        Map<String, String> theirs = RawCalls.transcript("127.0.0.1", Integer.parseInt(ports[0]));
        Map<String, String> ours = RawCalls.transcript("127.0.0.1", Integer.parseInt(ports[1]));
        int differences = 0;
        for (Map.Entry<String, String> call : theirs.entrySet()) {
            String mine = ours.get(call.getKey());
            if (Objects.equals(mine, call.getValue())) continue;
            differences++;
            System.out.println(call.getKey() + "\n  etcd:    " + call.getValue() + "\n  quorate: " + mine);
        }
        System.out.println(theirs.size() + " calls, " + differences + " differences");
        System.exit(differences == 0 ? 0 : 1);
    }
}
