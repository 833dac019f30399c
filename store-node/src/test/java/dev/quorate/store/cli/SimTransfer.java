package dev.quorate.store.cli;

import dev.quorate.store.Bytes;
import dev.quorate.store.node.port.SnapshotStore;
import dev.quorate.store.node.port.StagedState;
import dev.quorate.store.node.port.StatePosition;
import dev.quorate.store.raft.EntryId;
import dev.quorate.store.raft.Message;
import dev.quorate.store.vlog.DamagedValueLog;
import java.io.IOException;
import java.util.Optional;
import java.util.function.LongConsumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** A state on its way from one member's disk to another's, piece by piece; either of them may end meanwhile. */
final class SimTransfer {
    private static final int PIECE_BYTES = 700;

    private final SimMember.Life sender;
    private final SimMember.Life receiver;
    private final RandomGenerator random;
    private final LongConsumer delivered;
    private SnapshotStore.@Nullable Export export;
    private SnapshotStore.@Nullable Import incoming;

    SimTransfer(SimMember.Life sender, SimMember.Life receiver, RandomGenerator random, LongConsumer delivered) {
        this.sender = sender;
        this.receiver = receiver;
        this.random = random;
        this.delivered = delivered;
    }

    void begin(SnapshotStore from, long leaderTerm) throws IOException {
        SnapshotStore.Export out = from.export();
        export = out;
        receiver.after(1, () -> {
            SnapshotStore.Import in = receiver.state.snapshots().receive(out.position(), out.sizeBytes());
            incoming = in;
            sender.after(1, () -> {
                out.leaveOut(in.held());
                next(out, leaderTerm);
            });
        });
        // Whoever of them ends takes the rest of the stream with it.
        sender.after(5_000, () -> end(false));
    }

    private void next(SnapshotStore.Export out, long leaderTerm) throws IOException {
        if (export == null) return;
        Optional<Bytes> piece;
        try {
            piece = out.next(PIECE_BYTES);
        } catch (DamagedValueLog damaged) {
            end(false);
            return;
        }
        boolean lost = receiver.ended || breaks();
        if (lost) {
            end(false);
            return;
        }
        // A stream may look as if it had ended.
        Optional<Bytes> arrives = breaks() ? Optional.empty() : piece;
        receiver.after(1 + random.nextInt(3), () -> {
            try {
                boolean goesOn = take(arrives, out.position(), leaderTerm);
                sender.after(1, () -> {
                    if (goesOn) next(out, leaderTerm);
                    else end(piece.isEmpty());
                });
            } catch (IOException refused) {
                // As the peer port does: another stream came in between.
                sender.after(1, () -> end(false));
            }
        });
    }

    /** Not in peace: the pauses between failures would outlast it. */
    private boolean breaks() {
        return random.nextInt(100) == 0 && !sender.member().world.isPeace();
    }

    /** Returns false when nothing more is to come. */
    private boolean take(Optional<Bytes> piece, StatePosition position, long leaderTerm) throws IOException {
        SnapshotStore.Import in = incoming;
        if (in == null) return false;
        if (piece.isPresent()) {
            in.write(piece.get());
            return true;
        }
        in.finish();
        StagedState state = receiver.state.load(position);
        Message.InstallSnapshot install = new Message.InstallSnapshot(
                sender.member().id,
                receiver.member().id,
                leaderTerm,
                new EntryId(position.term(), position.index()),
                state.membership());
        receiver.mailbox.snapshotReady(install, state);
        receiver.poke();
        return false;
    }

    private void end(boolean whole) {
        SnapshotStore.Export out = export;
        if (out == null) return;
        export = null;
        out.close();
        SnapshotStore.Import in = incoming;
        if (in != null && !whole) receiver.after(1, in::close);
        delivered.accept(whole ? out.position().index() : 0);
        sender.poke();
    }
}
