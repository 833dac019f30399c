package dev.quorate.e2e.kubelet;

import dev.quorate.e2e.objects.World;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.EnvVarSource;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceFieldSelector;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** The variables of one container, as its pod declares them. */
record Environment(Pod pod, String address, PodFolder folder, World world) {

    Map<String, String> of(Container container) {
        Map<String, String> variables = new LinkedHashMap<>();
        variables.put("HOSTNAME", pod.getMetadata().getName());
        for (var source : container.getEnvFrom()) {
            String prefix = source.getPrefix() == null ? "" : source.getPrefix();
            var map = source.getConfigMapRef();
            Map<String, byte[]> content = map != null
                    ? present(folder.configMap(map.getName(), world), "configmap", map.getName(), map.getOptional())
                    : present(
                            folder.secret(source.getSecretRef().getName(), world),
                            "secret",
                            source.getSecretRef().getName(),
                            source.getSecretRef().getOptional());
            content.forEach((key, bytes) -> variables.put(prefix + key, text(bytes)));
        }
        for (EnvVar variable : container.getEnv()) {
            if (variable.getValueFrom() == null) {
                String value = variable.getValue() == null ? "" : variable.getValue();
                variables.put(variable.getName(), Substitution.expand(value, variables));
            } else {
                from(variable.getValueFrom(), container).ifPresent(value -> variables.put(variable.getName(), value));
            }
        }
        return variables;
    }

    private Optional<String> from(EnvVarSource source, Container container) {
        if (source.getFieldRef() != null)
            return Optional.of(field(source.getFieldRef().getFieldPath()));
        if (source.getResourceFieldRef() != null) return Optional.of(resource(source.getResourceFieldRef(), container));
        var map = source.getConfigMapKeyRef();
        if (map != null) {
            return Optional.ofNullable(present(
                                    folder.configMap(map.getName(), world),
                                    "configmap",
                                    map.getName(),
                                    map.getOptional())
                            .get(map.getKey()))
                    .map(Environment::text);
        }
        var secret = source.getSecretKeyRef();
        return Optional.ofNullable(present(
                                folder.secret(secret.getName(), world),
                                "secret",
                                secret.getName(),
                                secret.getOptional())
                        .get(secret.getKey()))
                .map(Environment::text);
    }

    private String field(String path) {
        return switch (path) {
            case "metadata.name" -> pod.getMetadata().getName();
            case "metadata.namespace" -> pod.getMetadata().getNamespace();
            case "metadata.uid" -> pod.getMetadata().getUid();
            case "spec.nodeName" -> pod.getSpec().getNodeName();
            case "spec.serviceAccountName" -> String.valueOf(pod.getSpec().getServiceAccountName());
            case "status.podIP", "status.podIPs" -> address;
            case "status.hostIP", "status.hostIPs" -> "127.0.0.1";
            default -> mapped(path);
        };
    }

    private String mapped(String path) {
        String key = path.replaceFirst(".*\\['", "").replaceFirst("']$", "");
        if (path.startsWith("metadata.labels['"))
            return pod.getMetadata().getLabels().getOrDefault(key, "");
        if (path.startsWith("metadata.annotations['"))
            return pod.getMetadata().getAnnotations().getOrDefault(key, "");
        throw new CannotStart("CreateContainerConfigError", "no such field: " + path);
    }

    private static String resource(ResourceFieldSelector selector, Container container) {
        String[] path = selector.getResource().split("\\.", 2);
        Map<String, Quantity> amounts = path[0].equals("limits")
                ? container.getResources().getLimits()
                : container.getResources().getRequests();
        Quantity amount = amounts.get(path[1]);
        if (amount == null)
            throw new CannotStart("CreateContainerConfigError", "container has no " + selector.getResource());
        BigDecimal divisor = selector.getDivisor() == null
                        || selector.getDivisor().getNumericalAmount().signum() == 0
                ? BigDecimal.ONE
                : selector.getDivisor().getNumericalAmount();
        return amount.getNumericalAmount()
                .divide(divisor, 0, RoundingMode.CEILING)
                .toPlainString();
    }

    private static Map<String, byte[]> present(
            Optional<Map<String, byte[]>> content, String kind, String name, Boolean optional) {
        if (content.isEmpty() && !Boolean.TRUE.equals(optional))
            throw new CannotStart("CreateContainerConfigError", kind + " \"" + name + "\" not found");
        return content.orElse(Map.of());
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
