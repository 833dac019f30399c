package dev.quorate.store.snapshot;

import dev.quorate.store.Bytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads etcd's database file, whoever wrote it. Nothing in it is believed: pages must be what the one above says, inside
 * the file and with their keys in order, so that damage is an error that names the page. Bytes of entries it cannot judge:
 * for them a snapshot has its checksum.
 */
final class BoltDatabase implements AutoCloseable {
    private static final int IS_BUCKET = 1;
    private static final int BUCKET_HEADER_BYTES = 16;

    /** No request of a client can be larger. */
    private static final long LARGEST_ENTRY = 1L << 30;

    /** No tree with two children to a branch is deeper. */
    private static final int DEEPEST = 64;

    private final Path path;
    private final FileChannel file;
    private final BoltMeta meta;

    @FunctionalInterface
    private interface Elements {
        void element(int flags, Bytes key, Bytes value) throws IOException;
    }

    private BoltDatabase(Path path, FileChannel file, BoltMeta meta) {
        this.path = path;
        this.file = file;
        this.meta = meta;
    }

    /** @param sizeBytes how much of the file is the database; a snapshot has a checksum behind it */
    static BoltDatabase open(Path path, long sizeBytes) throws IOException {
        FileChannel file = FileChannel.open(path, StandardOpenOption.READ);
        try {
            BoltMeta meta = meta(file)
                    .orElseThrow(() -> new IOException(path + " is no etcd database: its first pages are damaged"));
            long needed = meta.pages() * meta.pageBytes();
            if (needed > sizeBytes)
                throw new IOException(path + " is cut off: " + sizeBytes + " of " + needed + " bytes are there");
            return new BoltDatabase(path, file, meta);
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
    }

    /**
     * The newer of the two that are whole. Where the second one stands the first one tells; only if that is damaged it is
     * looked for, since any place further back may hold what a client has written to look like one.
     */
    private static Optional<BoltMeta> meta(FileChannel file) throws IOException {
        Optional<BoltMeta> first = BoltMeta.decode(read(file, 0, BoltMeta.BYTES), 0);
        if (first.isPresent()) {
            Optional<BoltMeta> second = second(file, first.get().pageBytes());
            return second.filter(other -> other.transaction() > first.get().transaction())
                    .or(() -> first);
        }
        Optional<BoltMeta> second = Optional.empty();
        for (int at = BoltMeta.SMALLEST_PAGE; at <= BoltMeta.LARGEST_PAGE && second.isEmpty(); at *= 2)
            second = second(file, at);
        return second;
    }

    private static Optional<BoltMeta> second(FileChannel file, int pageBytes) throws IOException {
        return BoltMeta.decode(read(file, pageBytes, BoltMeta.BYTES), 1).filter(meta -> meta.pageBytes() == pageBytes);
    }

    /** Less than asked for at the end of the file. */
    private static ByteBuffer read(FileChannel file, long at, int size) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
        while (bytes.hasRemaining()) if (file.read(bytes, at + bytes.position()) < 0) break;
        return bytes.flip();
    }

    /** All of a bucket; nothing if there is none of this name. */
    void bucket(String name, EtcdSnapshot.Entries entries) throws IOException {
        Bytes wanted = Bytes.utf8(name);
        new Walk((flags, key, header) -> {
                    if (key.equals(wanted) && (flags & IS_BUCKET) != 0) inside(header, entries);
                })
                .tree(meta.root());
    }

    private void inside(Bytes header, EtcdSnapshot.Entries entries) throws IOException {
        if (header.size() < BUCKET_HEADER_BYTES) throw damaged(meta.root(), "it has half a bucket");
        Walk walk = new Walk((flags, key, value) -> {
            if ((flags & IS_BUCKET) == 0) entries.entry(key, value);
        });
        ByteBuffer bytes = ByteBuffer.wrap(header.shared()).order(ByteOrder.LITTLE_ENDIAN);
        long root = bytes.getLong();
        // A small bucket has no page of its own, it is the rest of its entry.
        if (root == 0) walk.page(0, bytes.position(BUCKET_HEADER_BYTES).slice().order(ByteOrder.LITTLE_ENDIAN), 0);
        else walk.tree(root);
    }

    private IOException damaged(long page, String why) {
        return new IOException(path + " is damaged at page " + page + ": " + why);
    }

    /** One way through a tree, from its smallest key on. */
    private final class Walk {
        private final Elements elements;
        private @Nullable Bytes last;
        private long seen;

        Walk(Elements elements) {
            this.elements = elements;
        }

        void tree(long root) throws IOException {
            child(root, 0);
        }

        private void child(long id, int depth) throws IOException {
            // Pages that lead back to themselves would never end.
            if (depth > DEEPEST || seen++ > meta.pages()) throw damaged(id, "the tree has no end");
            if (id < 2 || id >= meta.pages()) throw damaged(id, "there is no such page");
            ByteBuffer head = read(file, id * meta.pageBytes(), BoltPages.HEADER_BYTES);
            if (head.remaining() < BoltPages.HEADER_BYTES || head.getLong(0) != id)
                throw damaged(id, "another page is in its place");
            long bytes = (1 + Integer.toUnsignedLong(head.getInt(12))) * meta.pageBytes();
            if (id * meta.pageBytes() + bytes > meta.pages() * meta.pageBytes() || bytes > LARGEST_ENTRY)
                throw damaged(id, "it does not end in the file");
            page(id, read(file, id * meta.pageBytes(), (int) bytes), depth);
        }

        void page(long id, ByteBuffer page, int depth) throws IOException {
            try {
                int flags = page.getShort(8);
                if (flags != BoltPages.LEAF && flags != BoltPages.BRANCH) throw damaged(id, "it is no part of a tree");
                int count = Short.toUnsignedInt(page.getShort(10));
                for (int i = 0; i < count; i++) {
                    int at = BoltPages.HEADER_BYTES + i * BoltPages.ELEMENT_BYTES;
                    if (flags == BoltPages.LEAF) leaf(id, page, at);
                    else child(page.getLong(at + 8), depth + 1);
                }
            } catch (IndexOutOfBoundsException outside) {
                throw damaged(id, "an entry is outside of it");
            }
        }

        private void leaf(long id, ByteBuffer page, int at) throws IOException {
            int from = at + page.getInt(at + 4);
            Bytes key = bytes(page, from, page.getInt(at + 8));
            if (last != null && key.compareTo(last) <= 0) throw damaged(id, "its keys are not in order");
            last = key;
            elements.element(page.getInt(at), key, bytes(page, from + key.size(), page.getInt(at + 12)));
        }

        private static Bytes bytes(ByteBuffer page, int from, int size) {
            if (size < 0 || from < 0 || size > page.limit() - from) throw new IndexOutOfBoundsException();
            byte[] bytes = new byte[size];
            page.get(from, bytes);
            return Bytes.wrap(bytes);
        }
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
