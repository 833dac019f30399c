package dev.quorate.store.sim;

import java.io.IOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessMode;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.attribute.FileTime;
import java.nio.file.spi.FileSystemProvider;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What java.nio asks of a file system, as far as the store does; the rest is refused. */
final class SimProvider extends FileSystemProvider {
    static final String SCHEME = "sim";

    private final SimDisk disk;

    SimProvider(SimDisk disk) {
        this.disk = disk;
    }

    @Override
    public String getScheme() {
        return SCHEME;
    }

    @Override
    public FileChannel newFileChannel(Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
            throws IOException {
        disk.power(disk.life());
        boolean write = options.contains(StandardOpenOption.WRITE) || options.contains(StandardOpenOption.APPEND);
        SimNode node = disk.find(path);
        if (node instanceof SimFolder folder && !write) return new SimChannel(disk, folder);
        if (node instanceof SimFolder) throw new IOException(path + " is a folder");
        if (node != null && options.contains(StandardOpenOption.CREATE_NEW))
            throw new FileAlreadyExistsException(path.toString());
        boolean create = options.contains(StandardOpenOption.CREATE) || options.contains(StandardOpenOption.CREATE_NEW);
        if (node == null && !(write && create)) throw new NoSuchFileException(path.toString());
        SimFile file = node == null ? create(path) : (SimFile) node;
        if (write && options.contains(StandardOpenOption.TRUNCATE_EXISTING) && file.size() > 0) {
            disk.change(disk.life());
            file.resize(0);
        }
        return new SimChannel(disk, file, write, options.contains(StandardOpenOption.APPEND));
    }

    private SimFile create(Path path) throws IOException {
        disk.change(disk.life());
        SimFile file = new SimFile();
        disk.parent(path).put(name(path), file);
        return file;
    }

    private static String name(Path path) {
        return path.getName(path.getNameCount() - 1).toString();
    }

    @Override
    public SeekableByteChannel newByteChannel(
            Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes) throws IOException {
        return newFileChannel(path, options, attributes);
    }

    @Override
    public DirectoryStream<Path> newDirectoryStream(Path folder, DirectoryStream.Filter<? super Path> filter)
            throws IOException {
        List<Path> entries = new ArrayList<>();
        for (String name : disk.folder(folder).names()) {
            Path entry = folder.resolve(name);
            if (filter.accept(entry)) entries.add(entry);
        }
        return new DirectoryStream<>() {
            @Override
            public Iterator<Path> iterator() {
                return entries.iterator();
            }

            @Override
            public void close() {}
        };
    }

    @Override
    public void createDirectory(Path folder, FileAttribute<?>... attributes) throws IOException {
        if (disk.find(folder) != null) throw new FileAlreadyExistsException(folder.toString());
        disk.change(disk.life());
        disk.parent(folder).put(name(folder), new SimFolder());
    }

    @Override
    public void delete(Path path) throws IOException {
        SimNode node = disk.node(path);
        if (node instanceof SimFolder folder && !folder.names().isEmpty())
            throw new DirectoryNotEmptyException(path.toString());
        disk.change(disk.life());
        disk.parent(path).remove(name(path));
    }

    @Override
    public void copy(Path source, Path target, CopyOption... options) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void move(Path source, Path target, CopyOption... options) throws IOException {
        disk.node(source);
        List<CopyOption> wanted = Arrays.asList(options);
        boolean replaces =
                wanted.contains(StandardCopyOption.ATOMIC_MOVE) || wanted.contains(StandardCopyOption.REPLACE_EXISTING);
        SimNode there = disk.find(target);
        if (there != null && !replaces) throw new FileAlreadyExistsException(target.toString());
        if (there instanceof SimFolder folder && !folder.names().isEmpty())
            throw new DirectoryNotEmptyException(target.toString());
        SimFolder from = disk.parent(source);
        if (!from.equals(disk.parent(target))) throw new UnsupportedOperationException("a move between folders");
        disk.change(disk.life());
        from.rename(name(source), name(target));
    }

    @Override
    public boolean isSameFile(Path one, Path other) {
        return one.equals(other);
    }

    @Override
    public boolean isHidden(Path path) {
        return false;
    }

    @Override
    public FileStore getFileStore(Path path) {
        return new SimStore();
    }

    @Override
    public void checkAccess(Path path, AccessMode... modes) throws IOException {
        disk.node(path);
    }

    @Override
    public <V extends FileAttributeView> @Nullable V getFileAttributeView(
            Path path, Class<V> type, LinkOption... options) {
        return null;
    }

    @Override
    public <A extends BasicFileAttributes> A readAttributes(Path path, Class<A> type, LinkOption... options)
            throws IOException {
        return type.cast(new Attributes(disk.node(path)));
    }

    @Override
    public Map<String, Object> readAttributes(Path path, String attributes, LinkOption... options) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void setAttribute(Path path, String attribute, Object value, LinkOption... options) {
        throw new UnsupportedOperationException();
    }

    @Override
    public FileSystem newFileSystem(URI uri, Map<String, ?> environment) {
        throw new UnsupportedOperationException();
    }

    @Override
    public FileSystem getFileSystem(URI uri) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Path getPath(URI uri) {
        throw new UnsupportedOperationException();
    }

    private record Attributes(SimNode node) implements BasicFileAttributes {
        private static final FileTime NEVER = FileTime.fromMillis(0);

        @Override
        public FileTime lastModifiedTime() {
            return NEVER;
        }

        @Override
        public FileTime lastAccessTime() {
            return NEVER;
        }

        @Override
        public FileTime creationTime() {
            return NEVER;
        }

        @Override
        public boolean isRegularFile() {
            return node instanceof SimFile;
        }

        @Override
        public boolean isDirectory() {
            return node instanceof SimFolder;
        }

        @Override
        public boolean isSymbolicLink() {
            return false;
        }

        @Override
        public boolean isOther() {
            return false;
        }

        @Override
        public long size() {
            return node instanceof SimFile file ? file.size() : 0;
        }

        @Override
        public @Nullable Object fileKey() {
            return null;
        }
    }
}
