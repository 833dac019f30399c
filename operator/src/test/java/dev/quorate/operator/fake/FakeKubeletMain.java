package dev.quorate.operator.fake;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;

/** Runs a {@link FakeKubelet} by hand beside a bare API server: the operator can be started, killed and started again. */
final class FakeKubeletMain {
    private FakeKubeletMain() {}

    public static void main(String[] arguments) throws InterruptedException {
        FakeStore store = new FakeStore();
        KubernetesClient client = new KubernetesClientBuilder().build();
        FakeKubelet kubelet = new FakeKubelet(client, store, arguments[0], Integer.parseInt(arguments[1]));
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            kubelet.close();
            System.err.println("history " + store.history() + " broken " + store.broken());
        }));
        Thread.currentThread().join();
    }
}
