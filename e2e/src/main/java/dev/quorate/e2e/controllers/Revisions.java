package dev.quorate.e2e.controllers;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.quorate.e2e.objects.Change;
import dev.quorate.e2e.objects.Pods;
import io.fabric8.kubernetes.api.model.apps.ControllerRevision;
import io.fabric8.kubernetes.api.model.apps.ControllerRevisionBuilder;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The two revisions of a StatefulSet: {@code update} stands for its template of today, {@code current} for the one that
 * was last rolled out completely. As in Kubernetes, a set whose strategy is OnDelete never moves {@code current}.
 */
record Revisions(String current, String update, List<Change> changes) {
    private static final String SAFE_LETTERS = "bcdfghjklmnpqrstvwxz2456789";
    private static final int HASH_LETTERS = 10;
    private static final ObjectMapper CANONICAL =
            new ObjectMapper().configure(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS, true);

    static Revisions of(StatefulSet set, List<ControllerRevision> all) {
        String update = set.getMetadata().getName() + "-" + hash(set);
        List<ControllerRevision> own = all.stream()
                .filter(revision -> Pods.controller(revision)
                        .filter(owner -> owner.getUid().equals(set.getMetadata().getUid()))
                        .isPresent())
                .toList();
        Optional<ControllerRevision> known = own.stream()
                .filter(revision -> revision.getMetadata().getName().equals(update))
                .findFirst();
        long newest =
                own.stream().mapToLong(ControllerRevision::getRevision).max().orElse(0);
        List<Change> changes = new ArrayList<>();
        if (known.isEmpty()) {
            changes.add(new Change.Create(revision(set, update, newest + 1)));
        } else if (known.get().getRevision() < newest) {
            changes.add(new Change.Replace(new ControllerRevisionBuilder(known.get())
                    .withRevision(newest + 1)
                    .build()));
        }
        String current = set.getStatus() == null ? null : set.getStatus().getCurrentRevision();
        return new Revisions(current == null || current.isEmpty() ? update : current, update, changes);
    }

    private static ControllerRevision revision(StatefulSet set, String name, long number) {
        return new ControllerRevisionBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace(set.getMetadata().getNamespace())
                .withLabels(set.getSpec().getTemplate().getMetadata().getLabels())
                .withOwnerReferences(Members.owner(set))
                .endMetadata()
                .withData(Map.of(
                        "spec",
                        Map.of(
                                "template",
                                Map.of(
                                        "$patch",
                                        "replace",
                                        "spec",
                                        template(set).get("spec")))))
                .withRevision(number)
                .build();
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> template(StatefulSet set) {
        return CANONICAL.convertValue(set.getSpec().getTemplate(), Map.class);
    }

    private static String hash(StatefulSet set) {
        try {
            byte[] canonical = CANONICAL.writeValueAsString(template(set)).getBytes(StandardCharsets.UTF_8);
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(canonical);
            StringBuilder letters = new StringBuilder();
            for (int i = 0; i < HASH_LETTERS; i++)
                letters.append(SAFE_LETTERS.charAt((digest[i] & 0xff) % SAFE_LETTERS.length()));
            return letters.toString();
        } catch (JsonProcessingException | NoSuchAlgorithmException e) {
            throw new IllegalStateException("a pod template has no JSON form", e);
        }
    }
}
