package dev.quorate.e2e.inside;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

/** Packs the agent: into a JVM it comes as a jar of its own, without the rest of this module. */
public final class AgentJar {
    private static final List<Class<?>> CLASSES =
            List.of(Agent.class, Orders.class, Orders.Disk.class, Rewriting.class, Trouble.class);

    private AgentJar() {}

    public static void write(Path jar) throws IOException {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().putValue("Premain-Class", Agent.class.getName());
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar), manifest)) {
            for (Class<?> each : CLASSES) {
                String entry = each.getName().replace('.', '/') + ".class";
                out.putNextEntry(new JarEntry(entry));
                try (InputStream bytes = AgentJar.class.getClassLoader().getResourceAsStream(entry)) {
                    if (bytes == null) throw new IOException("there is no class file " + entry);
                    bytes.transferTo(out);
                }
            }
        }
    }
}
