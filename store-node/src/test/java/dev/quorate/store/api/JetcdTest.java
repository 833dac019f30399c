package dev.quorate.store.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.KV;
import io.etcd.jetcd.KeyValue;
import io.etcd.jetcd.Lease;
import io.etcd.jetcd.Watch;
import io.etcd.jetcd.kv.GetResponse;
import io.etcd.jetcd.lease.LeaseKeepAliveResponse;
import io.etcd.jetcd.op.Cmp;
import io.etcd.jetcd.op.CmpTarget;
import io.etcd.jetcd.op.Op;
import io.etcd.jetcd.options.DeleteOption;
import io.etcd.jetcd.options.GetOption;
import io.etcd.jetcd.options.LeaseOption;
import io.etcd.jetcd.options.PutOption;
import io.etcd.jetcd.options.WatchOption;
import io.etcd.jetcd.watch.WatchEvent;
import io.etcd.jetcd.watch.WatchResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A stock etcd client that knows nothing of us does its work on one member. */
class JetcdTest {
    private static LoneMember member;
    private static Client client;
    private static KV kv;

    @BeforeAll
    static void open() throws Exception {
        member = new LoneMember();
        client = Client.builder()
                .endpoints("http://127.0.0.1:" + member.address().getPort())
                .build();
        kv = client.getKVClient();
    }

    @AfterAll
    static void close() {
        client.close();
        member.close();
    }

    @Test
    void putGetAndDelete() throws Exception {
        long created = kv.put(bytes("kv/a"), bytes("1")).get().getHeader().getRevision();
        kv.put(bytes("kv/a"), bytes("2")).get();
        KeyValue found = only(kv.get(bytes("kv/a")).get());
        assertThat(found.getValue()).isEqualTo(bytes("2"));
        assertThat(found.getVersion()).isEqualTo(2);
        assertThat(found.getCreateRevision()).isEqualTo(created);
        GetResponse before = kv.get(
                        bytes("kv/a"), GetOption.builder().withRevision(created).build())
                .get();
        assertThat(only(before).getValue()).isEqualTo(bytes("1"));
        var deleted = kv.delete(
                        bytes("kv/a"), DeleteOption.builder().withPrevKV(true).build())
                .get();
        assertThat(deleted.getDeleted()).isEqualTo(1);
        assertThat(deleted.getPrevKvs().getFirst().getValue()).isEqualTo(bytes("2"));
        assertThat(kv.get(bytes("kv/a")).get().getKvs()).isEmpty();
    }

    @Test
    void pagesOfAPrefixCountTheWhole() throws Exception {
        for (int i = 0; i < 20; i++)
            kv.put(bytes("page/" + (char) ('a' + i)), bytes("v" + i)).get();
        GetResponse page = kv.get(
                        bytes("page/"),
                        GetOption.builder()
                                .isPrefix(true)
                                .withLimit(5)
                                .withSortOrder(GetOption.SortOrder.DESCEND)
                                .build())
                .get();
        assertThat(page.getKvs()).hasSize(5);
        assertThat(page.getKvs().getFirst().getKey()).isEqualTo(bytes("page/t"));
        assertThat(page.getCount()).isEqualTo(20);
        assertThat(page.isMore()).isTrue();
    }

    @Test
    void transactionsTakeOneBranch() throws Exception {
        var absent = new Cmp(bytes("txn/a"), Cmp.Op.EQUAL, CmpTarget.version(0));
        var create = Op.put(bytes("txn/a"), bytes("1"), PutOption.DEFAULT);
        var read = Op.get(bytes("txn/a"), GetOption.DEFAULT);
        assertThat(kv.txn().If(absent).Then(create).Else(read).commit().get().isSucceeded())
                .isTrue();
        var second = kv.txn().If(absent).Then(create).Else(read).commit().get();
        assertThat(second.isSucceeded()).isFalse();
        assertThat(only(second.getGetResponses().getFirst()).getValue()).isEqualTo(bytes("1"));
    }

    @Test
    void aWatchTellsHistoryAndThePresentInOrder() throws Exception {
        long from = kv.put(bytes("w/a"), bytes("1")).get().getHeader().getRevision();
        BlockingQueue<WatchEvent> events = new LinkedBlockingQueue<>();
        WatchOption option = WatchOption.builder()
                .isPrefix(true)
                .withRevision(from)
                .withPrevKV(true)
                .build();
        try (Watch.Watcher watcher =
                client.getWatchClient().watch(bytes("w/"), option, response -> events.addAll(response.getEvents()))) {
            kv.put(bytes("w/a"), bytes("2")).get();
            kv.put(bytes("other"), bytes("2")).get();
            kv.delete(bytes("w/a")).get();
            List<WatchEvent> seen = take(events, 3);
            assertThat(seen.get(0).getKeyValue().getValue()).isEqualTo(bytes("1"));
            assertThat(seen.get(1).getPrevKV().getValue()).isEqualTo(bytes("1"));
            assertThat(seen.get(2).getEventType()).isEqualTo(WatchEvent.EventType.DELETE);
            assertThat(seen.get(2).getPrevKV().getValue()).isEqualTo(bytes("2"));
            assertThat(watcher.isClosed()).isFalse();
        }
    }

    @Test
    void aQuietWatchHearsHowFarItIs() throws Exception {
        kv.put(bytes("quiet"), bytes("1")).get();
        BlockingQueue<WatchResponse> responses = new LinkedBlockingQueue<>();
        WatchOption option = WatchOption.builder().withProgressNotify(true).build();
        try (Watch.Watcher _ = client.getWatchClient().watch(bytes("nothing"), option, responses::add)) {
            WatchResponse progress = responses.poll(10, TimeUnit.SECONDS);
            assertThat(progress).isNotNull();
            assertThat(progress.isProgressNotify()).isTrue();
            assertThat(progress.getHeader().getRevision()).isPositive();
        }
    }

    @Test
    void aWatchOfWhatWasCompactedSaysSo() throws Exception {
        long old = kv.put(bytes("c/a"), bytes("1")).get().getHeader().getRevision();
        long now = kv.put(bytes("c/a"), bytes("2")).get().getHeader().getRevision();
        kv.compact(now).get();
        CompletableFuture<Throwable> failure = new CompletableFuture<>();
        WatchOption option = WatchOption.builder().withRevision(old).build();
        try (Watch.Watcher _ =
                client.getWatchClient().watch(bytes("c/a"), option, Watch.listener(_ -> {}, failure::complete))) {
            assertThat(failure.get(10, TimeUnit.SECONDS)).hasMessageContaining("required revision has been compacted");
        }
        assertThatThrownBy(() -> kv.get(
                                bytes("c/a"),
                                GetOption.builder().withRevision(old).build())
                        .get())
                .hasMessageContaining("etcdserver: mvcc: required revision has been compacted");
    }

    @Test
    void aLeaseLivesAsLongAsItIsRenewedAndTakesItsKeysWithIt() throws Exception {
        Lease leases = client.getLeaseClient();
        long id = leases.grant(1).get().getID();
        kv.put(bytes("lease/a"), bytes("1"), PutOption.builder().withLeaseId(id).build())
                .get();
        LeaseKeepAliveResponse renewed = leases.keepAliveOnce(id).get();
        assertThat(renewed.getTTL()).isEqualTo(1);
        var life = leases.timeToLive(
                        id, LeaseOption.builder().withAttachedKeys().build())
                .get();
        assertThat(life.getKeys()).containsExactly(bytes("lease/a"));
        BlockingQueue<WatchEvent> events = new LinkedBlockingQueue<>();
        try (Watch.Watcher _ = client.getWatchClient()
                .watch(bytes("lease/a"), WatchOption.DEFAULT, response -> events.addAll(response.getEvents()))) {
            assertThat(take(events, 1).getFirst().getEventType()).isEqualTo(WatchEvent.EventType.DELETE);
        }
        assertThat(leases.timeToLive(id, LeaseOption.DEFAULT).get().getTTL()).isEqualTo(-1);
        assertThatThrownBy(() -> leases.revoke(id).get()).hasMessageContaining("etcdserver: requested lease not found");
    }

    @Test
    void membersAndStatus() throws Exception {
        var members = client.getClusterClient().listMember().get().getMembers();
        assertThat(members).hasSize(1);
        assertThat(members.getFirst().getName()).isEqualTo("lone");
        String endpoint = "http://127.0.0.1:" + member.address().getPort();
        var status = client.getMaintenanceClient().statusMember(endpoint).get();
        assertThat(status.getLeader()).isEqualTo(LoneMember.ID);
        assertThat(status.getVersion()).matches("3\\.\\d+\\.\\d+");
        assertThat(client.getMaintenanceClient().listAlarms().get().getAlarms()).isEmpty();
    }

    private static <T> List<T> take(BlockingQueue<T> queue, int count) throws InterruptedException {
        List<T> taken = new ArrayList<>();
        while (taken.size() < count) {
            T one = queue.poll(10, TimeUnit.SECONDS);
            assertThat(one).as("number %d of %d", taken.size() + 1, count).isNotNull();
            taken.add(one);
        }
        return taken;
    }

    private static KeyValue only(GetResponse response) {
        assertThat(response.getKvs()).hasSize(1);
        return response.getKvs().getFirst();
    }

    private static ByteSequence bytes(String text) {
        return ByteSequence.from(text, UTF_8);
    }
}
