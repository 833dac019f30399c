package dev.quorate.store.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quorate.store.Bytes;
import dev.quorate.store.differential.EtcdProcess;
import dev.quorate.store.mvcc.KeyRange;
import dev.quorate.store.mvcc.KeyValue;
import dev.quorate.store.mvcc.RangeQuery;
import dev.quorate.store.mvcc.RangeResult;
import dev.quorate.store.node.port.Meters;
import dev.quorate.store.state.Alarm;
import dev.quorate.store.state.Command;
import dev.quorate.store.state.Command.AlarmChange.Action;
import dev.quorate.store.state.Op;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The JSON gateway; with {@code -Detcd=/path/to/etcd} a real etcd must answer the same. */
class GatewayTest {
    /** Path and body; a, b and key/value texts are written as they are and sent in base64. */
    private static final List<String> ASKED = List.of(
            "/v3/kv/put {\"key\":\"<a>\",\"value\":\"<one>\"}",
            "/v3/kv/put {\"key\":\"<a>\",\"value\":\"<two>\",\"prev_kv\":true}",
            "/v3/kv/put {\"key\":\"<b>\",\"value\":\"<x>\",\"prevKv\":true,\"unknown\":1}",
            "/v3beta/kv/range {\"key\":\"<a>\",\"range_end\":\"<c>\",\"sort_order\":\"DESCEND\",\"sort_target\":\"MOD\"}",
            "/v3/kv/range {\"key\":\"<a>\",\"range_end\":\"<c>\",\"limit\":\"1\",\"sort_order\":2}",
            "/v3/kv/range {\"key\":\"<a>\",\"revision\":1000}",
            "/v3/kv/range {}",
            "/v3/kv/range ",
            "/v3/kv/txn {\"compare\":[{\"key\":\"<a>\",\"target\":\"VERSION\",\"result\":\"GREATER\",\"version\":\"1\"}],"
                    + "\"success\":[{\"requestPut\":{\"key\":\"<c>\",\"value\":\"<z>\"}},"
                    + "{\"request_range\":{\"key\":\"<c>\"}}]}",
            "/v3/kv/deleterange {\"key\":\"<c>\",\"prev_kv\":true}",
            "/v3/lease/grant {\"TTL\":\"5000\",\"ID\":\"77\"}",
            "/v3/lease/grant {\"TTL\":5000,\"ID\":77}",
            "/v3/lease/keepalive {\"ID\":77}",
            "/v3/lease/leases {}",
            "/v3/kv/lease/revoke {\"ID\":78}",
            "/v3/lease/revoke {\"ID\":77}",
            "/v3/kv/compaction {\"revision\":3}",
            "/v3/kv/compaction {\"revision\":3}",
            "/v3/kv/range {\"key\":\"<a>\",\"revision\":2}",
            "/v3/lock/lock {\"name\":\"<job>\",\"lease\":1}",
            "/v3/election/leader {\"name\":\"<job>\"}",
            "/v3/maintenance/alarm {\"action\":\"GET\"}");

    @Test
    void itAnswersAsEtcd(@TempDir Path folder) throws Exception {
        List<String> ours;
        try (LoneMember member = new LoneMember()) {
            ours = ask(member.address().getPort());
        }
        assertThat(ours.getFirst()).isEqualTo("200 {\"header\":{\"revision\":\"2\"}}");
        assertThat(ours.get(1))
                .isEqualTo(
                        "200 {\"header\":{\"revision\":\"3\"},\"prev_kv\":{\"key\":\"YQ==\",\"create_revision\":\"2\","
                                + "\"mod_revision\":\"2\",\"version\":\"1\",\"value\":\"b25l\"}}");
        assertThat(ours.get(6)).isEqualTo("400 {\"code\":3," + "\"message\":\"etcdserver:key is not provided\"}");
        assertThat(ours.get(12))
                .isEqualTo("200 {\"result\":{\"header\":{\"revision\":\"6\"},\"ID\":\"77\",\"TTL\":\"5000\"}}");
        String etcd = System.getProperty("etcd");
        if (etcd == null) return;
        try (EtcdProcess process = new EtcdProcess(Path.of(etcd), folder)) {
            process.awaitReady();
            List<String> theirs = ask(process.port());
            for (int i = 0; i < ASKED.size(); i++)
                assertThat(ours.get(i)).as(ASKED.get(i)).isEqualTo(theirs.get(i));
        }
    }

    @Test
    void whatItDoesNotKnowIsSaidAsJson() throws Exception {
        try (LoneMember member = new LoneMember()) {
            int port = member.address().getPort();
            assertThat(post(port, "/v3/kv/nothing", "{}")).isEqualTo("404 {\"code\":5,\"message\":\"Not Found\"}");
            assertThat(post(port, "/v3/kv/put", "{\"key\":"))
                    .startsWith("400 {\"code\":3,\"message\":\"the body is no PutRequest as JSON");
            assertThat(post(port, "/v3/kv/put", "{\"key\":\"%%%\"}")).startsWith("400 ");
            assertThat(post(port, "/v3/kv/put", "{\"key\":\"" + base64("x".repeat(2_000_000)) + "\"}"))
                    .startsWith("400 ")
                    .contains("etcdserver: request is too large");
        }
    }

    @Test
    void streamsComeInLinesWhileTheyHappen(@TempDir Path folder) throws Exception {
        List<String> ours;
        try (LoneMember member = new LoneMember()) {
            ours = streams(member.address().getPort());
            await(
                    "the watches end with their connection",
                    () -> figure(member, "etcd_debugging_mvcc_watcher_total") == 0);
        }
        assertThat(ours.get(0)).isEqualTo("{\"result\":{\"header\":{\"revision\":\"2\"},\"created\":true}}");
        assertThat(ours.get(2)).contains("\"events\":[{\"kv\":{\"key\":\"YQ==\",\"create_revision\":\"2\"");
        assertThat(ours).hasSize(7).last().asString().contains("\"ID\":\"2\"");
        String etcd = System.getProperty("etcd");
        if (etcd == null) return;
        try (EtcdProcess process = new EtcdProcess(Path.of(etcd), folder)) {
            process.awaitReady();
            assertThat(ours).isEqualTo(streams(process.port()));
        }
    }

    /** Also of one that never got a line. */
    @Test
    void aStreamThatCannotBeginSaysSoAndOneWithoutAClientEnds() throws Exception {
        try (ClientServer server = ClientServer.start(LoneMember.config(), new NoNode(), new Meters())) {
            assertThat(post(((InetSocketAddress) server.clientAddresses().getFirst()).getPort(), "/v3/watch", "{}"))
                    .isEqualTo("503 {\"error\":{\"code\":14,\"message\":\"etcdserver: " + NoNode.WHY + "\"}}");
        }
        try (LoneMember member = new LoneMember()) {
            Socket socket = new Socket("127.0.0.1", member.address().getPort());
            String request = "POST /v3/watch HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            await("the stream is there", () -> figure(member, "etcd_debugging_mvcc_watch_stream_total") == 1);
            socket.close();
            await("it ends", () -> figure(member, "etcd_debugging_mvcc_watch_stream_total") == 0);
        }
    }

    /** The process is about to stop, and somebody waits for a lock that is free a moment later. */
    @Test
    void whoWaitsForAnAnswerGetsItBeforeTheConnectionEnds() throws Exception {
        try (LoneMember member = new LoneMember()) {
            int port = member.address().getPort();
            String body = encoded("{\"name\":\"<job>\"}");
            assertThat(post(port, "/v3/lock/lock", body)).startsWith("200 ");
            CompletableFuture<String> waits = CompletableFuture.supplyAsync(() -> asked(port, "/v3/lock/lock", body));
            await(
                    "it stands in the line",
                    () -> member.node().orElseThrow().state().view().keys() == 2);
            Thread drain = Thread.ofVirtual().start(member::drain);
            await(
                    "nothing more is taken",
                    () -> !asked(port, "/v3/kv/range", "{}").startsWith("4"));
            assertThat(waits).isNotDone();
            RangeQuery first = RangeQuery.of(KeyRange.prefix(Bytes.utf8("job/")));
            RangeResult.Found line =
                    (RangeResult.Found) member.node().orElseThrow().state().range(first);
            Bytes holder = line.keyValues().stream()
                    .min(Comparator.comparing(KeyValue::createRevision))
                    .orElseThrow()
                    .key();
            member.node()
                    .orElseThrow()
                    .propose(new Op.DeleteRange(KeyRange.single(holder), false))
                    .get(20, TimeUnit.SECONDS);
            assertThat(waits.get(20, TimeUnit.SECONDS)).startsWith("200 ").contains("\"key\":");
            drain.join();
        }
    }

    /** Empty if there is no answer. */
    private static String asked(int port, String path, String body) {
        try {
            return post(port, path, body);
        } catch (IOException refused) {
            return "";
        } catch (Exception other) {
            throw new AssertionError(other);
        }
    }

    @Test
    void aMemberThatIsKnownToBeWrongGivesNoBackup() throws Exception {
        try (LoneMember member = new LoneMember()) {
            Alarm alarm = new Alarm(LoneMember.ID, Alarm.Kind.CORRUPT);
            member.node()
                    .orElseThrow()
                    .propose(new Command.AlarmChange(Action.ACTIVATE, alarm))
                    .get(20, TimeUnit.SECONDS);
            assertThat(post(member.address().getPort(), "/v3/maintenance/snapshot", "{}"))
                    .isEqualTo("500 {\"error\":{\"code\":15,\"message\":\"etcdserver: corrupt cluster\"}}");
        }
    }

    @Test
    void anAnswerThatWouldFillTheMemoryAsJsonIsRefused() throws Exception {
        try (LoneMember member = new LoneMember()) {
            long keys = Runtime.getRuntime().maxMemory() / 32 / (1 << 20) + 1;
            for (int i = 0; i < keys; i++) {
                Bytes value = Bytes.wrap(new byte[1 << 20]);
                member.node()
                        .orElseThrow()
                        .propose(Op.Put.of(Bytes.utf8("k" + i), value))
                        .get(20, TimeUnit.SECONDS);
            }
            int port = member.address().getPort();
            assertThat(post(port, "/v3/kv/range", encoded("{\"key\":\"<k>\",\"range_end\":\"<l>\"}")))
                    .startsWith("429 ")
                    .contains("too large for JSON, set a limit");
            assertThat(post(port, "/v3/kv/range", encoded("{\"key\":\"<k>\",\"range_end\":\"<l>\",\"limit\":2}")))
                    .startsWith("200 ");
        }
    }

    /** The second object has all that could confuse who looks for its end; behind a broken one nothing is read. */
    @Test
    void objectsStandOneAfterTheOther() throws Exception {
        try (LoneMember member = new LoneMember()) {
            int port = member.address().getPort();
            String kept = post(
                    port, "/v3/lease/keepalive", "{\"ID\":1}\n{\"x}\\\"{\":\"}\",\"ID\":2} {\"ID\":{}} {\"ID\":4}");
            assertThat(kept.lines()).hasSize(2);
            assertThat(kept).startsWith("200 ").contains("\"ID\":\"1\"").contains("\"ID\":\"2\"");
            assertThat(post(port, "/v3/lease/keepalive", "")).isEqualTo("200 ");
        }
    }

    /** Two watches in one request, what happens then, and keep-alives of leases that are not there. */
    private static List<String> streams(int port) throws Exception {
        List<String> lines = new ArrayList<>();
        post(port, "/v3/kv/put", encoded("{\"key\":\"<a>\",\"value\":\"<one>\"}"));
        String watches = "{\"create_request\":{\"key\":\"<a>\",\"start_revision\":1}} "
                + "{\"create_request\":{\"key\":\"<b\\\\>\",\"watch_id\":\"7\"}}";
        try (HttpClient client = HttpClient.newHttpClient()) {
            var reply = client.send(request(port, "/v3/watch", encoded(watches)), BodyHandlers.ofLines());
            assertThat(reply.statusCode()).isEqualTo(200);
            Iterator<String> coming = reply.body().iterator();
            for (int i = 0; i < 3; i++) lines.add(coming.next());
            lines.sort(Comparator.comparing(line -> line.contains("events")));
            post(port, "/v3/kv/put", encoded("{\"key\":\"<a>\",\"value\":\"<two>\"}"));
            lines.add(coming.next());
            post(port, "/v3/kv/deleterange", encoded("{\"key\":\"<a>\"}"));
            lines.add(coming.next());
            client.shutdownNow();
        }
        String kept = post(port, "/v3/lease/keepalive", "{\"ID\":1}{\"ID\":2}");
        lines.addAll(kept.substring(4).lines().toList());
        return lines.stream().map(line -> unspaced(anonymous(line))).toList();
    }

    private static void await(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as(what).isLessThan(end);
            LockSupport.parkNanos(1_000_000);
        }
    }

    private static double figure(LoneMember member, String name) {
        try (HttpClient client = HttpClient.newHttpClient()) {
            URI metrics = URI.create("http://127.0.0.1:" + member.address().getPort() + "/metrics");
            String page = client.send(HttpRequest.newBuilder(metrics).build(), BodyHandlers.ofString())
                    .body();
            return page.lines()
                    .filter(line -> line.startsWith(name + " "))
                    .mapToDouble(line -> Double.parseDouble(line.substring(line.indexOf(' '))))
                    .findFirst()
                    .orElseThrow();
        } catch (IOException | InterruptedException failure) {
            throw new AssertionError(failure);
        }
    }

    private static List<String> ask(int port) throws Exception {
        List<String> answers = new ArrayList<>();
        for (String asked : ASKED) {
            String[] parts = asked.split(" ", 2);
            answers.add(unspaced(post(port, parts[0], encoded(parts[1]))));
        }
        return answers;
    }

    /** etcd puts spaces here and there on purpose, so that nobody relies on the form. */
    private static String unspaced(String answer) {
        return answer.replaceAll("(?<=[,:{\\[]) +", "").replaceAll(",?\"raft_term\":\"\\d+\"", "");
    }

    private static String encoded(String json) {
        StringBuilder out = new StringBuilder();
        int at = 0;
        for (int open = json.indexOf('<'); open >= 0; open = json.indexOf('<', at)) {
            int close = json.indexOf('>', open);
            out.append(json, at, open).append(base64(json.substring(open + 1, close)));
            at = close + 1;
        }
        return out.append(json.substring(at)).toString();
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Without ids and terms, and without the list of details that came with 3.6. */
    private static String post(int port, String path, String body) throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            var reply = client.send(request(port, path, body), BodyHandlers.ofString());
            return reply.statusCode() + " " + anonymous(reply.body()).strip();
        }
    }

    private static HttpRequest request(int port, String path, String body) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .POST(BodyPublishers.ofString(body))
                .build();
    }

    private static String anonymous(String text) {
        return text.replaceAll("\"(?:cluster_id|member_id)\": *\"\\d+\", *", "")
                .replaceAll(", *\"details\": *\\[\\]", "");
    }
}
