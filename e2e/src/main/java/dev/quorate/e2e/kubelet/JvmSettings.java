package dev.quorate.e2e.kubelet;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Quantity;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;

/**
 * What a JVM must be told so that it lives as in a container: a hosts file in place of DNS, addresses forgotten after a
 * second (a pod that comes back has another one), and the limits that no cgroup enforces here.
 */
public final class JvmSettings {
    private static final String VARIABLE = "JAVA_TOOL_OPTIONS";
    private static final String SECURITY = "networkaddress.cache.ttl=1\nnetworkaddress.cache.negative.ttl=0\n";

    private final Path root;

    /** Writes its settings file under the kubelet's folder. */
    public JvmSettings(Path root) {
        this.root = root;
        write(security(), SECURITY);
    }

    /** Adds to the variables of a process that is to see the cluster's names from a namespace. */
    public void addTo(Map<String, String> variables, String namespace) {
        // grpc reads the time to live of names from a system property, the JDK from a security property.
        add(
                variables,
                "-Djdk.net.hosts.file=\"" + hosts(namespace) + "\" -Djava.security.properties=\"" + security()
                        + "\" -Dnetworkaddress.cache.ttl=1");
        variables.put("JAVA_HOME", System.getProperty("java.home"));
    }

    void addTo(Map<String, String> variables, String namespace, Container container) {
        addTo(variables, namespace);
        Map<String, Quantity> limits = container.getResources() == null
                ? Map.of()
                : container.getResources().getLimits();
        Quantity memory = limits.get("memory");
        Quantity cpu = limits.get("cpu");
        if (memory != null)
            add(variables, "-XX:MaxRAM=" + memory.getNumericalAmount().toBigInteger());
        if (cpu != null)
            add(
                    variables,
                    "-XX:ActiveProcessorCount="
                            + cpu.getNumericalAmount()
                                    .setScale(0, RoundingMode.CEILING)
                                    .toPlainString());
    }

    void writeHosts(String namespace, String hosts) {
        write(hosts(namespace), hosts);
    }

    private static void add(Map<String, String> variables, String options) {
        variables.merge(VARIABLE, options, (present, more) -> present + " " + more);
    }

    private Path hosts(String namespace) {
        return root.resolve("hosts").resolve(namespace);
    }

    private Path security() {
        return root.resolve("jvm.security");
    }

    private static void write(Path file, String text) {
        try {
            PodFolder.write(file, text.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
