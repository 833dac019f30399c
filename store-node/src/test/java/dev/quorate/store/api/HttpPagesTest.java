package dev.quorate.store.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quorate.proto.admin.AdminGrpc;
import dev.quorate.proto.admin.BootstrapRequest;
import dev.quorate.proto.admin.LocalStatusRequest;
import dev.quorate.proto.admin.LocalStatusResponse.State;
import dev.quorate.proto.etcdserverpb.KVGrpc;
import dev.quorate.proto.etcdserverpb.RangeRequest;
import dev.quorate.store.Bytes;
import dev.quorate.store.mvcc.KeyRange;
import dev.quorate.store.node.Node;
import dev.quorate.store.node.port.Meters;
import dev.quorate.store.state.Alarm;
import dev.quorate.store.state.Command;
import dev.quorate.store.state.Command.AlarmChange.Action;
import dev.quorate.store.state.Op;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class HttpPagesTest {
    @Test
    void aHealthyMemberSaysSo() throws Exception {
        try (LoneMember member = new LoneMember()) {
            assertThat(get(member, "/health").body()).isEqualTo("{\"health\":\"true\",\"reason\":\"\"}");
            assertThat(get(member, "/livez").body()).isEqualTo("ok\n");
            assertThat(get(member, "/readyz?verbose&exclude=linearizable_read&exclude=data_corruption")
                            .body())
                    .isEqualTo("[+]serializable_read ok\n[+]non_learner ok\nok\n");
            assertThat(get(member, "/readyz/linearizable_read").statusCode()).isEqualTo(200);
            assertThat(get(member, "/version").body())
                    .isEqualTo("{\"etcdserver\":\"3.7.1\",\"etcdcluster\":\"3.7.0\",\"storage\":\"3.7.0\"}");
            assertThat(get(member, "/readyz/nonsense").statusCode()).isEqualTo(404);
            assertThat(get(member, "/").statusCode()).isEqualTo(404);
            assertThat(ask(member, "POST", "/health").headers().firstValue("allow"))
                    .contains("GET");
            assertThat(ask(member, "POST", "/health").statusCode()).isEqualTo(405);
            assertThat(ask(member, "OPTIONS", "/anything").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void alarmsMakeItUnhealthyUnlessTheyAreExcluded() throws Exception {
        try (LoneMember member = new LoneMember()) {
            Node node = member.node().orElseThrow();
            raise(node, Alarm.Kind.NO_SPACE);
            assertThat(get(member, "/health").statusCode()).isEqualTo(503);
            assertThat(get(member, "/health").body()).contains("ALARM NOSPACE");
            assertThat(get(member, "/health?exclude=NOSPACE").statusCode()).isEqualTo(200);
            assertThat(get(member, "/readyz").statusCode()).isEqualTo(200);
            raise(node, Alarm.Kind.CORRUPT);
            assertThat(get(member, "/health?exclude=NOSPACE").body()).contains("ALARM CORRUPT");
            assertThat(get(member, "/readyz").body()).contains("[-]data_corruption failed: alarm activated: CORRUPT\n");
        }
    }

    private static void raise(Node node, Alarm.Kind kind) throws Exception {
        node.propose(new Command.AlarmChange(Action.ACTIVATE, new Alarm(LoneMember.ID, kind)))
                .get(10, TimeUnit.SECONDS);
    }

    @Test
    void withoutALeaderItIsAliveButNotReady() throws Exception {
        try (LoneMember member = new LoneMember(LoneMember.ID, 2L, 3L)) {
            assertThat(get(member, "/health").body()).contains("RAFT NO LEADER");
            assertThat(get(member, "/health?serializable=true").statusCode()).isEqualTo(200);
            assertThat(get(member, "/livez").statusCode()).isEqualTo(200);
            assertThat(get(member, "/metrics").body()).contains("\netcd_server_has_leader 0");
            ManagedChannel channel = channel(member.address());
            try {
                Metadata needsLeader = new Metadata();
                needsLeader.put(Metadata.Key.of("hasleader", Metadata.ASCII_STRING_MARSHALLER), "true");
                var kv = KVGrpc.newBlockingStub(channel)
                        .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(needsLeader));
                assertThatThrownBy(() -> kv.range(RangeRequest.getDefaultInstance()))
                        .hasMessage("UNAVAILABLE: etcdserver: no leader");
                assertThat(KVGrpc.newBlockingStub(channel)
                                .range(RangeRequest.newBuilder()
                                        .setKey(RawRequests.bytes("a"))
                                        .setSerializable(true)
                                        .build())
                                .getCount())
                        .isZero();
            } finally {
                channel.shutdownNow();
            }
        }
    }

    @Test
    void theMetricsOfTheDashboardsAreThere() throws Exception {
        try (LoneMember member = new LoneMember()) {
            get(member, "/readyz");
            Node node = member.node().orElseThrow();
            for (String key : List.of("a", "b", "a"))
                node.propose(Op.Put.of(Bytes.utf8(key), Bytes.EMPTY)).join();
            node.propose(new Op.DeleteRange(KeyRange.single(Bytes.utf8("a")), false))
                    .join();
            HttpResponse<String> page = get(member, "/metrics");
            assertThat(page.headers().firstValue("content-type").orElse("")).startsWith("text/plain; version=0.0.4");
            assertThat(page.body())
                    .contains("\netcd_server_has_leader 1\n")
                    .contains("\netcd_mvcc_put_total 3\n")
                    .contains("\netcd_mvcc_delete_total 1\n")
                    .contains("\netcd_debugging_mvcc_keys_total 1\n")
                    .contains("# TYPE etcd_server_leader_changes_seen_total counter")
                    .contains("# TYPE etcd_server_proposals_failed_total counter")
                    .contains("# TYPE etcd_server_proposals_pending gauge")
                    .contains("# TYPE etcd_server_proposals_committed_total gauge")
                    .contains("# TYPE etcd_server_proposals_applied_total gauge")
                    .contains("# TYPE etcd_server_quota_backend_bytes gauge")
                    .contains("# TYPE etcd_mvcc_db_total_size_in_bytes gauge")
                    .contains("# TYPE etcd_mvcc_db_total_size_in_use_in_bytes gauge")
                    .contains("# TYPE etcd_disk_wal_fsync_duration_seconds histogram")
                    .contains("etcd_disk_wal_fsync_duration_seconds_bucket{le=\"8.192\"}")
                    .contains("# TYPE etcd_disk_backend_commit_duration_seconds histogram")
                    .contains("# TYPE etcd_network_client_grpc_sent_bytes_total counter")
                    .contains("# TYPE etcd_network_client_grpc_received_bytes_total counter")
                    .contains("grpc_server_started_total{grpc_method=\"Watch\",grpc_service=\"etcdserverpb.Watch\","
                            + "grpc_type=\"bidi_stream\"} 0")
                    .contains("grpc_server_handled_total{grpc_code=\"DeadlineExceeded\",grpc_method=\"Range\","
                            + "grpc_service=\"etcdserverpb.KV\",grpc_type=\"unary\"} 0")
                    .contains("# TYPE grpc_server_handling_seconds histogram")
                    .contains("etcd_server_healthchecks_total{name=\"linearizable_read\",status=\"success\","
                            + "type=\"readyz\"} 1")
                    .contains("etcd_server_id{server_id=\"1234\"} 1")
                    .contains("process_resident_memory_bytes");
        }
    }

    @Test
    void aProcessWithoutANodeIsAliveNotReadyAndAnswersItsOperator() throws Exception {
        ClientServer server = ClientServer.start(LoneMember.config(), new NoNode(), new Meters());
        InetSocketAddress address = (InetSocketAddress) server.clientAddresses().getFirst();
        ManagedChannel channel = channel(address);
        try {
            assertThat(ask(address, "GET", "/livez").statusCode()).isEqualTo(200);
            assertThat(ask(address, "GET", "/startupz").statusCode()).isEqualTo(200); // it waits: that is all it can
            HttpResponse<String> ready = ask(address, "GET", "/readyz");
            assertThat(ready.statusCode()).isEqualTo(503);
            assertThat(ready.body()).contains(NoNode.WHY);
            assertThat(ask(address, "GET", "/health").body()).contains(NoNode.WHY);
            assertThat(ask(address, "GET", "/metrics").statusCode()).isEqualTo(200);
            assertThatThrownBy(() -> KVGrpc.newBlockingStub(channel).range(RangeRequest.getDefaultInstance()))
                    .hasMessage("UNAVAILABLE: etcdserver: " + NoNode.WHY);
            var admin = AdminGrpc.newBlockingStub(channel);
            assertThat(admin.localStatus(LocalStatusRequest.getDefaultInstance())
                            .getState())
                    .isEqualTo(State.UNINITIALISED);
            assertThat(admin.bootstrap(bootstrap("right")).getClusterId()).isEqualTo(7);
            assertThatThrownBy(() -> admin.bootstrap(bootstrap("wrong")))
                    .hasMessage("FAILED_PRECONDITION: born with another token");
            assertThatThrownBy(() -> admin.bootstrap(BootstrapRequest.getDefaultInstance()))
                    .hasMessageStartingWith("INVALID_ARGUMENT");
        } finally {
            channel.shutdownNow();
            server.close();
        }
    }

    private static BootstrapRequest bootstrap(String token) {
        return BootstrapRequest.newBuilder()
                .setToken(token)
                .addPeerUrls("http://127.0.0.1:1")
                .build();
    }

    private static ManagedChannel channel(InetSocketAddress address) {
        return NettyChannelBuilder.forAddress(address).usePlaintext().build();
    }

    @Test
    void theJsonGatewayCanBeTurnedOff() throws Exception {
        for (boolean on : new boolean[] {true, false}) {
            ClientServer server = ClientServer.start(LoneMember.config(on), new NoNode(), new Meters());
            try {
                InetSocketAddress address =
                        (InetSocketAddress) server.clientAddresses().getFirst();
                assertThat(ask(address, "POST", "/v3/kv/range").statusCode()).isEqualTo(on ? 503 : 404);
                assertThat(ask(address, "GET", "/livez").statusCode()).isEqualTo(200);
            } finally {
                server.close();
            }
        }
    }

    private static HttpResponse<String> get(LoneMember member, String path) throws Exception {
        return ask(member, "GET", path);
    }

    private static HttpResponse<String> ask(LoneMember member, String method, String path) throws Exception {
        return ask(member.address(), method, path);
    }

    private static HttpResponse<String> ask(InetSocketAddress address, String method, String path)
            throws IOException, InterruptedException {
        try (HttpClient client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
            HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + address.getPort() + path))
                    .method(method, HttpRequest.BodyPublishers.noBody())
                    .build();
            return client.send(request, BodyHandlers.ofString());
        }
    }
}
