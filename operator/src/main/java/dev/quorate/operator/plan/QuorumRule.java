package dev.quorate.operator.plan;

/** The arithmetic of majorities, and what a pod disruption budget has to say about it. */
public final class QuorumRule {
    private QuorumRule() {}

    public static int quorum(int voters) {
        return voters / 2 + 1;
    }

    /** How many voters may be away without losing the quorum. */
    public static int tolerance(int voters) {
        return voters == 0 ? 0 : voters - quorum(voters);
    }

    /**
     * How many of the pods must stay. A learner buys no allowance, and a change that will take voters away counts before
     * it happens: the budget is tight first and loose last.
     */
    public static int minAvailable(int pods, int voters, int wanted) {
        int soon = wanted < voters ? Math.max(wanted, voters - 2) : voters;
        return pods - Math.min(tolerance(voters), tolerance(soon));
    }

    /** The same for what is seen: without a quorum nobody may go. */
    public static int minAvailable(ClusterView view, int pods) {
        int voters = view.membership().map(members -> members.voters().size()).orElse(0);
        return minAvailable(pods, voters, view.wanted().replicas());
    }

    static long healthyVoters(ClusterView view, MembershipView membership) {
        return membership.voters().stream().filter(view::healthy).count();
    }
}
