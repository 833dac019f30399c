package dev.quorate.e2e.process;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** Which process holds the other end of a connection of this machine: Linux says so under /proc. */
final class SocketOwners {
    private static final List<Path> TABLES = List.of(Path.of("/proc/net/tcp"), Path.of("/proc/net/tcp6"));
    private static final int LOCAL = 1;
    private static final int REMOTE = 2;
    private static final int INODE = 9;

    private SocketOwners() {}

    /** Whether one of the process's sockets is the one at {@code local} that is connected to {@code remote}. */
    static boolean owns(long pid, InetSocketAddress local, InetSocketAddress remote) throws IOException {
        String inode = inode(local.getPort(), remote.getPort());
        if (inode.isEmpty()) return false;
        Path wanted = Path.of("socket:[" + inode + "]");
        try (Stream<Path> files = Files.list(Path.of("/proc", String.valueOf(pid), "fd"))) {
            for (Path file : files.toList()) {
                if (isLinkTo(file, wanted)) return true;
            }
        } catch (NoSuchFileException ended) {
            return false;
        }
        return false;
    }

    private static boolean isLinkTo(Path file, Path wanted) throws IOException {
        try {
            return Files.readSymbolicLink(file).equals(wanted);
        } catch (NoSuchFileException closed) {
            return false;
        }
    }

    private static String inode(int localPort, int remotePort) throws IOException {
        for (Path table : TABLES) {
            for (String line : Files.readAllLines(table)) {
                String[] fields = line.strip().split("\\s+", -1);
                if (hasPort(fields[LOCAL], localPort) && hasPort(fields[REMOTE], remotePort)) return fields[INODE];
            }
        }
        return "";
    }

    private static boolean hasPort(String address, int port) {
        return address.endsWith(String.format(Locale.ROOT, ":%04X", port));
    }
}
