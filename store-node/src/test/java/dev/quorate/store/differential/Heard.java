package dev.quorate.store.differential;

import com.google.protobuf.ByteString;
import dev.quorate.proto.etcdserverpb.WatchCancelRequest;
import dev.quorate.proto.etcdserverpb.WatchCreateRequest;
import dev.quorate.proto.etcdserverpb.WatchGrpc;
import dev.quorate.proto.etcdserverpb.WatchProgressRequest;
import dev.quorate.proto.etcdserverpb.WatchRequest;
import dev.quorate.proto.etcdserverpb.WatchResponse;
import dev.quorate.proto.mvccpb.Event;
import io.grpc.Channel;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One watch stream and what it told: for each watch the events and its beginning and end, without how they were packed
 * into messages, which is each server's own business. The promises about the packing are checked on the way.
 */
final class Heard implements StreamObserver<WatchResponse> {
    static final ByteString MARKER = ByteString.copyFromUtf8("~settled");

    static final String SEPARATOR = " ; ";

    private static final long MARKER_ID = 1_000;
    private static final long EVERY_WATCH = -1;
    private static final long ASK_AGAIN_MILLIS = 30;
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(20);

    private final StreamObserver<WatchRequest> stream;
    private final Map<Long, List<String>> told = new TreeMap<>();
    private final Map<Long, Long> reached = new TreeMap<>();
    private final Set<Long> open = new TreeSet<>();
    private final List<String> broken = new ArrayList<>();
    private int created;
    private int answered;
    private long progress;
    private @Nullable Throwable end;

    Heard(Channel channel) {
        stream = WatchGrpc.newStub(channel).watch(this);
        stream.onNext(WatchRequest.newBuilder()
                .setCreateRequest(WatchCreateRequest.newBuilder().setKey(MARKER).setWatchId(MARKER_ID))
                .build());
        created++;
        awaitCreated();
    }

    /** Beginning and end are waited for: what a watch sees must not depend on who is faster. */
    synchronized void send(WatchRequest request) {
        stream.onNext(request);
        if (request.hasCreateRequest()) {
            created++;
            awaitCreated();
            return;
        }
        long due = System.nanoTime() + PATIENCE_NANOS;
        while (open.contains(request.getCancelRequest().getWatchId())) pause(due, "the end of a watch");
    }

    private synchronized void awaitCreated() {
        long due = System.nanoTime() + PATIENCE_NANOS;
        while (answered < created) pause(due, "the answer to a creation");
    }

    @Override
    public synchronized void onNext(WatchResponse message) {
        long id = message.getWatchId();
        if (message.getCreated()) {
            answered++;
            reached.remove(id);
            open.add(id);
        }
        if (message.getCanceled()) open.remove(id);
        boolean nothingHappened = message.getEventsCount() == 0 && !message.getCreated() && !message.getCanceled();
        if (!nothingHappened) note(message);
        else if (id == EVERY_WATCH)
            progress = Math.max(progress, message.getHeader().getRevision());
        // etcd counts a watch that it has canceled among those that make no progress until the client cancels it, too.
        if (message.getCanceled() && message.getCompactRevision() != 0)
            stream.onNext(WatchRequest.newBuilder()
                    .setCancelRequest(WatchCancelRequest.newBuilder().setWatchId(id))
                    .build());
        notifyAll();
    }

    private void note(WatchResponse message) {
        List<String> lines = told.computeIfAbsent(message.getWatchId(), id -> new ArrayList<>());
        if (message.getCreated()) lines.add("created");
        for (Event event : message.getEventsList()) lines.add(Normal.text(event));
        if (message.getCanceled() && !lines.isEmpty() && lines.getLast().startsWith("canceled")) return;
        if (message.getCanceled())
            lines.add("canceled " + message.getCompactRevision() + " " + message.getCancelReason());
        check(message);
    }

    /** Nothing comes at or below a revision that the watch has named as reached, and revisions are not split. */
    private void check(WatchResponse message) {
        if (message.getEventsCount() == 0) return;
        long first = message.getEvents(0).getKv().getModRevision();
        long last = message.getEvents(message.getEventsCount() - 1).getKv().getModRevision();
        long before = reached.getOrDefault(message.getWatchId(), 0L);
        if (first <= before) broken.add("an event at " + first + " after a message that reached " + before);
        if (last > message.getHeader().getRevision()) broken.add("an event above the header's revision: " + last);
        if (!message.getFragment())
            reached.put(message.getWatchId(), message.getHeader().getRevision());
    }

    @Override
    public synchronized void onError(Throwable failure) {
        end = failure;
        notifyAll();
    }

    @Override
    public void onCompleted() {
        onError(new IllegalStateException("the watch stream was completed"));
    }

    /** Until all watches have come this far. */
    synchronized void await(long revision) {
        long due = System.nanoTime() + PATIENCE_NANOS;
        while (progress < revision) {
            stream.onNext(WatchRequest.newBuilder()
                    .setProgressRequest(WatchProgressRequest.getDefaultInstance())
                    .build());
            pause(due, "progress to revision " + revision);
        }
    }

    /** Everything since the last time. */
    synchronized String all() {
        StringBuilder all = new StringBuilder();
        told.forEach((id, lines) -> {
            for (String line : lines) all.append(id).append(": ").append(line).append(SEPARATOR);
        });
        told.clear();
        return all.toString();
    }

    private synchronized void pause(long due, String what) {
        if (end != null) throw new AssertionError("the watch stream has ended", end);
        if (System.nanoTime() > due) throw new AssertionError("waited in vain for " + what + "; heard " + told);
        try {
            wait(ASK_AGAIN_MILLIS);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", stopped);
        }
    }

    /** Promises of the packing that were broken. */
    synchronized List<String> broken() {
        return List.copyOf(broken);
    }
}
