package dev.quorate.e2e.kube.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quorate.e2e.kube.model.Json;
import dev.quorate.e2e.kube.model.Kind;
import dev.quorate.e2e.kube.model.Refusal;
import dev.quorate.e2e.kube.storage.Store;
import dev.quorate.e2e.kube.storage.Store.Stored;
import dev.quorate.e2e.kube.storage.StoreWatch;
import dev.quorate.e2e.kube.storage.StoreWatch.Signal;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** Turns the watches of the store into those of Kubernetes. */
final class Watches {
    private static final long DEFAULT_TIMEOUT_SECONDS = 1800;
    private static final Duration BOOKMARK_PERIOD = Duration.ofSeconds(5);

    private final Store store;
    private final Objects objects;

    Watches(Store store, Objects objects) {
        this.store = store;
        this.objects = objects;
    }

    /**
     * A watch of a target.
     *
     * @param form the form in which objects are sent: as they are, or as a table
     */
    Reply watch(ApiRequest request, Target target, UnaryOperator<ObjectNode> form) {
        Filter filter = Filter.of(request, target);
        String from = request.parameter("resourceVersion");
        boolean sendsInitial = request.flag("sendInitialEvents") || from.isEmpty() || from.equals("0");
        boolean bookmarks = request.flag("allowWatchBookmarks");
        Instant end = Instant.now().plusSeconds(request.number("timeoutSeconds", DEFAULT_TIMEOUT_SECONDS));
        long resourceVersion = request.number("resourceVersion", 0);
        return new Reply.Stream("application/json", out -> {
            Sink sink = new Sink(out, target.kind(), filter, form, bookmarks);
            long revision =
                    sendsInitial ? initial(target, filter, sink, request.flag("sendInitialEvents")) : resourceVersion;
            sink.revision = revision;
            try (StoreWatch watch = store.watch(target.kind().prefix(target.namespace()), revision + 1)) {
                pump(watch, sink, end);
            }
        });
    }

    private long initial(Target target, Filter filter, Sink sink, boolean announceEnd) throws IOException {
        Objects.Listing listing = objects.list(target, filter, 0, Continuation.of(""));
        for (ObjectNode object : listing.objects()) sink.send("ADDED", object);
        sink.revision = listing.revision();
        if (announceEnd) sink.bookmark(true);
        return listing.revision();
    }

    private static void pump(StoreWatch watch, Sink sink, Instant end) throws IOException, InterruptedException {
        while (Instant.now().isBefore(end)) {
            Optional<Signal> signal = watch.next(BOOKMARK_PERIOD);
            if (signal.isEmpty()) {
                watch.askProgress();
                continue;
            }
            switch (signal.get()) {
                case Signal.Put put -> sink.put(put);
                case Signal.Delete delete -> sink.delete(delete);
                case Signal.Progress progress -> {
                    sink.revision = Math.max(sink.revision, progress.revision());
                    sink.bookmark(false);
                }
                case Signal.TooOld tooOld -> {
                    String message =
                            "too old resource version: %d (%d)".formatted(sink.revision, tooOld.compactRevision());
                    sink.error(Refusal.gone(message));
                    return;
                }
                case Signal.Ended ended -> {
                    return;
                }
            }
        }
    }

    /** The client's end of one watch. */
    private static final class Sink {
        private final OutputStream out;
        private final Kind kind;
        private final Filter filter;
        private final UnaryOperator<ObjectNode> form;
        private final boolean bookmarks;
        private long revision;

        Sink(OutputStream out, Kind kind, Filter filter, UnaryOperator<ObjectNode> form, boolean bookmarks) {
            this.out = out;
            this.kind = kind;
            this.filter = filter;
            this.form = form;
            this.bookmarks = bookmarks;
        }

        void put(Signal.Put put) throws IOException {
            revision = put.now().revision();
            ObjectNode now = served(put.now(), revision);
            boolean matched =
                    put.before().isPresent() && filter.test(served(put.before().get(), revision));
            boolean matches = filter.test(now);
            if (matches) send(matched ? "MODIFIED" : "ADDED", now);
            else if (matched) send("DELETED", now);
        }

        void delete(Signal.Delete delete) throws IOException {
            revision = delete.revision();
            ObjectNode last = served(delete.before(), revision);
            if (filter.test(last)) send("DELETED", last);
        }

        void bookmark(boolean endOfInitial) throws IOException {
            if (!bookmarks) return;
            ObjectNode object =
                    Json.object().put("apiVersion", kind.apiVersion()).put("kind", kind.kind());
            ObjectNode metadata = Json.metadata(object).put("resourceVersion", Long.toString(revision));
            metadata.putNull("creationTimestamp");
            if (endOfInitial) metadata.putObject("annotations").put("k8s.io/initial-events-end", "true");
            write("BOOKMARK", form.apply(object));
        }

        void send(String type, ObjectNode object) throws IOException {
            write(type, form.apply(object));
        }

        void error(Refusal refusal) throws IOException {
            write("ERROR", refusal.status());
        }

        private void write(String type, ObjectNode object) throws IOException {
            ObjectNode event = Json.object().put("type", type);
            event.set("object", object);
            out.write((Json.ascii(event) + "\n").getBytes(StandardCharsets.US_ASCII));
            out.flush();
        }

        private ObjectNode served(Stored stored, long asOf) {
            return Objects.served(kind, stored.value(), asOf);
        }
    }
}
