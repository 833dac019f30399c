package dev.quorate.crds.v1alpha1;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Categories;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Kind;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Singular;
import io.fabric8.kubernetes.model.annotation.Version;

/** A replicated key-value store that the operator keeps alive: the custom resource. */
@Group("quorate.dev")
@Version("v1alpha1")
@Kind("StoreCluster")
@Plural("storeclusters")
@Singular("storecluster")
@ShortNames("stc")
@Categories("quorate")
@JsonIgnoreProperties(ignoreUnknown = true)
@ValidationRule(value = Rules.NAME, message = Rules.NAME_SENTENCE)
@AdditionalPrinterColumn(name = "Ready", jsonPath = ".status.conditions[?(@.type==\"Ready\")].status")
@AdditionalPrinterColumn(name = "Members", jsonPath = ".status.membersSummary")
@AdditionalPrinterColumn(name = "Leader", jsonPath = ".status.leader")
@AdditionalPrinterColumn(name = "Version", jsonPath = ".status.version.running")
@AdditionalPrinterColumn(name = "Operation", jsonPath = ".status.operation.summary")
@AdditionalPrinterColumn(
        name = "FaultTol",
        jsonPath = ".status.faultTolerance",
        type = AdditionalPrinterColumn.Type.INTEGER)
@AdditionalPrinterColumn(name = "ClusterID", jsonPath = ".status.clusterID", priority = 1)
@AdditionalPrinterColumn(name = "Message", jsonPath = ".status.conditions[?(@.type==\"Ready\")].message", priority = 1)
@AdditionalPrinterColumn(
        name = "Age",
        jsonPath = ".metadata.creationTimestamp",
        type = AdditionalPrinterColumn.Type.DATE)
public class StoreCluster extends CustomResource<StoreClusterSpec, StoreClusterStatus> implements Namespaced {
    private static final long serialVersionUID = 1L;
}
