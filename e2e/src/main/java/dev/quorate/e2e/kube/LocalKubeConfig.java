package dev.quorate.e2e.kube;

/** Where LocalKube listens and where the store node is that keeps its objects. Port 0 is any free port. */
public record LocalKubeConfig(String host, int port, String storeHost, int storePort) {
    public static LocalKubeConfig on(String storeHost, int storePort) {
        return new LocalKubeConfig("127.0.0.1", 0, storeHost, storePort);
    }
}
