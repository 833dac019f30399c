package dev.quorate.operator.kube;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.MicroTime;
import io.fabric8.kubernetes.api.model.events.v1.Event;
import io.fabric8.kubernetes.api.model.events.v1.EventBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The Kubernetes API as this operator uses it: server-side apply with one manager, deletes with preconditions, events. */
public final class KubeApi {
    public static final String MANAGER = "quorate-operator";
    private static final Logger LOG = LoggerFactory.getLogger(KubeApi.class);
    private static final int LONGEST_NOTE_BYTES = 1024;
    private static final int CONFLICT = 409;
    private static final int GONE = 404;

    private final KubernetesClient client;
    private final ConcurrentMap<String, Applied> applied = new ConcurrentHashMap<>();

    /** What was applied last, and which version of the object came of it. */
    private record Applied(HasMetadata wanted, String resourceVersion) {}

    public KubeApi(KubernetesClient client) {
        this.client = client;
    }

    /**
     * Makes an object what it should be. Nothing is sent if the same was applied before and nobody touched the object
     * since; in all other cases the API server finds out whether something changes.
     */
    public <T extends HasMetadata> void ensure(T wanted, Optional<T> seen) {
        String key = wanted.getKind() + "/" + wanted.getMetadata().getNamespace() + "/"
                + wanted.getMetadata().getName();
        Applied last = applied.get(key);
        boolean same = last != null
                && last.wanted().equals(wanted)
                && seen.filter(now ->
                                last.resourceVersion().equals(now.getMetadata().getResourceVersion()))
                        .isPresent();
        if (!same) {
            T now = apply(wanted);
            applied.put(key, new Applied(wanted, now.getMetadata().getResourceVersion()));
        }
    }

    /** Applies, if nobody changed the object since {@code seen}. */
    public <T extends HasMetadata> void ensureUnchanged(T wanted, T seen) {
        String key = wanted.getKind() + "/" + seen.getMetadata().getUid();
        Applied last = applied.get(key);
        String version = seen.getMetadata().getResourceVersion();
        boolean same = last != null
                && last.wanted().equals(wanted)
                && last.resourceVersion().equals(version);
        if (!same) {
            T now = applyUnchanged(wanted, seen);
            applied.put(key, new Applied(wanted, now.getMetadata().getResourceVersion()));
        }
    }

    public <T extends HasMetadata> T apply(T wanted) {
        return client.resource(wanted).fieldManager(MANAGER).forceConflicts().serverSideApply();
    }

    /** Applies with the version that was seen as a precondition: a stale picture changes nothing. */
    public <T extends HasMetadata> T applyUnchanged(T wanted, T seen) {
        T copy = client.getKubernetesSerialization().clone(wanted);
        copy.getMetadata().setResourceVersion(seen.getMetadata().getResourceVersion());
        copy.getMetadata().setUid(seen.getMetadata().getUid());
        return apply(copy);
    }

    /** Writes the status alone; refused if the resource changed since it was read. */
    public <T extends HasMetadata> void applyStatus(T withStatus) {
        client.resource(withStatus)
                .subresource("status")
                .patch(new PatchContext.Builder()
                        .withPatchType(PatchType.SERVER_SIDE_APPLY)
                        .withFieldManager(MANAGER)
                        .withForce(true)
                        .build());
    }

    /** Deletes exactly what was seen; gone already is fine. */
    public <T extends HasMetadata> void delete(T seen) {
        try {
            client.resource(seen)
                    .lockResourceVersion(seen.getMetadata().getResourceVersion())
                    .delete();
        } catch (KubernetesClientException e) {
            if (e.getCode() != GONE) {
                throw e;
            }
        }
    }

    /** Writes an event once: the same subject and cause give the same name. */
    public void event(HasMetadata about, EventText text, String once) {
        String cause = about.getMetadata().getUid() + "/" + text.reason() + "/" + once;
        String id =
                UUID.nameUUIDFromBytes(cause.getBytes(StandardCharsets.UTF_8)).toString();
        Event event = new EventBuilder()
                .withNewMetadata()
                .withName(about.getMetadata().getName() + "." + id.substring(0, 13))
                .withNamespace(about.getMetadata().getNamespace())
                .endMetadata()
                .withEventTime(new MicroTime(ZonedDateTime.now(ZoneOffset.UTC)
                        .format(DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'", Locale.ROOT))))
                .withReportingController("quorate.dev/operator")
                .withReportingInstance(MANAGER)
                .withType(text.type())
                .withReason(text.reason())
                .withAction(text.reason())
                .withNote(shortened(text.note()))
                .withNewRegarding()
                .withApiVersion(about.getApiVersion())
                .withKind(about.getKind())
                .withName(about.getMetadata().getName())
                .withNamespace(about.getMetadata().getNamespace())
                .withUid(about.getMetadata().getUid())
                .withResourceVersion(about.getMetadata().getResourceVersion())
                .endRegarding()
                .build();
        try {
            client.resource(event).create();
        } catch (KubernetesClientException e) {
            // An event is a courtesy: that it cannot be told must not stop what it tells of.
            if (e.getCode() != CONFLICT) {
                LOG.warn("an event cannot be written: {} {}: {}", text.reason(), text.note(), reason(e));
            }
        }
    }

    /** API servers refuse longer notes, which they measure in bytes. */
    private static String shortened(String note) {
        int end = Math.min(note.length(), LONGEST_NOTE_BYTES);
        while (note.substring(0, end).getBytes(StandardCharsets.UTF_8).length > LONGEST_NOTE_BYTES) {
            end--;
        }
        return note.substring(0, end);
    }

    /** Why a request was refused, in the API server's own words. */
    public static String reason(KubernetesClientException e) {
        boolean told = e.getStatus() != null && e.getStatus().getMessage() != null;
        return told ? e.getStatus().getMessage() : String.valueOf(e.getMessage());
    }

    /** True if a write was refused because what it was based on is old. */
    public static boolean isStale(KubernetesClientException e) {
        return e.getCode() == CONFLICT || e.getCode() == GONE;
    }
}
