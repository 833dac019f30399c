package dev.quorate.store.codec;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.quorate.proto.etcdserverpb.InternalRaftRequest;
import dev.quorate.proto.etcdserverpb.PutRequest;
import dev.quorate.proto.etcdserverpb.RequestHeader;
import dev.quorate.proto.mvccpb.Event;
import dev.quorate.store.Bytes;
import dev.quorate.store.mvcc.KeyRange;
import dev.quorate.store.mvcc.KeyValue;
import dev.quorate.store.mvcc.RangeQuery;
import dev.quorate.store.state.Alarm;
import dev.quorate.store.state.Command;
import dev.quorate.store.state.Compare;
import dev.quorate.store.state.Envelope;
import dev.quorate.store.state.Fact;
import dev.quorate.store.state.Member;
import dev.quorate.store.state.Op;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CommandCodecTest {
    private static final Bytes A = Bytes.utf8("a");
    private static final Bytes B = Bytes.utf8("b");

    private static List<Command> commands() {
        RangeQuery query = new RangeQuery(
                KeyRange.of(A, B),
                3,
                4,
                new RangeQuery.Sort(RangeQuery.Order.DESCEND, RangeQuery.Target.MOD),
                new RangeQuery.Filters(1, 2, 3, 4),
                RangeQuery.Shape.KEYS_ONLY);
        Op.Put put = new Op.Put(A, B, 7, true, false, true);
        Op.DeleteRange delete = new Op.DeleteRange(KeyRange.of(A, KeyRange.ALL.rangeEnd()), true);
        Op.Txn inner = new Op.Txn(List.of(), List.of(put), List.of(new Op.Missing()));
        List<Compare> compares = List.of(
                new Compare(KeyRange.single(A), Compare.Relation.EQUAL, new Compare.Operand.Version(0)),
                new Compare(KeyRange.single(A), Compare.Relation.LESS, new Compare.Operand.CreateRevision(5)),
                new Compare(KeyRange.of(A, B), Compare.Relation.GREATER, new Compare.Operand.ModRevision(6)),
                new Compare(KeyRange.single(B), Compare.Relation.NOT_EQUAL, new Compare.Operand.Value(A)),
                new Compare(KeyRange.single(B), Compare.Relation.EQUAL, new Compare.Operand.LeaseId(9)));
        return List.of(
                put,
                Op.Put.of(A, Bytes.EMPTY),
                delete,
                new Op.Txn(compares, List.of(new Op.Range(query), put, delete, inner), List.of(inner)),
                new Command.Compact(5, true),
                new Command.LeaseGrant(77, 60),
                new Command.LeaseRevoke(77),
                new Command.LeaseCheckpoint(List.of(new Command.LeaseCheckpoint.Remaining(77, 30))),
                new Command.AlarmChange(Command.AlarmChange.Action.ACTIVATE, new Alarm(-5, Alarm.Kind.NO_SPACE)),
                new Command.AlarmChange(Command.AlarmChange.Action.GET, new Alarm(0, Alarm.Kind.NONE)),
                new Command.MemberAttributes(-2, "n0", List.of("http://127.0.0.1:2379")),
                new Command.MemberStart(-2, "n0", "nonce"),
                new Command.ClusterVersionSet("3.5.0"),
                new Command.DowngradeSet(true, "3.4.0"));
    }

    @Test
    void everyCommandComesBackAsItWas() {
        for (Command command : commands()) {
            Envelope envelope = new Envelope(123_456_789_012L, command);
            assertThat(CommandCodec.decode(CommandCodec.encode(envelope))).isEqualTo(envelope);
        }
        assertThat(CommandCodec.encode(new Envelope(0, new Command.Noop()))).isEqualTo(Bytes.EMPTY);
        assertThat(CommandCodec.decode(Bytes.EMPTY).command()).isEqualTo(new Command.Noop());
    }

    /** Field 4 is the put, field 100 the header with the id: the format cannot change silently. */
    @Test
    void aPutHasTheseBytes() {
        Bytes bytes = CommandCodec.encode(new Envelope(1, Op.Put.of(A, B)));
        assertThat(HexFormat.of().formatHex(bytes.shared())).isEqualTo("22060a0161120162a206020801");
    }

    @Test
    void aPutByHandHasTheBytesOfProtobuf() throws InvalidProtocolBufferException {
        Random random = new Random(1);
        for (int i = 0; i < 2_000; i++) {
            byte[] key = new byte[random.nextInt(300)];
            byte[] value = new byte[random.nextInt(20_000) / (1 + random.nextInt(1_000))];
            random.nextBytes(key);
            random.nextBytes(value);
            long lease = random.nextBoolean() ? 0 : random.nextLong();
            Op.Put put = new Op.Put(
                    Bytes.wrap(key),
                    Bytes.wrap(value),
                    lease,
                    random.nextBoolean(),
                    random.nextBoolean(),
                    random.nextBoolean());
            long id = random.nextInt(4) == 0 ? 0 : random.nextLong();
            InternalRaftRequest proto = InternalRaftRequest.newBuilder()
                    .setHeader(RequestHeader.newBuilder().setID(id))
                    .setPut(PutRequest.newBuilder()
                            .setKey(ByteString.copyFrom(key))
                            .setValue(ByteString.copyFrom(value))
                            .setLease(lease)
                            .setPrevKv(put.wantsPrevious())
                            .setIgnoreValue(put.keepsValue())
                            .setIgnoreLease(put.keepsLease()))
                    .build();
            Bytes bytes = CommandCodec.encode(new Envelope(id, put));
            assertThat(bytes).isEqualTo(Bytes.wrap(proto.toByteArray()));
            assertThat(InternalRaftRequest.parseFrom(bytes.shared())).isEqualTo(proto);
            assertThat(CommandCodec.decode(bytes)).isEqualTo(new Envelope(id, put));
        }
    }

    @Test
    void whatIsNoCommandIsUnknownAndNeverAnException() {
        Random random = new Random(2);
        Bytes put = CommandCodec.encode(new Envelope(5, Op.Put.of(A, B)));
        for (int i = 0; i < 5_000; i++) {
            byte[] damaged = put.toByteArray();
            damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
            Bytes cut = Bytes.wrap(damaged).slice(0, 1 + random.nextInt(damaged.length));
            assertThat(CommandCodec.decode(cut).command()).isNotNull();
        }
        assertThat(CommandCodec.decode(Bytes.utf8("?")).command()).isInstanceOf(Command.Unknown.class);
    }

    @Test
    void everyFactComesBackFromKeyAndValue() {
        Member member = new Member(
                0xd702ebae2e4ae1d4L, "n\"0", List.of("http://127.0.0.1:2380"), List.of("http://127.0.0.1:2379"), true);
        List<Fact> facts = List.of(
                new Fact.LeaseSet(-7, 60, 5),
                new Fact.MemberSet(member),
                new Fact.MemberSet(new Member(1, "", List.of(), List.of(), false)),
                new Fact.MemberRemoved(0xd702ebae2e4ae1d4L),
                new Fact.AlarmRaised(new Alarm(-3, Alarm.Kind.CORRUPT)),
                new Fact.ClusterVersion("3.5.0"),
                new Fact.StateDigest(-5),
                new Fact.Downgrade(true, "3.4.0"),
                new Fact.CompactionMark(99),
                new Fact.RaftMembership(List.of(1L, -2L), List.of(3L), List.of(4L), List.of(5L), true));
        List<Bytes> keys = new ArrayList<>();
        for (Fact fact : facts) {
            assertThat(FactCodec.value(fact)).isNotEqualTo(Bytes.EMPTY);
            assertThat(FactCodec.decode(FactCodec.key(fact), FactCodec.value(fact)))
                    .isEqualTo(fact);
            keys.add(FactCodec.key(fact));
        }
        assertThat(keys).doesNotHaveDuplicates();
        Fact gone = new Fact.AlarmCleared(new Alarm(-3, Alarm.Kind.CORRUPT));
        assertThat(FactCodec.key(gone)).isEqualTo(keys.get(4));
        assertThat(FactCodec.value(gone)).isEqualTo(Bytes.EMPTY);
        assertThat(FactCodec.value(facts.get(1)).toUtf8())
                .isEqualTo("{\"id\":15493204801441423828,\"peerURLs\":[\"http://127.0.0.1:2380\"],\"isLearner\":true,"
                        + "\"name\":\"n\\\"0\",\"clientURLs\":[\"http://127.0.0.1:2379\"]}");
    }

    @Test
    void aKeyValueHasTheBytesOfProtobuf() {
        Random random = new Random(3);
        for (int i = 0; i < 2_000; i++) {
            byte[] value = new byte[random.nextInt(400)];
            random.nextBytes(value);
            long[] n = random.longs(4)
                    .map(one -> random.nextBoolean() ? 0 : one >>> random.nextInt(64))
                    .toArray();
            KeyValue kv = new KeyValue(Bytes.utf8("k" + i), n[0], n[1], n[2], Bytes.wrap(value), n[3]);
            Event proto = Event.newBuilder()
                    .setKv(Event.getDefaultInstance().getKv().toBuilder()
                            .setKey(ByteString.copyFromUtf8("k" + i))
                            .setCreateRevision(n[0])
                            .setModRevision(n[1])
                            .setVersion(n[2])
                            .setValue(ByteString.copyFrom(value))
                            .setLease(n[3]))
                    .build();
            assertThat(kv.encoded()).isEqualTo(Bytes.wrap(proto.getKv().toByteArray()));
            assertThat(KeyValue.decode(kv.encoded())).isEqualTo(kv);
        }
    }
}
