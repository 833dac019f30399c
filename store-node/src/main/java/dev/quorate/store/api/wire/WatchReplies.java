package dev.quorate.store.api.wire;

import dev.quorate.store.Bytes;
import java.util.ArrayList;
import java.util.List;

/** The messages of a watch stream. */
public final class WatchReplies {
    private static final int EVENTS = 11;
    private static final int ROOM_FOR_HEAD = 64;

    private WatchReplies() {}

    public static Reply created(Header header, long id) {
        return Reply.of(begin(header, id).flag(3, true).done());
    }

    public static Reply notCreated(Header header, long id, String reason) {
        return Reply.of(
                begin(header, id).flag(3, true).flag(4, true).text(6, reason).done());
    }

    public static Reply canceled(Header header, long id) {
        return Reply.of(begin(header, id).flag(4, true).done());
    }

    public static Reply compacted(Header header, long id, long compactRevision) {
        return Reply.of(
                begin(header, id).flag(4, true).number(5, compactRevision).done());
    }

    /** Everything up to the header's revision was delivered. */
    public static Reply progress(Header header, long id) {
        return Reply.of(begin(header, id).done());
    }

    /** One message, or several marked as fragments when one would be longer than the limit. */
    public static List<Reply> events(Header header, long id, List<Bytes> encoded, long limitBytes) {
        List<Reply> replies = new ArrayList<>(1);
        int from = 0;
        while (from < encoded.size()) {
            int to = endOfFragment(encoded, from, limitBytes);
            Bytes head = begin(header, id).flag(7, to < encoded.size()).done();
            replies.add(new Reply(head, EVENTS, encoded.subList(from, to), Bytes.EMPTY));
            from = to;
        }
        return replies;
    }

    private static int endOfFragment(List<Bytes> encoded, int from, long limitBytes) {
        if (limitBytes == Long.MAX_VALUE) return encoded.size();
        long size = ROOM_FOR_HEAD;
        int to = from;
        while (to < encoded.size()) {
            int element = encoded.get(to).size();
            size += 1 + Fields.varintSize(element) + element;
            if (size >= limitBytes && to > from) return to;
            to++;
        }
        return to;
    }

    private static Fields begin(Header header, long id) {
        return new Fields(ROOM_FOR_HEAD).message(1, header.fields()).number(2, id);
    }
}
