package dev.quorate.store.disk;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What the kernel does for a file and Java has no call for: sets its blocks aside without writing them, and is told how a
 * mapping is read. Where the system or the file system has no such call nothing happens, and a full disk is found out by
 * a write that fails.
 */
public final class Kernel {
    private static final int O_RDWR = 2;
    private static final int KEEP_SIZE = 1;
    private static final int PUNCH_HOLE = 2;
    private static final int MADV_RANDOM = 1;
    private static final int ENOSPC = 28;
    private static final int EDQUOT = 122;
    private static final StructLayout CALL_STATE = Linker.Option.captureStateLayout();
    private static final boolean LINUX =
            System.getProperty("os.name").equals("Linux") && ValueLayout.ADDRESS.byteSize() == Long.BYTES;

    private static final Optional<MethodHandle> OPEN = handle(
            "open",
            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT),
            Linker.Option.firstVariadicArg(2));
    private static final Optional<MethodHandle> CLOSE =
            handle("close", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
    private static final Optional<MethodHandle> FALLOCATE = handle(
            "fallocate",
            FunctionDescriptor.of(
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG),
            Linker.Option.captureCallState("errno"));

    private static final Optional<MethodHandle> MADVISE = handle(
            "madvise",
            FunctionDescriptor.of(
                    ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT));

    private Kernel() {}

    @SuppressWarnings("restricted")
    private static Optional<MethodHandle> handle(String name, FunctionDescriptor form, Linker.Option... options) {
        if (!LINUX) return Optional.empty();
        Linker linker = Linker.nativeLinker();
        return linker.defaultLookup().find(name).map(address -> linker.downcallHandle(address, form, options));
    }

    /** All blocks of the file up to its wanted length are the file's own. Fails only for want of room. */
    public static void reserve(Path file, long bytes) throws IOException {
        int error = fallocate(file, 0, 0, bytes);
        if (error == ENOSPC || error == EDQUOT) throw new IOException(file + ": no space left to set aside");
    }

    /** Gives the blocks from an offset up to the file's length back; the length stays. False where that cannot be done. */
    public static boolean release(Path file, long from, long length) {
        return fallocate(file, PUNCH_HOLE | KEEP_SIZE, from, length - from) == 0;
    }

    /** Returns 0, an error number, or -1 where there is no such call or no such file. */
    private static int fallocate(Path file, int mode, long from, long bytes) {
        if (OPEN.isEmpty() || CLOSE.isEmpty() || FALLOCATE.isEmpty()) return -1;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = arena.allocateFrom(file.toAbsolutePath().toString());
            MemorySegment state = arena.allocate(CALL_STATE);
            int descriptor = (int) OPEN.get().invokeExact(name, O_RDWR);
            if (descriptor < 0) return -1;
            int failed = (int) FALLOCATE.get().invokeExact(state, descriptor, mode, from, bytes);
            int error = failed == 0
                    ? 0
                    : (int) CALL_STATE
                            .varHandle(StructLayout.PathElement.groupElement("errno"))
                            .get(state, 0L);
            int closed = (int) CLOSE.get().invokeExact(descriptor);
            return closed == 0 ? error : -1;
        } catch (Throwable e) {
            throw new IllegalStateException("fallocate " + file, e);
        }
    }

    /** Reads jump: reading ahead would throw useful pages out of memory. */
    public static void readAtRandom(MemorySegment mapping) {
        if (MADVISE.isEmpty()) return;
        try {
            int ignored = (int) MADVISE.get().invokeExact(mapping, mapping.byteSize(), MADV_RANDOM);
            if (ignored != 0) return;
        } catch (Throwable e) {
            throw new IllegalStateException("madvise", e);
        }
    }
}
