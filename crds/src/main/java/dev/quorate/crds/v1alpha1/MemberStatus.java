package dev.quorate.crds.v1alpha1;

import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;

/** One member as the operator last saw it. */
@ApiRecord
public record MemberStatus(
        String name,
        Integer ordinal,
        @Nullable @JsonProperty("memberID") String memberId,
        @Nullable String role,
        String state,
        @Nullable String version,
        @Nullable String node,
        @Nullable String zone,
        @Nullable String pvc,
        @Nullable String revisionHash,
        @Nullable String message) {}
