package dev.quorate.store.vlog;

/** How single versions are read: by mapping, or by system calls where a page fault may stall for long (network disks). */
public enum ReadMode {
    MMAP,
    PREAD
}
