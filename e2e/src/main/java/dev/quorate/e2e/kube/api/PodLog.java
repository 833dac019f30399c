package dev.quorate.e2e.kube.api;

import dev.quorate.e2e.kube.model.Refusal;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.BooleanSupplier;

/**
 * The output of a pod: the file that the kubelet names in an annotation. The output of the run before the last restart
 * is in the file of the same name with {@code .previous} at its end.
 */
final class PodLog {
    static final String ANNOTATION = "localkube.quorate.dev/log-path";
    private static final long POLL_MILLIS = 200;
    private static final int CHUNK_BYTES = 64 << 10;

    private PodLog() {}

    static Reply stream(ApiRequest request, String path, BooleanSupplier podExists) {
        boolean previous = request.flag("previous");
        Path file = Path.of(previous ? path + ".previous" : path);
        if (!Files.exists(file)) {
            throw Refusal.badRequest(
                    previous ? "previous terminated container not found" : "the container has written nothing yet");
        }
        long tailLines = request.number("tailLines", -1);
        boolean follow = request.flag("follow") && !previous;
        return new Reply.Stream("text/plain", out -> {
            try (RandomAccessFile log = new RandomAccessFile(file.toFile(), "r")) {
                log.seek(tailLines < 0 ? 0 : startOfTail(log, tailLines));
                copy(log, out);
                while (follow && podExists.getAsBoolean()) {
                    Thread.sleep(POLL_MILLIS);
                    copy(log, out);
                }
            }
        });
    }

    private static void copy(RandomAccessFile log, OutputStream out) throws IOException {
        byte[] chunk = new byte[CHUNK_BYTES];
        // A restarted container starts its file anew.
        if (log.length() < log.getFilePointer()) log.seek(0);
        for (int read = log.read(chunk); read > 0; read = log.read(chunk)) out.write(chunk, 0, read);
        out.flush();
    }

    /** The position behind the line break that is {@code lines} line ends away from the end. */
    private static long startOfTail(RandomAccessFile log, long lines) throws IOException {
        long at = log.length();
        long seen = 0;
        while (at > 0) {
            log.seek(at - 1);
            boolean lineEnd = log.read() == '\n';
            if (lineEnd && at < log.length()) seen++;
            if (seen == lines) return at;
            at--;
        }
        return lines == 0 ? log.length() : 0;
    }
}
