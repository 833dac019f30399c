package dev.quorate.store.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.quorate.store.codec.MemberIds;
import dev.quorate.store.node.Mailbox;
import dev.quorate.store.node.NodeConfig;
import dev.quorate.store.node.NodeStatus.NodeIdentity;
import dev.quorate.store.node.port.Meters;
import dev.quorate.store.node.port.Peers;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PeerClientsTest {
    /** It would end every member, and again at every start. */
    @ParameterizedTest
    @ValueSource(
            strings = {"http://my_host:2380", "http://h:99999999999", "http://h:70000", "http://a^b:1", "unix:///x"})
    void anAddressThatNobodyCanReachIsRefusedAndHarmless(String url) {
        assertThat(MemberIds.validUrls(List.of(url))).isFalse();
        assertThat(MemberIds.validUrls(List.of("http://h:2380", url))).isFalse();
        NodeConfig.Tls none = new NodeConfig.Tls("", "", "", false, "", "");
        try (PeerClients clients =
                new PeerClients(new NodeIdentity(1, 2, "m", 1), none, new Mailbox(10), new Meters(), why -> {})) {
            TreeMap<Long, Peers.Address> members = new TreeMap<>();
            members.put(3L, new Peers.Address(List.of(url)));
            assertThatCode(() -> clients.update(members)).doesNotThrowAnyException();
        }
    }
}
