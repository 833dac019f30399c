package dev.quorate.store.differential;

import com.google.protobuf.Message;
import dev.quorate.proto.etcdserverpb.WatchRequest;

/** One thing a random client does. */
sealed interface Step {
    /** A request with one reply. */
    record Call(Message request) implements Step {}

    /** A request on the client's one watch stream. */
    record Watching(WatchRequest request) implements Step {}

    /** Waits until every watch has told everything. */
    record Settle() implements Step {}
}
