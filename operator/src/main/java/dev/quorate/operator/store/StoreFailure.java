package dev.quorate.operator.store;

/** A call to a store node that did not succeed: refused, or not answered in time. */
public final class StoreFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    StoreFailure(String message, Throwable cause) {
        super(message, cause);
    }
}
