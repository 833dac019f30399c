package dev.quorate.store.vlog;

/**
 * How a value log is laid out.
 *
 * @param segmentBytes when a file is full; a larger batch gets a larger file
 * @param deadShare reclaim a file when so much of it is garbage, 0..1
 * @param reclaimBytesPerSecond how fast reclaiming may write
 */
public record ValueLogOptions(long segmentBytes, ReadMode readMode, double deadShare, long reclaimBytesPerSecond) {
    public static final ValueLogOptions DEFAULT = new ValueLogOptions(64L << 20, ReadMode.MMAP, 0.3, 32L << 20);

    public ValueLogOptions reclaimingAt(long bytesPerSecond) {
        return new ValueLogOptions(segmentBytes, readMode, deadShare, bytesPerSecond);
    }

    /** How single versions are read: by mapping, or by system calls where a page fault may stall for long (network disks). */
    public enum ReadMode {
        MMAP,
        PREAD
    }
}
