package dev.quorate.store.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quorate.store.node.Mailbox.Input;
import dev.quorate.store.raft.EntryId;
import dev.quorate.store.raft.Message;
import java.util.List;
import org.junit.jupiter.api.Test;

class MailboxTest {
    private static final int MORE_THAN_A_LANE_TAKES = 20_000;
    private static final Message APPEND = new Message.Append(1, 2, 1, EntryId.NONE, List.of(), 0);
    private static final Message HEARTBEAT = new Message.Heartbeat(1, 2, 1, 0, 0);

    private final Mailbox mailbox = new Mailbox(10);

    @Test
    void aHeartbeatIsTakenFirstAndNeverRefusedForAFloodOfEntries() {
        assertThat(delivered(APPEND)).isLessThan(MORE_THAN_A_LANE_TAKES);
        mailbox.persisted(7);
        mailbox.tick();

        assertThat(mailbox.deliver(HEARTBEAT)).isTrue();

        List<Input> first = mailbox.drain();
        assertThat(first.getFirst()).isEqualTo(new Input.Received(HEARTBEAT));
        assertThat(first).contains(new Input.Tick());
        assertThat(mailbox.drain()).containsExactly(new Input.Persisted(7));
        assertThat(mailbox.isEmpty()).isTrue();
    }

    @Test
    void aFloodOfHeartbeatsIsBoundedAndLeavesRoomForEntries() {
        int taken = delivered(HEARTBEAT);

        assertThat(taken).isLessThan(MORE_THAN_A_LANE_TAKES);
        assertThat(mailbox.deliver(APPEND)).isTrue();
        assertThat(mailbox.drain()).hasSize(taken + 1);
        assertThat(delivered(HEARTBEAT)).isEqualTo(taken);
    }

    private int delivered(Message message) {
        int taken = 0;
        for (int i = 0; i < MORE_THAN_A_LANE_TAKES; i++) if (mailbox.deliver(message)) taken++;
        return taken;
    }
}
