package dev.quorate.e2e.kubelet;

import dev.quorate.e2e.objects.Pods;
import dev.quorate.e2e.objects.World;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.KeyToPath;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMount;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * One pod on the disk.
 *
 * <pre>
 *   root/pods/uid/volumes/name        emptyDir, config maps and secrets; goes with the pod
 *   root/pods/uid/container.pid       process and its start time, to find it again after a crash of ours
 *   root/volumes/claim-uid            a volume claim; outlives the pod
 *   root/logs/namespace_pod_uid/      container.log and container.log.previous; stay
 * </pre>
 */
final class PodFolder {
    private final Path root;
    private final Pod pod;

    PodFolder(Path root, Pod pod) {
        this.root = root;
        this.pod = pod;
    }

    Path log(String container) {
        return logs().resolve(container + ".log");
    }

    Path previousLog(String container) {
        return logs().resolve(container + ".log.previous");
    }

    Path pidFile(String container) {
        return folder().resolve(container + ".pid");
    }

    Path workFolder(String container) {
        return folder().resolve(container);
    }

    /** From mount path to folder. */
    Map<String, String> mounts(Container container, World world) {
        Map<String, String> mounts = new LinkedHashMap<>();
        for (VolumeMount mount : container.getVolumeMounts()) {
            Path folder = pod.getSpec().getVolumes().stream()
                    .filter(volume -> volume.getName().equals(mount.getName()))
                    .findFirst()
                    .map(volume -> folder(volume, world))
                    .orElseThrow(() -> new IllegalStateException("no volume is called " + mount.getName()));
            Path mounted = mount.getSubPath() == null ? folder : folder.resolve(mount.getSubPath());
            mounts.put(mount.getMountPath().replaceFirst("(?<=.)/$", ""), mounted.toString());
        }
        return mounts;
    }

    /** Makes the folders and brings the files of config maps and secrets up to date; says what is missing, if anything. */
    Optional<String> fill(World world) {
        try {
            Files.createDirectories(logs());
            for (Container container : pod.getSpec().getContainers())
                Files.createDirectories(workFolder(container.getName()));
            for (Container container : pod.getSpec().getInitContainers())
                Files.createDirectories(workFolder(container.getName()));
            for (Volume volume : pod.getSpec().getVolumes()) {
                Optional<String> missing = fill(volume, world);
                if (missing.isPresent()) return missing;
            }
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void remove() {
        Leftovers.deleteTree(folder());
    }

    private Optional<String> fill(Volume volume, World world) throws IOException {
        if (volume.getPersistentVolumeClaim() != null) {
            Optional<PersistentVolumeClaim> claim = claim(volume, world)
                    .filter(known -> known.getStatus() != null
                            && "Bound".equals(known.getStatus().getPhase()));
            if (claim.isEmpty())
                return Optional.of("persistentvolumeclaim \""
                        + volume.getPersistentVolumeClaim().getClaimName() + "\" is not bound");
        }
        Path folder = folder(volume, world);
        Files.createDirectories(folder);
        if (volume.getConfigMap() != null) {
            var source = volume.getConfigMap();
            return project("configmap", source.getName(), source.getItems(), source.getOptional(), world, folder);
        }
        if (volume.getSecret() != null) {
            var source = volume.getSecret();
            return project("secret", source.getSecretName(), source.getItems(), source.getOptional(), world, folder);
        }
        if (volume.getProjected() != null) {
            for (var source : volume.getProjected().getSources()) {
                var map = source.getConfigMap();
                var secret = source.getSecret();
                Optional<String> missing = map != null
                        ? project("configmap", map.getName(), map.getItems(), map.getOptional(), world, folder)
                        : secret == null
                                ? Optional.of("a projected source that LocalKube does not know")
                                : project(
                                        "secret",
                                        secret.getName(),
                                        secret.getItems(),
                                        secret.getOptional(),
                                        world,
                                        folder);
                if (missing.isPresent()) return missing;
            }
        }
        return Optional.empty();
    }

    private Optional<String> project(
            String kind, String name, List<KeyToPath> items, Boolean optional, World world, Path folder)
            throws IOException {
        Optional<Map<String, byte[]>> content = kind.equals("secret") ? secret(name, world) : configMap(name, world);
        if (content.isEmpty())
            return Boolean.TRUE.equals(optional) ? Optional.empty() : Optional.of(kind + " \"" + name + "\" not found");
        Map<String, byte[]> files = new TreeMap<>();
        if (items.isEmpty()) files.putAll(content.get());
        for (KeyToPath item : items) {
            byte[] bytes = content.get().get(item.getKey());
            if (bytes == null) return Optional.of(kind + " \"" + name + "\" has no key " + item.getKey());
            files.put(item.getPath(), bytes);
        }
        for (Map.Entry<String, byte[]> file : files.entrySet()) write(folder.resolve(file.getKey()), file.getValue());
        return Optional.empty();
    }

    static void write(Path file, byte[] bytes) throws IOException {
        if (Files.exists(file) && Arrays.equals(Files.readAllBytes(file), bytes)) return;
        Files.createDirectories(file.getParent());
        Path fresh = file.resolveSibling("." + file.getFileName() + ".new");
        Files.write(fresh, bytes);
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    Optional<Map<String, byte[]>> configMap(String name, World world) {
        return named(name, world.configMaps()).map(PodFolder::content);
    }

    Optional<Map<String, byte[]>> secret(String name, World world) {
        return named(name, world.secrets()).map(PodFolder::content);
    }

    private static Map<String, byte[]> content(ConfigMap map) {
        Map<String, byte[]> content = new TreeMap<>();
        map.getData().forEach((key, text) -> content.put(key, text.getBytes(StandardCharsets.UTF_8)));
        map.getBinaryData()
                .forEach((key, text) -> content.put(key, Base64.getDecoder().decode(text)));
        return content;
    }

    private static Map<String, byte[]> content(Secret secret) {
        Map<String, byte[]> content = new TreeMap<>();
        secret.getData()
                .forEach((key, text) -> content.put(key, Base64.getDecoder().decode(text)));
        return content;
    }

    private Path folder(Volume volume, World world) {
        if (volume.getHostPath() != null) return Path.of(volume.getHostPath().getPath());
        if (volume.getPersistentVolumeClaim() == null)
            return folder().resolve("volumes").resolve(volume.getName());
        String uid = claim(volume, world)
                .map(claim -> claim.getMetadata().getUid())
                .orElseThrow(() -> new IllegalStateException("the claim of volume " + volume.getName() + " is gone"));
        return root.resolve("volumes").resolve(uid);
    }

    private Optional<PersistentVolumeClaim> claim(Volume volume, World world) {
        return named(volume.getPersistentVolumeClaim().getClaimName(), world.claims());
    }

    private <T extends HasMetadata> Optional<T> named(String name, List<T> objects) {
        return objects.stream()
                .filter(object -> Pods.sameNamespace(pod, object)
                        && object.getMetadata().getName().equals(name))
                .findFirst();
    }

    private Path folder() {
        return root.resolve("pods").resolve(pod.getMetadata().getUid());
    }

    private Path logs() {
        return root.resolve("logs")
                .resolve(pod.getMetadata().getNamespace() + "_"
                        + pod.getMetadata().getName() + "_" + pod.getMetadata().getUid());
    }
}
