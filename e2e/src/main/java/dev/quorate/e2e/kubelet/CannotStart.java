package dev.quorate.e2e.kubelet;

/** A container that cannot be started as things are; the reason and the message are shown as the container's state. */
final class CannotStart extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final String reason;

    CannotStart(String reason, String message) {
        super(message);
        this.reason = reason;
    }

    String reason() {
        return reason;
    }
}
