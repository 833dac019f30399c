package dev.quorate.store.cli;

import java.io.IOException;

/** The log shows that this member must not be made the only one. */
final class NotRecoverable extends IOException {
    private static final long serialVersionUID = 1;

    NotRecoverable(String why) {
        super(why);
    }
}
