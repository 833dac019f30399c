package dev.quorate.store.peer;

import com.google.protobuf.UnsafeByteOperations;
import dev.quorate.proto.peer.PeerGrpc;
import dev.quorate.proto.peer.SnapshotPiece;
import dev.quorate.proto.peer.SnapshotReply;
import dev.quorate.store.Bytes;
import dev.quorate.store.node.port.SnapshotStore;
import dev.quorate.store.node.port.StatePosition;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.zip.CRC32C;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Streams one whole state to one member, on a thread that may wait, no faster than leaves room for the log. */
final class SnapshotSender {
    private static final Logger LOG = LoggerFactory.getLogger(SnapshotSender.class);
    private static final int PIECE_BYTES = 256 << 10;
    private static final long MAX_BYTES_PER_SECOND = 100L << 20;
    private static final long REPLY_TIMEOUT_MINUTES = 10;
    private static final long STALL_SECONDS = 30;

    private final PeerGrpc.PeerStub stub;
    private final long bytesPerSecond;

    SnapshotSender(PeerGrpc.PeerStub stub) {
        this(stub, MAX_BYTES_PER_SECOND);
    }

    SnapshotSender(PeerGrpc.PeerStub stub, long bytesPerSecond) {
        this.stub = stub;
        this.bytesPerSecond = bytesPerSecond;
    }

    /** The index up to which the receiver has it whole on its disk; 0 if it has not. */
    long send(long leaderTerm, SnapshotStore from) {
        Stream stream = new Stream();
        try (SnapshotStore.Export export = from.export()) {
            stub.snapshot(stream);
            StatePosition position = export.position();
            stream.next(SnapshotPiece.newBuilder()
                    .setHeader(SnapshotPiece.Header.newBuilder()
                            .setIndex(position.index())
                            .setTerm(position.term())
                            .setRevision(position.revision())
                            .setSize(export.sizeBytes())
                            .setLeaderTerm(leaderTerm)));
            export.leaveOut(stream.held());
            stream.next(SnapshotPiece.newBuilder().setChecksum(stream.pump(export, bytesPerSecond)));
            boolean installed = stream.end();
            LOG.info(
                    "sent database snapshot index={} bytes={} installed={}",
                    position.index(),
                    export.sizeBytes(),
                    installed);
            return installed ? position.index() : 0;
        } catch (IOException | ExecutionException | TimeoutException failure) {
            LOG.warn("sending a snapshot failed: {}", String.valueOf(failure.getMessage()));
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
        stream.cancel();
        return 0;
    }

    private static final class Stream implements ClientResponseObserver<SnapshotPiece, SnapshotReply> {
        private final Semaphore ready = new Semaphore(0);
        private final CompletableFuture<List<SnapshotStore.Held>> held = new CompletableFuture<>();
        private final CompletableFuture<Boolean> reply = new CompletableFuture<>();
        private final CompletableFuture<ClientCallStreamObserver<SnapshotPiece>> call = new CompletableFuture<>();

        @Override
        public void beforeStart(ClientCallStreamObserver<SnapshotPiece> started) {
            started.setOnReadyHandler(ready::release);
            call.complete(started);
        }

        void next(SnapshotPiece.Builder piece) throws InterruptedException, TimeoutException, IOException {
            ClientCallStreamObserver<SnapshotPiece> out = call.join();
            while (!out.isReady()) {
                if (reply.isDone()) throw new IOException("the receiver ended the stream");
                if (!ready.tryAcquire(STALL_SECONDS, TimeUnit.SECONDS)) throw new TimeoutException("the stream stalls");
            }
            out.onNext(piece.build());
        }

        /** The receiver may have to read much before it can tell. */
        List<SnapshotStore.Held> held() throws InterruptedException, ExecutionException, TimeoutException {
            return held.get(REPLY_TIMEOUT_MINUTES, TimeUnit.MINUTES);
        }

        int pump(SnapshotStore.Export export, long bytesPerSecond)
                throws InterruptedException, TimeoutException, IOException {
            CRC32C checksum = new CRC32C();
            long sent = 0;
            long startNanos = System.nanoTime();
            for (Optional<Bytes> piece = export.next(PIECE_BYTES);
                    piece.isPresent();
                    piece = export.next(PIECE_BYTES)) {
                byte[] bytes = piece.get().shared();
                checksum.update(bytes);
                next(SnapshotPiece.newBuilder().setContent(UnsafeByteOperations.unsafeWrap(bytes)));
                sent += bytes.length;
                long dueNanos = startNanos + (long) (1e9 * sent / bytesPerSecond);
                TimeUnit.NANOSECONDS.sleep(dueNanos - System.nanoTime());
            }
            return (int) checksum.getValue();
        }

        boolean end() throws InterruptedException, ExecutionException, TimeoutException {
            call.join().onCompleted();
            return reply.get(REPLY_TIMEOUT_MINUTES, TimeUnit.MINUTES);
        }

        void cancel() {
            if (call.isDone()) call.join().cancel("sending failed", null);
        }

        @Override
        public void onNext(SnapshotReply answer) {
            boolean first = held.complete(answer.getHeldList().stream()
                    .map(one -> new SnapshotStore.Held(one.getFile(), one.getBytes(), one.getCrc()))
                    .toList());
            if (!first) reply.complete(answer.getInstalled());
        }

        @Override
        public void onError(Throwable failure) {
            held.completeExceptionally(failure);
            reply.completeExceptionally(failure);
            ready.release();
        }

        @Override
        public void onCompleted() {
            held.complete(List.of());
            reply.complete(false);
        }
    }
}
