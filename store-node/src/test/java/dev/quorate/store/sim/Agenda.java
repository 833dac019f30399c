package dev.quorate.store.sim;

import java.util.Comparator;
import java.util.PriorityQueue;

/** What will happen when, in virtual milliseconds. Things due at the same moment happen in the order they were planned. */
public final class Agenda {
    private record Item(long atMillis, long order, Runnable action) {}

    private final PriorityQueue<Item> items =
            new PriorityQueue<>(Comparator.comparingLong(Item::atMillis).thenComparingLong(Item::order));
    private long nowMillis;
    private long planned;

    public long nowMillis() {
        return nowMillis;
    }

    public void after(long delayMillis, Runnable action) {
        items.add(new Item(nowMillis + Math.max(0, delayMillis), planned++, action));
    }

    /** Runs what is due until then. */
    public void runUntil(long endMillis) {
        while (!items.isEmpty() && items.peek().atMillis <= endMillis) {
            Item item = items.remove();
            nowMillis = item.atMillis;
            item.action.run();
        }
        nowMillis = Math.max(nowMillis, endMillis);
    }
}
