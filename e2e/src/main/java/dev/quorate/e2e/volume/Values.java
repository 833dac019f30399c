package dev.quorate.e2e.volume;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.nio.ByteBuffer;

/** Values that say themselves what they must be: a key's number and a version's, and bytes that follow from these. */
final class Values {
    private static final int MIN_WORDS = 8 << 10;
    private static final int MAX_WORDS = 128 << 10;
    private static final long STEP = 0x9e37_79b9_7f4a_7c15L;

    private Values() {}

    /** 64 KiB to 1 MiB. */
    static ByteString of(int key, long version) {
        long seed = seed(key, version);
        int words = MIN_WORDS + (int) Math.floorMod(mix(seed), (long) MAX_WORDS - MIN_WORDS);
        ByteBuffer bytes = ByteBuffer.allocate(words * Long.BYTES);
        bytes.putLong(key).putLong(version);
        for (int i = 2; i < words; i++) bytes.putLong(mix(seed + i * STEP));
        return UnsafeByteOperations.unsafeWrap(bytes.array());
    }

    /** The version of a key's value, or -1 if it is not what was written. */
    static long version(int key, ByteString value) {
        if (value.size() < 2 * Long.BYTES) return -1;
        ByteBuffer head = value.asReadOnlyByteBuffer();
        if (head.getLong() != key) return -1;
        long version = head.getLong();
        return value.equals(of(key, version)) ? version : -1;
    }

    private static long seed(int key, long version) {
        return mix(key * STEP + version);
    }

    private static long mix(long number) {
        long mixed = (number ^ (number >>> 30)) * 0xbf58_476d_1ce4_e5b9L;
        return mixed ^ (mixed >>> 27);
    }
}
