package dev.quorate.operator.resources;

import dev.quorate.crds.v1alpha1.StoreCluster;

/** The names of everything that belongs to a cluster. */
public final class Names {
    public static final int CLIENT_PORT = 2379;
    public static final int PEER_PORT = 2380;
    static final String VOLUME = "data";

    private Names() {}

    public static String clientService(StoreCluster cluster) {
        return cluster.getMetadata().getName() + "-client";
    }

    public static String peerService(StoreCluster cluster) {
        return cluster.getMetadata().getName() + "-peers";
    }

    public static String pod(StoreCluster cluster, int ordinal) {
        return cluster.getMetadata().getName() + "-" + ordinal;
    }

    public static String claim(StoreCluster cluster, int ordinal) {
        return VOLUME + "-" + pod(cluster, ordinal);
    }

    /** The domain that the peer service gives to its pods. */
    public static String peerDomain(StoreCluster cluster) {
        return peerService(cluster) + "." + cluster.getMetadata().getNamespace() + ".svc";
    }

    public static String peerUrl(StoreCluster cluster, int ordinal) {
        return "http://" + pod(cluster, ordinal) + "." + peerDomain(cluster) + ":" + PEER_PORT;
    }

    /** The ordinal at the end of a pod's or claim's name, or -1 if the name is not one of this cluster. */
    public static int ordinal(String name, String prefix) {
        if (!name.startsWith(prefix + "-")) {
            return -1;
        }
        String digits = name.substring(prefix.length() + 1);
        boolean number = !digits.isEmpty()
                && digits.length() < 4
                && digits.chars().allMatch(Character::isDigit)
                && (digits.length() == 1 || digits.charAt(0) != '0');
        return number ? Integer.parseInt(digits) : -1;
    }

    /** The ordinal of a pod of this cluster by its peer address, or -1. */
    public static int ordinalOfPeer(StoreCluster cluster, String peerUrl) {
        String tail = "." + peerDomain(cluster) + ":" + PEER_PORT;
        boolean ours = peerUrl.startsWith("http://") && peerUrl.endsWith(tail);
        if (!ours) {
            return -1;
        }
        String pod = peerUrl.substring("http://".length(), peerUrl.length() - tail.length());
        return ordinal(pod, cluster.getMetadata().getName());
    }
}
