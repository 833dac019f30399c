package dev.quorate.store.node;

import dev.quorate.store.state.Command;
import dev.quorate.store.state.Outcome;
import dev.quorate.store.state.Refusal;
import java.util.concurrent.CompletableFuture;

/** A request whose answer is not there yet; the decoded command spares its own member a second decoding. */
record Waiting(long requestId, Command command, CompletableFuture<Outcome> answer) {
    void refuse(Refusal reason) {
        answer.complete(new Outcome.Refused(reason));
    }
}
