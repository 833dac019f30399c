package dev.quorate.store.raft;

import java.util.ArrayDeque;
import java.util.Deque;

/** The appends under way to one follower, limited in number and bytes. */
final class Inflights {
    private record Sent(long lastIndex, long sizeBytes) {}

    private final Deque<Sent> sent = new ArrayDeque<>();
    private final int maxMessages;
    private final long maxBytes;
    private long bytes;

    Inflights(int maxMessages, long maxBytes) {
        this.maxMessages = maxMessages;
        this.maxBytes = maxBytes;
    }

    void add(long lastIndex, long sizeBytes) {
        sent.addLast(new Sent(lastIndex, sizeBytes));
        bytes += sizeBytes;
    }

    void acknowledged(long upTo) {
        while (!sent.isEmpty() && sent.getFirst().lastIndex <= upTo) bytes -= sent.removeFirst().sizeBytes;
    }

    boolean isFull() {
        return sent.size() >= maxMessages || bytes >= maxBytes;
    }

    int count() {
        return sent.size();
    }
}
