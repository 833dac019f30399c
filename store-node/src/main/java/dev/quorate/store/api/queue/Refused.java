package dev.quorate.store.api.queue;

import dev.quorate.store.api.wire.Statuses;
import dev.quorate.store.state.Refusal;
import io.grpc.Status;
import java.util.Objects;

/**
 * The call ends with this status. etcd answers these calls through a client of its own and passes on that client's errors,
 * whose codes get lost on the way: clients see UNKNOWN and the text.
 */
final class Refused extends RuntimeException {
    private static final long serialVersionUID = 1;

    Refused(Refusal reason) {
        this(Statuses.text(reason));
    }

    Refused(String text) {
        super(text, null, false, false);
    }

    Status status() {
        return Status.UNKNOWN.withDescription(Objects.requireNonNull(getMessage()));
    }
}
