package dev.quorate.store.node;

/**
 * How much of everything a member takes before it refuses.
 *
 * @param waitingProposals proposals in the mailbox; one more is refused with "too many requests"
 * @param unapplied committed but not yet applied entries; with more, proposals wait
 * @param maxRequestBytes size of one command on the log
 */
public record Limits(
        int waitingProposals,
        int unapplied,
        long maxRequestBytes,
        int maxTxnOps,
        long maxConcurrentStreams,
        int maxLearners) {
    public static final Limits DEFAULT = new Limits(20_000, 5_000, 1_572_864, 128, 4_294_967_295L, 1);
}
