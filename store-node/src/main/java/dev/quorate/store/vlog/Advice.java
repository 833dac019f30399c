package dev.quorate.store.vlog;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/** Tells the kernel how a mapping is read; Java has no call for it. Where the call is missing nothing is told. */
final class Advice {
    private static final int MADV_RANDOM = 1;

    @SuppressWarnings("restricted")
    private static final Optional<MethodHandle> MADVISE = Linker.nativeLinker()
            .defaultLookup()
            .find("madvise")
            .map(address -> Linker.nativeLinker()
                    .downcallHandle(
                            address,
                            FunctionDescriptor.of(
                                    ValueLayout.JAVA_INT,
                                    ValueLayout.ADDRESS,
                                    ValueLayout.JAVA_LONG,
                                    ValueLayout.JAVA_INT)));

    private Advice() {}

    /** Reads jump: reading ahead would throw useful pages out of memory. */
    static void random(MemorySegment mapping) {
        if (MADVISE.isEmpty()) return;
        try {
            int ignored = (int) MADVISE.get().invokeExact(mapping, mapping.byteSize(), MADV_RANDOM);
            if (ignored != 0) return;
        } catch (Throwable e) {
            throw new IllegalStateException("madvise", e);
        }
    }
}
