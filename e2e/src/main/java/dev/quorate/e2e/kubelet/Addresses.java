package dev.quorate.e2e.kubelet;

import java.nio.file.Path;
import java.util.Set;

/**
 * The loopback addresses of one kubelet's pods, 127.x.y.2 to 127.x.y.254, given out in turn so that a new pod does not
 * get the address of the one before it. x and y come from the path of the kubelet's folder: two kubelets on one machine
 * hardly ever meet, and one that is restarted has the same range.
 */
final class Addresses {
    private static final int FIRST = 2;
    private static final int LAST = 254;

    private final String prefix;
    private int next;

    Addresses(Path root) {
        int hash = root.toString().hashCode();
        prefix = "127." + (64 + (hash & 0x3f)) + "." + (hash >>> 6 & 0xff) + ".";
    }

    String take(Set<String> used) {
        if (next == 0) next = afterAll(used);
        for (int tried = FIRST; tried <= LAST; tried++) {
            String address = prefix + next;
            next = next == LAST ? FIRST : next + 1;
            if (!used.contains(address)) return address;
        }
        throw new IllegalStateException("all of " + prefix + "0/24 is in use");
    }

    private int afterAll(Set<String> used) {
        int last = used.stream()
                .filter(address -> address.startsWith(prefix))
                .mapToInt(address -> Integer.parseInt(address.substring(prefix.length())))
                .max()
                .orElse(FIRST - 1);
        return last >= LAST ? FIRST : last + 1;
    }
}
