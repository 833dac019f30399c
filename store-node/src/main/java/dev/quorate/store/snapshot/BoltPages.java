package dev.quorate.store.snapshot;

import dev.quorate.store.Bytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/** Lays pages out one after the other: trees from their sorted entries, then the root. */
final class BoltPages {
    static final int PAGE_BYTES = 4096;
    static final int HEADER_BYTES = 16;
    static final int ELEMENT_BYTES = 16;
    static final int BRANCH = 1;
    static final int LEAF = 2;

    /** Takes finished pages in their order. */
    interface Sink {
        void write(ByteBuffer page) throws IOException;
    }

    private final Sink sink;

    /** After the two metas. */
    private long nextPage = 2;

    BoltPages(Sink sink) {
        this.sink = sink;
    }

    /** How many pages there are so far, the metas included. */
    long pageCount() {
        return nextPage;
    }

    private record Element(int flags, Bytes key, Bytes value) {
        int sizeBytes() {
            return ELEMENT_BYTES + key.size() + value.size();
        }
    }

    private record Child(Bytes firstKey, long page) {}

    /** A sorted tree under way. Keys come in ascending order. */
    final class Tree {
        private final List<Child> leaves = new ArrayList<>();
        private final List<Element> elements = new ArrayList<>();
        private int sizeBytes = HEADER_BYTES;

        void add(Bytes key, Bytes value) throws IOException {
            add(new Element(0, key, value));
        }

        void addBucket(Bytes name, long root) throws IOException {
            ByteBuffer header = ByteBuffer.allocate(2 * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            add(new Element(1, name, Bytes.wrap(header.putLong(root).array())));
        }

        private void add(Element element) throws IOException {
            if (!elements.isEmpty() && sizeBytes + element.sizeBytes() > PAGE_BYTES) endLeaf();
            elements.add(element);
            sizeBytes += element.sizeBytes();
        }

        private void endLeaf() throws IOException {
            Bytes first = elements.isEmpty() ? Bytes.EMPTY : elements.getFirst().key();
            leaves.add(new Child(first, leaf()));
            elements.clear();
            sizeBytes = HEADER_BYTES;
        }

        private long leaf() throws IOException {
            ByteBuffer page = page(LEAF, elements.size(), sizeBytes);
            int at = HEADER_BYTES + elements.size() * ELEMENT_BYTES;
            for (int i = 0; i < elements.size(); i++) {
                Element element = elements.get(i);
                page.putInt(element.flags())
                        .putInt(at - HEADER_BYTES - i * ELEMENT_BYTES)
                        .putInt(element.key().size())
                        .putInt(element.value().size());
                at += element.key().size() + element.value().size();
            }
            for (Element element : elements)
                page.put(element.key().shared()).put(element.value().shared());
            return finished(page);
        }

        /** Returns the page of the root. */
        long end() throws IOException {
            if (!elements.isEmpty() || leaves.isEmpty()) endLeaf();
            List<Child> level = leaves;
            while (level.size() > 1) level = branches(level);
            return level.getFirst().page();
        }

        private List<Child> branches(List<Child> children) throws IOException {
            List<Child> above = new ArrayList<>();
            int from = 0;
            while (from < children.size()) {
                int to = from;
                int bytes = HEADER_BYTES;
                while (to < children.size() && (to < from + 2 || bytes + branchBytes(children.get(to)) <= PAGE_BYTES))
                    bytes += branchBytes(children.get(to++));
                above.add(new Child(children.get(from).firstKey(), branch(children.subList(from, to), bytes)));
                from = to;
            }
            return above;
        }

        private static int branchBytes(Child child) {
            return ELEMENT_BYTES + child.firstKey().size();
        }

        private long branch(List<Child> children, int bytes) throws IOException {
            ByteBuffer page = page(BRANCH, children.size(), bytes);
            int at = HEADER_BYTES + children.size() * ELEMENT_BYTES;
            for (int i = 0; i < children.size(); i++) {
                Child child = children.get(i);
                page.putInt(at - HEADER_BYTES - i * ELEMENT_BYTES)
                        .putInt(child.firstKey().size())
                        .putLong(child.page());
                at += child.firstKey().size();
            }
            for (Child child : children) page.put(child.firstKey().shared());
            return finished(page);
        }
    }

    private ByteBuffer page(int flags, int count, int sizeBytes) {
        int pages = Math.max(1, (sizeBytes + PAGE_BYTES - 1) / PAGE_BYTES);
        return ByteBuffer.allocate(pages * PAGE_BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(nextPage)
                .putShort((short) flags)
                .putShort((short) count)
                .putInt(pages - 1);
    }

    private long finished(ByteBuffer page) throws IOException {
        long id = nextPage;
        nextPage += page.capacity() / PAGE_BYTES;
        sink.write(page.clear());
        return id;
    }
}
