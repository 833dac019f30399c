package dev.quorate.store.state;

import dev.quorate.store.Bytes;
import dev.quorate.store.mvcc.EventKind;
import dev.quorate.store.mvcc.KeyEvent;
import java.util.zip.CRC32C;

/**
 * The rolling hash of everything that was applied: two members that have applied the same entries have the same one, for
 * ever and at every index, and two that differ once differ from then on.
 *
 * <p>It is made of what commands did, not of what they asked for: the revision, the versions as they are stored and the
 * facts. So it sees an index that has gone wrong as soon as a command depends on it. A version that changes later, on the
 * disk, is found by its own checksum.
 */
final class Digest {
    private static final long GOLDEN = 0x9e3779b97f4a7c15L;

    private final CRC32C crc = new CRC32C();
    private long value;

    Digest(long value) {
        this.value = value;
    }

    long value() {
        return value;
    }

    void take(long index, Applied applied) {
        mix(index);
        mix(applied.revision());
        for (KeyEvent event : applied.events()) {
            mix(event.kind() == EventKind.PUT ? 1 : 2);
            mix(event.encodedKeyValue());
        }
        for (Fact fact : applied.facts()) take(fact);
    }

    private void take(Fact fact) {
        switch (fact) {
            case Fact.LeaseSet set -> mix(3, set.id(), set.ttlSeconds(), set.remainingTtlSeconds());
            case Fact.LeaseGone gone -> mix(4, gone.id());
            case Fact.MemberSet set -> take(set.member());
            case Fact.MemberDisk disk -> {
                mix(13, disk.id());
                mix(0, disk.dataNonce());
            }
            case Fact.MemberRemoved removed -> mix(6, removed.id());
            case Fact.AlarmRaised raised -> take(7, raised.alarm());
            case Fact.AlarmCleared cleared -> take(8, cleared.alarm());
            case Fact.ClusterVersion version -> mix(9, version.version());
            case Fact.Downgrade downgrade -> mix(downgrade.enabled() ? 10 : 11, downgrade.targetVersion());
            case Fact.CompactionMark mark -> mix(12, mark.revision());
            // The node's own, and never the outcome of a command.
            case Fact.RaftMembership _, Fact.StateDigest _ -> {}
        }
    }

    private void take(long kind, Alarm alarm) {
        mix(kind, alarm.kind().name());
        mix(alarm.memberId());
    }

    private void take(Member member) {
        mix(5, member.id(), member.learner() ? 1 : 0);
        mix(0, member.name());
        for (String url : member.peerUrls()) mix(1, url);
        for (String url : member.clientUrls()) mix(2, url);
    }

    private void mix(long kind, String text) {
        mix(kind);
        mix(Bytes.utf8(text));
    }

    private void mix(Bytes bytes) {
        crc.reset();
        crc.update(bytes.shared(), 0, bytes.size());
        mix(crc.getValue() << 32 | bytes.size());
    }

    private void mix(long... numbers) {
        for (long number : numbers) mix(number);
    }

    /** One round of a multiplicative hash; every bit of the past moves into the high half and back. */
    private void mix(long number) {
        long next = (value ^ number) * GOLDEN;
        value = next ^ (next >>> 32);
    }
}
