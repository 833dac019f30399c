package dev.quorate.store.ops;

/**
 * What we say when somebody asks for a version.
 *
 * <p>The server's is the etcd release whose API this is, not our own: Kubernetes and kubeadm read it to decide which
 * calls they may make. Ours stands in the admin service.
 */
public final class Versions {
    public static final String SERVER = "3.7.1";
    public static final String STORAGE = "3.7.0";

    private Versions() {}

    /** Of this program. */
    public static String own() {
        String version = Versions.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }
}
