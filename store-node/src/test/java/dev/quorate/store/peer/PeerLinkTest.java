package dev.quorate.store.peer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quorate.store.Bytes;
import dev.quorate.store.FreePorts;
import dev.quorate.store.node.NodeConfig;
import dev.quorate.store.raft.Message;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A lane against a real server that is there later than the first message. */
class PeerLinkTest {
    @Test
    void aForwardedProposalWaitsForTheConnectionAndOthersDoNot() throws Exception {
        int port = FreePorts.take(1).getFirst();
        PeerLoops loops = new PeerLoops(new NodeConfig.Tls("", "", "", false, "", ""));
        ManagedChannel channel = loops.channel("http://127.0.0.1:" + port, false);
        PeerLink link = new PeerLink(
                new PeerLink.Limits(16, 1 << 20), channel, loops.loop(false), new Metadata(), new Unheard());
        try {
            Message forward = new Message.Forward(1, 2, 3, List.of(Bytes.utf8("put")));
            assertThat(link.offer(new Message.Heartbeat(1, 2, 3, 0, 0))).isFalse();
            assertThat(link.offer(forward)).isTrue();
            try (HearingPort server = new HearingPort(port)) {
                assertThat(server.arrived.poll(20, TimeUnit.SECONDS)).isEqualTo(forward);
                assertThat(server.arrived).isEmpty();
            }
        } finally {
            link.close();
            channel.shutdownNow();
            loops.close();
        }
    }

    /**
     * gRPC would try again after twice as long as the member was away, up to two minutes. Whose client has given up by then
     * need not arrive, but whoever has just asked must not wait for nothing.
     */
    @Test
    void aMemberThatWasAwayForLongIsHeardOfAtOnce() throws Exception {
        int port = FreePorts.take(1).getFirst();
        PeerLoops loops = new PeerLoops(new NodeConfig.Tls("", "", "", false, "", ""));
        ManagedChannel channel = loops.channel("http://127.0.0.1:" + port, false);
        CountDownLatch connected = new CountDownLatch(1);
        PeerLink link = new PeerLink(
                new PeerLink.Limits(16, 1 << 20), channel, loops.loop(false), new Metadata(), new Unheard() {
                    @Override
                    public void connected() {
                        connected.countDown();
                    }
                });
        try {
            assertThat(link.offer(new Message.Forward(1, 2, 3, List.of(Bytes.utf8("early")))))
                    .isTrue();
            assertThat(connected.await(6_200, TimeUnit.MILLISECONDS)).isFalse();
            Message late = new Message.Forward(1, 2, 3, List.of(Bytes.utf8("late")));
            assertThat(link.offer(late)).isTrue();
            try (HearingPort server = new HearingPort(port)) {
                assertThat(connected.await(1, TimeUnit.SECONDS)).isTrue();
                assertThat(server.arrived.poll(20, TimeUnit.SECONDS)).isEqualTo(late);
                assertThat(server.arrived).isEmpty();
            }
        } finally {
            link.close();
            channel.shutdownNow();
            loops.close();
        }
    }

    private static class Unheard implements PeerLink.Listener {
        @Override
        public void connected() {}

        @Override
        public void disconnected(Status why) {}
    }
}
