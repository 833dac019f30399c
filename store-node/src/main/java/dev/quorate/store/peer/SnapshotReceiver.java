package dev.quorate.store.peer;

import dev.quorate.proto.peer.SnapshotPiece;
import dev.quorate.proto.peer.SnapshotReply;
import dev.quorate.store.Bytes;
import dev.quorate.store.node.port.DurableLog.Room;
import dev.quorate.store.node.port.SnapshotStore;
import dev.quorate.store.node.port.StagedState;
import dev.quorate.store.node.port.StatePosition;
import dev.quorate.store.node.port.Transfers;
import dev.quorate.store.raft.EntryId;
import dev.quorate.store.raft.Message;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes one streamed state in, beside the present one, and tells the loop when it is whole and loaded. */
final class SnapshotReceiver implements StreamObserver<SnapshotPiece> {
    private static final Logger LOG = LoggerFactory.getLogger(SnapshotReceiver.class);

    private final PeerHost host;
    private final PeerHost.Caller caller;
    private final StreamObserver<SnapshotReply> reply;
    private final Transfers.Transfer transfer;
    private final CRC32C checksum = new CRC32C();
    private SnapshotPiece.@Nullable Header header;
    private SnapshotStore.@Nullable Import incoming;
    private boolean whole;
    private boolean failed;

    SnapshotReceiver(PeerHost host, PeerHost.Caller caller, StreamObserver<SnapshotReply> reply) {
        this.host = host;
        this.caller = caller;
        this.reply = reply;
        this.transfer = host.snapshotsFrom(caller.from()).begin();
    }

    @Override
    public void onNext(SnapshotPiece piece) {
        if (failed) return;
        try {
            take(piece);
        } catch (IOException failure) {
            fail(failure);
        }
    }

    private void take(SnapshotPiece piece) throws IOException {
        SnapshotStore.Import open = incoming;
        if (piece.hasHeader()) {
            SnapshotPiece.Header begin = piece.getHeader();
            header = begin;
            SnapshotStore.Import started = host.snapshots()
                    .receive(
                            new StatePosition(begin.getIndex(), begin.getTerm(), begin.getRevision()), begin.getSize());
            incoming = started;
            reply.onNext(held(started));
        } else if (open == null) throw new IOException("a snapshot begins with its header");
        else if (piece.hasContent()) {
            byte[] bytes = piece.getContent().toByteArray();
            checksum.update(bytes);
            open.write(Bytes.wrap(bytes));
        } else if (piece.getChecksum() != (int) checksum.getValue())
            throw new IOException("the checksum of the snapshot is wrong");
        else whole = true;
    }

    private static SnapshotReply held(SnapshotStore.Import started) {
        SnapshotReply.Builder reply = SnapshotReply.newBuilder();
        long bytes = 0;
        for (SnapshotStore.Held one : started.held()) {
            bytes += one.bytes();
            reply.addHeld(SnapshotReply.Held.newBuilder()
                    .setFile(one.file())
                    .setBytes(one.bytes())
                    .setCrc(one.crc()));
        }
        if (bytes > 0) LOG.info("a snapshot goes on behind bytes={}", bytes);
        return reply.build();
    }

    @Override
    public void onCompleted() {
        SnapshotStore.Import open = incoming;
        SnapshotPiece.Header begin = header;
        if (failed) return;
        if (!whole || open == null || begin == null) {
            fail(new IOException("the snapshot is not whole"));
            return;
        }
        try {
            open.finish();
            StagedState state = host.load(new StatePosition(begin.getIndex(), begin.getTerm(), begin.getRevision()));
            LOG.info("received snapshot index={} bytes={}", begin.getIndex(), begin.getSize());
            transfer.end(true);
            host.snapshotReady(
                    new Message.InstallSnapshot(
                            caller.from(),
                            caller.to(),
                            begin.getLeaderTerm(),
                            new EntryId(begin.getTerm(), begin.getIndex()),
                            state.membership()),
                    state);
            reply.onNext(SnapshotReply.newBuilder().setInstalled(true).build());
            reply.onCompleted();
        } catch (IOException failure) {
            fail(failure);
        } finally {
            transfer.end(false);
        }
    }

    @Override
    public void onError(Throwable cancelled) {
        failed = true;
        transfer.end(false);
        if (incoming != null) incoming.close();
    }

    private void fail(IOException failure) {
        failed = true;
        transfer.end(false);
        LOG.warn("receiving a snapshot failed: {}", String.valueOf(failure.getMessage()));
        leave(failure);
        reply.onError(Status.INTERNAL
                .withDescription(String.valueOf(failure.getMessage()))
                .asRuntimeException());
    }

    /** On a full disk, what has come would only be in the way of what is to be written. */
    private void leave(IOException failure) {
        SnapshotStore.Import open = incoming;
        if (open == null) return;
        try {
            if (Room.isWanting(failure)) open.discard();
            else open.close();
        } catch (IOException e) {
            LOG.warn("a half received snapshot cannot be removed: {}", String.valueOf(e.getMessage()));
        }
    }
}
