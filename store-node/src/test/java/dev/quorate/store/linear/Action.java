package dev.quorate.store.linear;

import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** What a call does to its register and what it was told; an answer that is not known is empty. */
public sealed interface Action {
    /** The register afterwards; empty if it cannot have been told that. */
    Optional<Cell> on(Cell cell);

    /** Was it told that it changed nothing? */
    default boolean isRead() {
        return false;
    }

    /** The only value it can have found there; "" = none, or any. */
    default String found() {
        return "";
    }

    /** Every value it may have put. */
    default List<String> puts() {
        return List.of();
    }

    /** The same, told that it put this one of them. */
    default Action toldOf(String put) {
        return this;
    }

    /** The same with other names for its values. */
    default Action renamed(UnaryOperator<String> names) {
        return this;
    }

    /**
     * A register.
     *
     * @param value "" = there is none
     * @param lease which takes the value away when it ends; 0 = none
     */
    record Cell(String value, long lease) {
        static final Cell ABSENT = new Cell("", 0);

        boolean isAbsent() {
            return value.isEmpty();
        }
    }

    record Put(String value, long lease) implements Action {
        @Override
        public Optional<Cell> on(Cell cell) {
            return Optional.of(new Cell(value, lease));
        }

        @Override
        public List<String> puts() {
            return List.of(value);
        }

        @Override
        public Action renamed(UnaryOperator<String> names) {
            return new Put(names.apply(value), lease);
        }
    }

    record Delete(Optional<Boolean> deleted) implements Action {
        @Override
        public Optional<Cell> on(Cell cell) {
            boolean possible = deleted.isEmpty() || deleted.get() != cell.isAbsent();
            return possible ? Optional.of(Cell.ABSENT) : Optional.empty();
        }

        @Override
        public boolean isRead() {
            return deleted.isPresent() && !deleted.get();
        }
    }

    /** Puts one value where there is none, another where there is one. */
    record PutByPresence(String ifAbsent, String ifPresent, Optional<Boolean> wasAbsent) implements Action {
        @Override
        public Optional<Cell> on(Cell cell) {
            if (wasAbsent.isPresent() && wasAbsent.get() != cell.isAbsent()) return Optional.empty();
            return Optional.of(new Cell(cell.isAbsent() ? ifAbsent : ifPresent, 0));
        }

        @Override
        public List<String> puts() {
            if (wasAbsent.isEmpty()) return List.of(ifAbsent, ifPresent);
            return List.of(wasAbsent.get() ? ifAbsent : ifPresent);
        }

        @Override
        public Action toldOf(String put) {
            return new PutByPresence(ifAbsent, ifPresent, Optional.of(put.equals(ifAbsent)));
        }

        @Override
        public Action renamed(UnaryOperator<String> names) {
            return new PutByPresence(names.apply(ifAbsent), names.apply(ifPresent), wasAbsent);
        }
    }

    /** Puts the value if the register has the expected one ("" = none), else leaves it. */
    record CompareAndPut(String expected, String value, Optional<Boolean> succeeded) implements Action {
        @Override
        public Optional<Cell> on(Cell cell) {
            boolean succeeds = cell.value().equals(expected);
            if (succeeded.isPresent() && succeeded.get() != succeeds) return Optional.empty();
            return Optional.of(succeeds ? new Cell(value, 0) : cell);
        }

        @Override
        public boolean isRead() {
            return succeeded.isPresent() && !succeeded.get();
        }

        @Override
        public String found() {
            return succeeded.orElse(false) ? expected : "";
        }

        @Override
        public List<String> puts() {
            return succeeded.orElse(true) ? List.of(value) : List.of();
        }

        @Override
        public Action toldOf(String put) {
            return new CompareAndPut(expected, value, Optional.of(true));
        }

        @Override
        public Action renamed(UnaryOperator<String> names) {
            return new CompareAndPut(expected, names.apply(value), succeeded);
        }
    }

    /** "" = nothing was found. */
    record Read(String found) implements Action {
        @Override
        public Optional<Cell> on(Cell cell) {
            return cell.value().equals(found) ? Optional.of(cell) : Optional.empty();
        }

        @Override
        public boolean isRead() {
            return true;
        }
    }

    /** Nobody calls it and nobody is told: the register loses what the lease holds. */
    record LeaseEnds(long lease) implements Action {
        @Override
        public Optional<Cell> on(Cell cell) {
            return Optional.of(cell.lease() == lease ? Cell.ABSENT : cell);
        }
    }
}
