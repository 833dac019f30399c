package dev.quorate.e2e.cluster;

import java.nio.file.Files;
import java.nio.file.Path;

/** The built repository: where its programs and files are. */
public record Installation(Path top) {

    /** The repository around the current folder. */
    public static Installation find() {
        for (Path folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent())
            if (Files.exists(folder.resolve("mvnw"))) return new Installation(folder);
        throw new IllegalStateException("not in the repository: no folder above has a file mvnw");
    }

    public Path storeNode() {
        return program("store-node");
    }

    public Path operator() {
        return program("operator");
    }

    public Path crds() {
        return top.resolve("helm/files/crds");
    }

    private Path program(String module) {
        Path program = top.resolve(module).resolve("target/dist/bin").resolve(module);
        if (!Files.isExecutable(program))
            throw new IllegalStateException(program + " is missing; run ./mvnw -q package -DskipTests");
        return program;
    }
}
