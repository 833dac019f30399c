package dev.quorate.store.ops;

import dev.quorate.store.Bytes;

/** What follows a page's body for as long as both sides like. All calls come one after the other. */
public interface PageStream {
    /** Where the rest goes; any thread may call it, one at a time. */
    interface Out {
        /** False while the client takes nothing: what is written now would only wait in memory. */
        boolean isReady();

        void write(Bytes piece);

        /** There is no more. */
        void end();
    }

    /** The page with its body has gone out; the rest may follow. */
    void begin(Out out);

    /** The client takes more again. */
    void ready();

    /** The client has gone. */
    void cancel();
}
