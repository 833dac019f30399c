package dev.quorate.store.sim;

import java.util.SortedSet;
import java.util.TreeSet;
import java.util.random.RandomGenerator;

/** Carries messages between members and may lose, double, delay and so reorder them, or cut one direction of a link. */
public final class Network<M> {
    /** What goes wrong, in parts of one; delays in milliseconds. */
    public record Faults(double lost, double doubled, double late, int usualDelay, int lateDelay) {
        public static final Faults NONE = new Faults(0, 0, 0, 3, 3);
    }

    /** Where messages come out. */
    public interface Receiver<M> {
        void receive(long to, M message);
    }

    private record Link(long from, long to) implements Comparable<Link> {
        @Override
        public int compareTo(Link other) {
            return from != other.from ? Long.compare(from, other.from) : Long.compare(to, other.to);
        }
    }

    private final Agenda agenda;
    private final RandomGenerator random;
    private final Receiver<M> receiver;
    private final SortedSet<Link> cut = new TreeSet<>();
    private Faults faults;

    public Network(Agenda agenda, RandomGenerator random, Faults faults, Receiver<M> receiver) {
        this.agenda = agenda;
        this.random = random;
        this.faults = faults;
        this.receiver = receiver;
    }

    public void send(long from, long to, M message) {
        if (cut.contains(new Link(from, to)) || random.nextDouble() < faults.lost) return;
        plan(to, message);
        if (random.nextDouble() < faults.doubled) plan(to, message);
    }

    private void plan(long to, M message) {
        int limit = random.nextDouble() < faults.late ? faults.lateDelay : faults.usualDelay;
        agenda.after(1L + random.nextInt(limit), () -> receiver.receive(to, message));
    }

    /** Nothing is sent this way any more; what is under way still arrives. The other way is another link. */
    public void cut(long from, long to) {
        cut.add(new Link(from, to));
    }

    public void healLinks() {
        cut.clear();
    }

    public void faults(Faults next) {
        faults = next;
    }
}
