package dev.quorate.e2e.kube.apply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quorate.e2e.kube.model.Json;
import dev.quorate.e2e.kube.model.Kinds;
import org.junit.jupiter.api.Test;

final class ServerSideApplyTest {
    private static final Shape SETS =
            Shape.of(new Kinds().find("apps", "v1", "statefulsets").orElseThrow());

    @Test
    void containersAreMergedByName() {
        ObjectNode live = apply(Json.object(), "a", "spec: {containers: [{name: x, image: i1}]}", false);
        ObjectNode both = apply(live, "b", "spec: {containers: [{name: y, image: i2}]}", false);
        assertThat(Json.text(both.path("spec")))
                .isEqualTo("{\"containers\":[{\"name\":\"x\",\"image\":\"i1\"},{\"name\":\"y\",\"image\":\"i2\"}]}");
    }

    @Test
    void whatItsOnlyOwnerNoLongerAppliesGoesAway() {
        ObjectNode live = apply(Json.object(), "a", "spec: {replicas: 3, serviceName: s}", false);
        ObjectNode rest = apply(live, "a", "spec: {replicas: 3}", false);
        assertThat(Json.text(rest.path("spec"))).isEqualTo("{\"replicas\":3}");
    }

    @Test
    void whatAnotherOwnsTooStays() {
        ObjectNode live = apply(Json.object(), "a", "spec: {replicas: 3, serviceName: s}", false);
        ObjectNode shared = apply(live, "b", "spec: {replicas: 3}", false);
        ObjectNode rest = apply(shared, "a", "spec: {serviceName: s}", false);
        assertThat(Json.at(rest, "spec.replicas").asInt()).isEqualTo(3);
    }

    @Test
    void anotherValueForAnOwnedFieldIsAConflict() {
        ObjectNode live = apply(Json.object(), "a", "spec: {replicas: 3}", false);
        assertThatThrownBy(() -> apply(live, "b", "spec: {replicas: 5}", false))
                .hasMessage("Apply failed with 1 conflict: conflict with \"a\": .spec.replicas");
    }

    @Test
    void forceTakesTheField() {
        ObjectNode live = apply(Json.object(), "a", "spec: {replicas: 3, serviceName: s}", false);
        ObjectNode forced = apply(live, "b", "spec: {replicas: 5}", true);
        ManagedFields owners = ManagedFields.of(forced);
        assertThat(Json.text(owners.of(writer("a"), "Apply").write())).isEqualTo("{\"f:spec\":{\"f:serviceName\":{}}}");
        assertThat(Json.text(owners.of(writer("b"), "Apply").write())).isEqualTo("{\"f:spec\":{\"f:replicas\":{}}}");
    }

    @Test
    void anUpdateTakesTheFieldsThatItChanges() {
        ObjectNode live = apply(Json.object(), "a", "spec: {replicas: 3, serviceName: s}", false);
        ObjectNode updated = live.deepCopy();
        Json.child(updated, "spec").put("replicas", 5);
        ManagedFields.of(live).track(live, updated, SETS, writer("kubectl"));
        assertThatThrownBy(() -> apply(updated, "a", "spec: {replicas: 3, serviceName: s}", false))
                .hasMessage("Apply failed with 1 conflict: conflict with \"kubectl\" using apps/v1: .spec.replicas");
    }

    @Test
    void theSameAgainChangesNothing() {
        ObjectNode live =
                apply(Json.object(), "a", "spec: {containers: [{name: x, ports: [{containerPort: 1}]}]}", false);
        ObjectNode again = apply(live, "a", "spec: {containers: [{name: x, ports: [{containerPort: 1}]}]}", false);
        assertThat(again).isEqualTo(live);
    }

    private static ObjectNode apply(ObjectNode live, String manager, String configuration, boolean force) {
        ObjectNode applied = Json.parseObject("metadata: {name: x}\n" + configuration);
        return ServerSideApply.apply(live.deepCopy(), applied, SETS, writer(manager), force);
    }

    private static ManagedFields.Writer writer(String manager) {
        return new ManagedFields.Writer(manager, "apps/v1", "", "2026-01-01T00:00:00Z");
    }
}
