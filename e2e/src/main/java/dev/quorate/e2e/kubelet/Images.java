package dev.quorate.e2e.kubelet;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** Which program stands for which container image: from image name without tag and digest to an executable file. */
public record Images(Map<String, Path> entrypoints) {

    public Images {
        // Processes are started in folders of their own.
        entrypoints = Map.copyOf(entrypoints);
        entrypoints.forEach((image, path) -> {
            if (!path.isAbsolute()) throw new IllegalArgumentException(image + " needs an absolute path, not " + path);
        });
    }

    /** An image is known by the end of its name, so that any registry in front of it will do. */
    Optional<Path> entrypoint(String image) {
        String name = image.replaceFirst("@.*$", "").replaceFirst(":[^/:]*$", "");
        return entrypoints.entrySet().stream()
                .filter(known -> name.equals(known.getKey()) || name.endsWith("/" + known.getKey()))
                .map(Map.Entry::getValue)
                .findFirst();
    }
}
