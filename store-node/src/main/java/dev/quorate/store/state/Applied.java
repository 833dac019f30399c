package dev.quorate.store.state;

import dev.quorate.store.mvcc.KeyEvent;
import java.util.List;

/** What applying one command did: the answer, the revision after it, the events to publish and the facts to keep. */
public record Applied(Outcome outcome, long revision, List<KeyEvent> events, List<Fact> facts) {}
