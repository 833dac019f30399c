package dev.quorate.store.api;

import com.google.protobuf.ByteString;
import dev.quorate.proto.etcdserverpb.SnapshotResponse;
import dev.quorate.store.mvcc.ValueLog;
import dev.quorate.store.node.port.SnapshotStore;
import dev.quorate.store.ops.Versions;
import dev.quorate.store.state.Refusal;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One database file on its way to a client, as fast as the client takes it; its hash comes last. */
final class SnapshotStream {
    private static final Logger LOG = LoggerFactory.getLogger(SnapshotStream.class);
    private static final int BLOB_BYTES = 32 << 10;

    /** As long as the file is read nothing is reclaimed: who takes nothing for so long may begin anew. */
    private static final long PATIENCE_SECONDS = 30;

    private final ServerCallStreamObserver<SnapshotResponse> out;
    private final Semaphore changed = new Semaphore(0);
    private final MessageDigest hash;
    private final ByteBuffer blob = ByteBuffer.allocate(BLOB_BYTES);
    private long remainingBytes;

    SnapshotStream(ServerCallStreamObserver<SnapshotResponse> out) {
        this.out = out;
        out.setOnReadyHandler(changed::release);
        out.setOnCancelHandler(changed::release);
        try {
            hash = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has SHA-256", e);
        }
    }

    void start(SnapshotStore from) {
        Thread.ofVirtual().name("snapshot-to-client").start(() -> run(from));
    }

    private void run(SnapshotStore from) {
        try (SnapshotStore.Database file = from.database()) {
            remainingBytes = file.sizeBytes();
            file.writeTo(this::write);
            send();
            out.onNext(response(0, ByteString.copyFrom(hash.digest())));
            out.onCompleted();
            LOG.info(
                    "sent database to client index={} bytes={}", file.position().index(), file.sizeBytes());
        } catch (ValueLog.Closed replaced) {
            if (!out.isCancelled()) Answers.refuse(out, Refusal.STOPPED);
        } catch (IOException | RuntimeException failure) {
            LOG.warn("a snapshot to a client ended: {}", String.valueOf(failure.getMessage()));
            if (!out.isCancelled())
                Answers.refuse(out, Status.INTERNAL.withDescription("etcdserver: " + failure.getMessage()));
        }
    }

    private void write(ByteBuffer piece) throws IOException {
        while (piece.hasRemaining()) {
            int size = Math.min(piece.remaining(), blob.remaining());
            blob.put(piece.slice(piece.position(), size));
            piece.position(piece.position() + size);
            if (!blob.hasRemaining()) send();
        }
    }

    private void send() throws IOException {
        if (blob.position() == 0) return;
        while (!out.isReady()) {
            if (out.isCancelled()) throw new IOException("the client has gone");
            awaitChange();
        }
        hash.update(blob.array(), 0, blob.position());
        remainingBytes -= blob.position();
        out.onNext(response(remainingBytes, ByteString.copyFrom(blob.flip())));
        blob.clear();
    }

    private void awaitChange() throws IOException {
        try {
            if (changed.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS)) return;
            throw new IOException("the client took nothing for " + PATIENCE_SECONDS + " s");
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IOException("the snapshot was interrupted", stopped);
        }
    }

    private static SnapshotResponse response(long remainingBytes, ByteString bytes) {
        return SnapshotResponse.newBuilder()
                .setRemainingBytes(remainingBytes)
                .setBlob(bytes)
                .setVersion(Versions.STORAGE)
                .build();
    }
}
