package dev.quorate.store.state;

import dev.quorate.store.Bytes;
import java.util.List;

/**
 * How much of what a command reads may go into its answer: nothing on the members where nobody waits for one, and
 * elsewhere what memory allows. Every member applies every command, so one that reads everything would end them all.
 */
public final class AnswerRoom {
    static final long MOST_BYTES = Runtime.getRuntime().maxMemory() / 4;

    private static final AnswerRoom NONE = new AnswerRoom(false, 0);

    private final boolean wanted;
    private long left;

    private AnswerRoom(boolean wanted, long bytes) {
        this.wanted = wanted;
        this.left = bytes;
    }

    public static AnswerRoom nobodyWaits() {
        return NONE;
    }

    /** Of a transaction's answer more copies are made at once than of a range's, for its parts are messages in messages. */
    public static AnswerRoom usual() {
        return of(MOST_BYTES / 4);
    }

    static AnswerRoom of(long bytes) {
        return new AnswerRoom(true, bytes);
    }

    /** Is there any use in reading more? */
    boolean isOpen() {
        return wanted && left >= 0;
    }

    long left() {
        return left;
    }

    void take(List<Bytes> encoded) {
        for (Bytes one : encoded) left -= one.size();
    }

    void exceed() {
        left = -1;
    }

    boolean isExceeded() {
        return left < 0;
    }
}
