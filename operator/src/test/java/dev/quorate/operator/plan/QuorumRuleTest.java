package dev.quorate.operator.plan;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class QuorumRuleTest {
    @Test
    void theBudgetIsTightBeforeAChangeAndLooseAfterIt() {
        assertThat(QuorumRule.minAvailable(3, 3, 3)).isEqualTo(2);
        assertThat(QuorumRule.minAvailable(5, 5, 5)).isEqualTo(3);
        assertThat(QuorumRule.minAvailable(5, 3, 5))
                .as("learners buy no allowance")
                .isEqualTo(4);
        assertThat(QuorumRule.minAvailable(5, 5, 3))
                .as("before the pair leaves")
                .isEqualTo(4);
        assertThat(QuorumRule.minAvailable(5, 3, 3))
                .as("before its pods are gone")
                .isEqualTo(4);
        assertThat(QuorumRule.minAvailable(3, 1, 3)).as("one voter may not go").isEqualTo(3);
        assertThat(QuorumRule.minAvailable(3, 0, 3))
                .as("no quorum, no eviction")
                .isEqualTo(3);
    }

    @Test
    void anEvenNumberToleratesNoMoreThanOneFewer() {
        assertThat(QuorumRule.tolerance(4)).isEqualTo(QuorumRule.tolerance(3)).isEqualTo(1);
    }
}
