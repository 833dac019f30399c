package dev.quorate.store.watch;

import dev.quorate.store.mvcc.KeyEvent;
import java.util.List;

/** The events of one applied batch in order, and the revision after it. */
public record EventBatch(List<KeyEvent> events, long revision) {}
