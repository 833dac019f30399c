package dev.quorate.e2e.objects;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;

/** The events that one component writes. The same event again raises the count of the first one. */
final class EventLog {
    private static final int REMEMBERED = 500;

    private record Key(String uid, String reason, String message) {}

    private final KubernetesClient client;
    private final String component;
    private final Map<Key, Event> written = new LinkedHashMap<>();
    private long sequence = System.currentTimeMillis();

    EventLog(KubernetesClient client, String component) {
        this.client = client;
        this.component = component;
    }

    synchronized void tell(Change.Tell tell) {
        Key key = new Key(tell.about().getMetadata().getUid(), tell.reason(), tell.message());
        String now = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
        Event known = written.get(key);
        try {
            Event event = known == null
                    ? client.resource(first(tell, now)).create()
                    : client.resource(new EventBuilder(known)
                                    .editMetadata()
                                    .withResourceVersion(null)
                                    .endMetadata()
                                    .withCount(known.getCount() + 1)
                                    .withLastTimestamp(now)
                                    .build())
                            .update();
            written.put(key, event);
        } catch (KubernetesClientException e) {
            // An event is a courtesy: it may have expired, or its namespace may be gone.
            written.remove(key);
        }
        if (written.size() > REMEMBERED)
            written.remove(written.keySet().iterator().next());
    }

    private Event first(Change.Tell tell, String now) {
        HasMetadata about = tell.about();
        String namespace = about.getMetadata().getNamespace() == null
                ? "default"
                : about.getMetadata().getNamespace();
        return new EventBuilder()
                .withNewMetadata()
                .withNamespace(namespace)
                .withName(about.getMetadata().getName() + "." + Long.toHexString(sequence++))
                .endMetadata()
                .withNewInvolvedObject()
                .withApiVersion(about.getApiVersion())
                .withKind(about.getKind())
                .withNamespace(about.getMetadata().getNamespace())
                .withName(about.getMetadata().getName())
                .withUid(about.getMetadata().getUid())
                .endInvolvedObject()
                .withType(tell.warning() ? "Warning" : "Normal")
                .withReason(tell.reason())
                .withMessage(tell.message())
                .withNewSource()
                .withComponent(component)
                .endSource()
                .withReportingComponent(component)
                .withReportingInstance(component)
                .withFirstTimestamp(now)
                .withLastTimestamp(now)
                .withCount(1)
                .build();
    }
}
