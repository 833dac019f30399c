package dev.quorate.e2e.heartbeat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quorate.e2e.heartbeat.Reading.Counters;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReadingTest {
    private static final String METRICS = """
            # HELP etcd_server_heartbeat_send_failures_total the name alone is no value
            etcd_server_heartbeat_send_failures_total 3.0
            etcd_server_heartbeat_send_failures_total_of_another 100.0
            quorate_disk_stall_hand_overs_total 1.0
            etcd_network_snapshot_receive_success{From="a b"} 2.0
            etcd_network_snapshot_receive_success{From="c"} 4.0
            """;

    @Test
    void aMetricIsSummedUpOverItsLabels() {
        assertThat(Counters.parsed(METRICS)).isEqualTo(new Counters(3, 1, 6));
    }

    /** A metric under another name would be 0 for ever, as good ones are. */
    @Test
    void aMetricThatIsNotThereIsAnError() {
        assertThatThrownBy(() -> Counters.parsed(METRICS.replace("disk_stall", "disk")))
                .hasMessageContaining("no metric quorate_disk_stall_hand_overs_total");
    }

    @Test
    void aProcessThatWasStartedAgainCountsFromNothing() {
        Reading before = new Reading(2, List.of(new Counters(5, 1, 0), new Counters(5, 0, 2)));
        Reading after = new Reading(3, List.of(new Counters(7, 1, 0), new Counters(1, 0, 1)));
        Reading grown = after.since(before);
        assertThat(grown.term()).isEqualTo(1);
        assertThat(grown.sum(Counters::lateHeartbeats)).isEqualTo(3);
        assertThat(grown.sum(Counters::wholeStates)).isEqualTo(1);
    }
}
