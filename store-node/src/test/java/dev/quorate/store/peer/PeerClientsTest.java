package dev.quorate.store.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.quorate.store.FreePorts;
import dev.quorate.store.codec.MemberIds;
import dev.quorate.store.node.Mailbox;
import dev.quorate.store.node.NodeConfig;
import dev.quorate.store.node.NodeStatus.NodeIdentity;
import dev.quorate.store.node.port.Meters;
import dev.quorate.store.node.port.Peers;
import dev.quorate.store.raft.Message;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PeerClientsTest {
    private static final Message TO_3 = new Message.Heartbeat(2, 3, 1, 0, 0);

    /** It would end every member, and again at every start. */
    @ParameterizedTest
    @ValueSource(
            strings = {"http://my_host:2380", "http://h:99999999999", "http://h:70000", "http://a^b:1", "unix:///x"})
    void anAddressThatNobodyCanReachIsRefusedAndHarmless(String url) {
        assertThat(MemberIds.validUrls(List.of(url))).isFalse();
        assertThat(MemberIds.validUrls(List.of("http://h:2380", url))).isFalse();
        try (PeerClients clients = clients()) {
            assertThatCode(() -> clients.update(only(3, url))).doesNotThrowAnyException();
        }
    }

    /** It was away while the caller joined: nobody else can tell it where to answer. */
    @Test
    void whoCalledCanBeAnsweredAlsoWhenItIsInNoList() throws Exception {
        try (ServerSocket caller = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                PeerClients clients = clients()) {
            clients.update(only(3, "http://127.0.0.1:1"));
            clients.met(4, address(caller));
            clients.update(only(3, "http://127.0.0.1:1"));
            clients.send(new Message.HeartbeatReply(2, 4, 1, 0, 0));
            caller.setSoTimeout(20_000);
            caller.accept().close();
        }
    }

    /** An address may be entered before somebody listens there, or by mistake. */
    @Test
    void whoMovesIsReachedWhereItWasUntilItIsThere() throws Exception {
        List<Integer> ports = FreePorts.take(2);
        int old = ports.get(0);
        int moved = ports.get(1);
        try (HearingPort before = new HearingPort(old);
                PeerClients clients = clients()) {
            clients.update(only(3, "http://127.0.0.1:" + old));
            awaitHeard(clients, before);
            clients.update(only(3, "http://127.0.0.1:" + moved));
            before.arrived.clear();
            clients.send(TO_3);
            assertThat(before.arrived.poll(20, TimeUnit.SECONDS)).isEqualTo(TO_3);
            assertThat(clients.connectedMillis(3)).isNotNegative();
            try (HearingPort after = new HearingPort(moved)) {
                awaitHeard(clients, after);
                Message last = new Message.Heartbeat(2, 3, 2, 0, 0);
                clients.send(last);
                Message heard = TO_3;
                while (TO_3.equals(heard)) heard = after.arrived.poll(20, TimeUnit.SECONDS);
                assertThat(heard).isEqualTo(last);
                assertThat(before.arrived).doesNotContain(last);
            }
        }
    }

    private static void awaitHeard(PeerClients clients, HearingPort port) throws InterruptedException {
        int tries = 0;
        while (port.arrived.poll(50, TimeUnit.MILLISECONDS) == null) {
            assertThat(tries++).isLessThan(400);
            clients.send(TO_3);
        }
    }

    private static Peers.Address address(ServerSocket of) {
        return new Peers.Address(List.of("http://127.0.0.1:" + of.getLocalPort()));
    }

    private static TreeMap<Long, Peers.Address> only(long id, String url) {
        TreeMap<Long, Peers.Address> members = new TreeMap<>();
        members.put(id, new Peers.Address(List.of(url)));
        return members;
    }

    private static PeerClients clients() {
        NodeConfig.Tls none = new NodeConfig.Tls("", "", "", false, "", "");
        return new PeerClients(
                new NodeIdentity(1, 2, "m", 1), List.of(), none, new Mailbox(10), new Meters(), why -> {});
    }
}
