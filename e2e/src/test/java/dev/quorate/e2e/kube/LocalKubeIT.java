package dev.quorate.e2e.kube;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.quorate.e2e.cluster.ApiStore;
import dev.quorate.e2e.cluster.Installation;
import dev.quorate.e2e.kube.model.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The API server over HTTP, with its objects in a real store node. */
final class LocalKubeIT {
    private static final String CONFIG_MAPS = "/api/v1/namespaces/default/configmaps";

    private static ApiStore store;
    private static LocalKube kube;

    private final HttpClient client = HttpClient.newHttpClient();
    private final String name = "t" + System.nanoTime();

    @BeforeAll
    static void start(@TempDir Path folder) throws IOException {
        store = ApiStore.start(Installation.find(), folder);
        kube = LocalKube.start(LocalKubeConfig.on("127.0.0.1", store.port()));
    }

    @AfterAll
    static void stop() {
        kube.close();
        store.close();
    }

    @Test
    void aStaleWriteIsAConflict() throws Exception {
        JsonNode created =
                Json.parse(send("POST", CONFIG_MAPS, configMap("1", "")).body());
        String version = Json.textAt(created, "metadata.resourceVersion");
        assertThat(send("PUT", CONFIG_MAPS + "/" + name, configMap("2", version))
                        .statusCode())
                .isEqualTo(200);
        HttpResponse<String> stale = send("PUT", CONFIG_MAPS + "/" + name, configMap("3", version));
        assertThat(stale.statusCode()).isEqualTo(409);
        assertThat(Json.textAt(Json.parse(stale.body()), "reason")).isEqualTo("Conflict");
    }

    @Test
    void aNameIsTakenOnce() throws Exception {
        assertThat(send("POST", CONFIG_MAPS, configMap("1", "")).statusCode()).isEqualTo(201);
        HttpResponse<String> again = send("POST", CONFIG_MAPS, configMap("1", ""));
        assertThat(again.statusCode()).isEqualTo(409);
        assertThat(Json.textAt(Json.parse(again.body()), "message"))
                .isEqualTo("configmaps \"%s\" already exists".formatted(name));
    }

    @Test
    void aWatchTellsEveryChangeInOrder() throws Exception {
        JsonNode list = Json.parse(send("GET", CONFIG_MAPS, "").body());
        String from = Json.textAt(list, "metadata.resourceVersion");
        JsonNode created =
                Json.parse(send("POST", CONFIG_MAPS, configMap("1", "")).body());
        send("PUT", CONFIG_MAPS + "/" + name, configMap("2", Json.textAt(created, "metadata.resourceVersion")));
        send("DELETE", CONFIG_MAPS + "/" + name, "");
        HttpRequest watch = request(
                        CONFIG_MAPS + "?watch=true&resourceVersion=" + from + "&fieldSelector=metadata.name=" + name)
                .build();
        InputStream stream = client.send(watch, BodyHandlers.ofInputStream()).body();
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
            for (String type : new String[] {"ADDED", "MODIFIED", "DELETED"}) {
                assertThat(Json.textAt(Json.parse(lines.readLine()), "type")).isEqualTo(type);
            }
        }
    }

    private String configMap(String value, String version) {
        return "{\"metadata\":{\"name\":\"%s\",\"resourceVersion\":\"%s\"},\"data\":{\"a\":\"%s\"}}"
                .formatted(name, version, value);
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(kube.url() + path));
    }

    private HttpResponse<String> send(String method, String path, String body) throws Exception {
        HttpRequest request =
                request(path).method(method, BodyPublishers.ofString(body)).build();
        return client.send(request, BodyHandlers.ofString());
    }
}
