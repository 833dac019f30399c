package dev.quorate.store.cli;

import java.util.Locale;

/** One flag that etcd knows. */
record Flag(String name, Kind kind, String defaultText, Meaning meaning) {
    /** What a value must look like. */
    enum Kind {
        TEXT,
        BOOL,
        WHOLE,
        DECIMAL,
        DURATION,
        URLS,
        WORDS
    }

    /** What the flag does here. */
    enum Meaning {
        HONOURED,
        /** Of the command restore. */
        OF_RESTORE,
        /** Says something about etcd's own engine or library that has no counterpart here. */
        WITHOUT_EFFECT,
        /** Would change what clients may do or see, and is not there: starting without it would be a lie. */
        NOT_SUPPORTED
    }

    String environmentName() {
        return "ETCD_" + name.toUpperCase(Locale.ROOT).replace('-', '_');
    }
}
