package dev.quorate.store.sim;

import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Names with slashes between them; there are no links, so there is nothing to normalise. */
record SimPath(SimFileSystem fileSystem, boolean isAbsolute, List<String> names) implements Path {
    static SimPath parse(SimFileSystem fileSystem, String text) {
        List<String> names = new ArrayList<>();
        for (String name : text.split("/", -1)) if (!name.isEmpty()) names.add(name);
        return new SimPath(fileSystem, text.startsWith("/"), List.copyOf(names));
    }

    private SimPath of(boolean absolute, List<String> some) {
        return new SimPath(fileSystem, absolute, List.copyOf(some));
    }

    @Override
    public FileSystem getFileSystem() {
        return fileSystem;
    }

    @Override
    public @Nullable Path getRoot() {
        return isAbsolute ? of(true, List.of()) : null;
    }

    @Override
    public @Nullable Path getFileName() {
        return names.isEmpty() ? null : of(false, List.of(names.getLast()));
    }

    @Override
    public @Nullable Path getParent() {
        if (names.isEmpty() || (!isAbsolute && names.size() == 1)) return null;
        return of(isAbsolute, names.subList(0, names.size() - 1));
    }

    @Override
    public int getNameCount() {
        return names.size();
    }

    @Override
    public Path getName(int index) {
        return of(false, List.of(names.get(index)));
    }

    @Override
    public Path subpath(int beginIndex, int endIndex) {
        return of(false, names.subList(beginIndex, endIndex));
    }

    @Override
    public boolean startsWith(Path other) {
        return other instanceof SimPath path
                && path.isAbsolute == isAbsolute
                && path.names.size() <= names.size()
                && names.subList(0, path.names.size()).equals(path.names);
    }

    @Override
    public boolean endsWith(Path other) {
        return other instanceof SimPath path
                && path.names.size() <= names.size()
                && names.subList(names.size() - path.names.size(), names.size()).equals(path.names);
    }

    @Override
    public Path normalize() {
        return this;
    }

    @Override
    public Path resolve(Path other) {
        if (other.isAbsolute() || names.isEmpty() && !isAbsolute) return other;
        List<String> all = new ArrayList<>(names);
        all.addAll(((SimPath) other).names);
        return of(isAbsolute, all);
    }

    @Override
    public Path relativize(Path other) {
        if (!other.startsWith(this)) throw new IllegalArgumentException(other + " is not below " + this);
        return of(false, ((SimPath) other).names.subList(names.size(), other.getNameCount()));
    }

    @Override
    public URI toUri() {
        return URI.create(SimProvider.SCHEME + "://" + this);
    }

    @Override
    public Path toAbsolutePath() {
        return isAbsolute ? this : of(true, names);
    }

    @Override
    public Path toRealPath(LinkOption... options) {
        return toAbsolutePath();
    }

    @Override
    public WatchKey register(WatchService watcher, WatchEvent.Kind<?>[] events, WatchEvent.Modifier... modifiers) {
        throw new UnsupportedOperationException();
    }

    @Override
    public int compareTo(Path other) {
        return toString().compareTo(other.toString());
    }

    @Override
    public String toString() {
        return (isAbsolute ? "/" : "") + String.join("/", names);
    }
}
