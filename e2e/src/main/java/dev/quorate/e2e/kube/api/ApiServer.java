package dev.quorate.e2e.kube.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quorate.e2e.kube.apply.ManagedFields;
import dev.quorate.e2e.kube.model.Json;
import dev.quorate.e2e.kube.model.Kind;
import dev.quorate.e2e.kube.model.Kinds;
import dev.quorate.e2e.kube.model.Refusal;
import dev.quorate.e2e.kube.schema.Admission;
import dev.quorate.e2e.kube.storage.Store;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.util.List;
import java.util.Optional;

/** The API server: routes every request to discovery, documentation or the operations on objects. */
public final class ApiServer implements AutoCloseable {
    private static final ManagedFields.Writer WRITER = new ManagedFields.Writer("localkube", "v1", "", "");

    private final Kinds kinds = new Kinds();
    private final Discovery discovery = new Discovery(kinds);
    private final OpenApi openApi = new OpenApi(kinds);
    private final Operations operations;
    private final HttpFront front;

    public ApiServer(Store store, InetSocketAddress address) throws IOException {
        Admission admission = new Admission();
        Objects objects = new Objects(store, kinds, admission, Clock.systemUTC());
        operations = new Operations(
                admission,
                objects,
                new Watches(store, objects),
                new PodOperations(objects, kinds),
                new Cleanup(objects, kinds));
        kinds.serve(objects.all(Kinds.definitions(), ""));
        for (String name : List.of("default", "kube-system")) ensureNamespace(objects, name);
        front = new HttpFront(address, this::answer);
    }

    private void ensureNamespace(Objects objects, String name) {
        Kind namespaces = kinds.require("", "v1", "namespaces");
        Target target = new Target(namespaces, "", name, "");
        if (objects.find(target).isPresent()) return;
        ObjectNode namespace = Json.object();
        Json.metadata(namespace).put("name", name);
        objects.create(target, namespace, new Objects.Writing(WRITER, false, true));
    }

    public int port() {
        return front.port();
    }

    private Reply answer(ApiRequest request) {
        List<String> path = request.path();
        if (path.isEmpty()) return Reply.json(Json.object());
        return switch (path.getFirst()) {
            case "version" -> Reply.json(Discovery.version());
            case "healthz", "livez", "readyz" -> Reply.text("ok");
            case "openapi" -> openApi.answer(path);
            case "api" -> path.size() < 3 ? core(path) : objects(request);
            case "apis" -> path.size() < 4 ? groups(path) : objects(request);
            default -> throw Target.unknownPath();
        };
    }

    private Reply core(List<String> path) {
        if (path.size() == 1) return Reply.json(Discovery.coreVersions());
        return Reply.json(discovery.resources("", path.get(1)));
    }

    private Reply groups(List<String> path) {
        return Reply.json(
                switch (path.size()) {
                    case 1 -> discovery.groups();
                    case 2 -> discovery.group(path.get(1));
                    default -> discovery.resources(path.get(1), path.get(2));
                });
    }

    private Reply objects(ApiRequest request) {
        Optional<Reply> review = Reviews.answer(request);
        if (review.isPresent()) return review.get();
        if (!List.of("GET", "POST", "PUT", "PATCH", "DELETE").contains(request.method())) {
            throw new Refusal(405, "MethodNotAllowed", "the server does not allow this method");
        }
        return operations.answer(request, Target.of(request.path(), kinds));
    }

    @Override
    public void close() {
        front.close();
    }
}
