package dev.quorate.crds.v1alpha1;

import static java.util.Objects.requireNonNullElse;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.model.annotation.LabelSelector;
import io.fabric8.kubernetes.model.annotation.StatusReplicas;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the operator reports. All of it but the birth can be rebuilt from the members and their volumes. */
@ApiRecord
public record StoreClusterStatus(
        @Nullable Long observedGeneration,
        @Nullable String phase,
        @Nullable @StatusReplicas Integer replicas,
        @Nullable Integer readyReplicas,
        @Nullable String membersSummary,
        @Nullable @LabelSelector String selector,
        @Nullable @JsonProperty("clusterID") String clusterId,
        @Nullable String leader,
        @Nullable Integer faultTolerance,
        @Nullable VersionStatus version,
        @Nullable Endpoints endpoints,
        List<MemberStatus> members,
        @Nullable OperationStatus operation,
        @Nullable BootstrapStatus bootstrap,
        @Nullable DisruptionStatus disruption,
        List<Condition> conditions) {

    public StoreClusterStatus {
        members = requireNonNullElse(members, List.of());
        conditions = requireNonNullElse(conditions, List.of());
    }
}
