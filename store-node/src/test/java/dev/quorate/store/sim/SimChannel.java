package dev.quorate.store.sim;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.OverlappingFileLockException;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;

/** An open file of a {@link SimDisk}, or an open folder, which can only be forced. */
final class SimChannel extends FileChannel {
    private final SimDisk disk;
    private final int life;
    private final SimNode node;
    private final boolean writable;
    private final boolean appends;
    private int position;
    private boolean holdsLock;

    SimChannel(SimDisk disk, SimFile file, boolean writable, boolean appends) {
        this.disk = disk;
        this.life = disk.life();
        this.node = file;
        this.writable = writable;
        this.appends = appends;
    }

    SimChannel(SimDisk disk, SimFolder folder) {
        this.disk = disk;
        this.life = disk.life();
        this.node = folder;
        this.writable = false;
        this.appends = false;
    }

    private SimFile file() throws IOException {
        disk.power(life);
        if (!isOpen()) throw new ClosedChannelException();
        if (node instanceof SimFile file) return file;
        throw new IOException("it is a folder");
    }

    private SimFile changing() throws IOException {
        SimFile file = file();
        if (!writable) throw new NonWritableChannelException();
        disk.change(life);
        return file;
    }

    @Override
    public int read(ByteBuffer into, long at) throws IOException {
        byte[] bytes = new byte[into.remaining()];
        int read = file().read(Math.toIntExact(at), bytes, 0, bytes.length);
        if (read > 0) into.put(bytes, 0, read);
        return read;
    }

    @Override
    public int write(ByteBuffer from, long at) throws IOException {
        byte[] bytes = new byte[from.remaining()];
        SimFile file = changing();
        from.get(bytes);
        file.write(Math.toIntExact(at), bytes);
        return bytes.length;
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        int read = read(into, position);
        if (read > 0) position += read;
        return read;
    }

    @Override
    public int write(ByteBuffer from) throws IOException {
        if (appends) position = file().size();
        int written = write(from, position);
        position += written;
        return written;
    }

    @Override
    public long read(ByteBuffer[] into, int offset, int length) throws IOException {
        long all = 0;
        for (int i = offset; i < offset + length; i++) {
            int read = read(into[i]);
            if (read < 0) return all == 0 ? -1 : all;
            all += read;
        }
        return all;
    }

    @Override
    public long write(ByteBuffer[] from, int offset, int length) throws IOException {
        long all = 0;
        for (int i = offset; i < offset + length; i++) all += write(from[i]);
        return all;
    }

    @Override
    public long position() {
        return position;
    }

    @Override
    public FileChannel position(long to) {
        position = Math.toIntExact(to);
        return this;
    }

    @Override
    public long size() throws IOException {
        return file().size();
    }

    @Override
    public FileChannel truncate(long size) throws IOException {
        if (size < file().size()) changing().resize(Math.toIntExact(size));
        return this;
    }

    @Override
    public void force(boolean metadata) throws IOException {
        if (!isOpen()) throw new ClosedChannelException();
        disk.force(life, node);
    }

    @Override
    public MemorySegment map(MapMode mode, long offset, long size, Arena arena) throws IOException {
        if (mode != MapMode.READ_ONLY) throw new UnsupportedOperationException(mode + "");
        return file().map(Math.toIntExact(offset), Math.toIntExact(size), arena);
    }

    @Override
    public MappedByteBuffer map(MapMode mode, long offset, long size) {
        throw new UnsupportedOperationException();
    }

    @Override
    public long transferTo(long at, long count, WritableByteChannel target) {
        throw new UnsupportedOperationException();
    }

    @Override
    public long transferFrom(ReadableByteChannel source, long at, long count) {
        throw new UnsupportedOperationException();
    }

    @Override
    public FileLock tryLock(long at, long size, boolean shared) throws IOException {
        SimFile file = file();
        if (file.locked) throw new OverlappingFileLockException();
        file.locked = true;
        holdsLock = true;
        return new FileLock(this, at, size, shared) {
            @Override
            public boolean isValid() {
                return holdsLock;
            }

            @Override
            public void release() {
                unlock();
            }
        };
    }

    @Override
    public FileLock lock(long at, long size, boolean shared) throws IOException {
        return tryLock(at, size, shared);
    }

    private void unlock() {
        if (holdsLock && life == disk.life() && node instanceof SimFile file) file.locked = false;
        holdsLock = false;
    }

    @Override
    protected void implCloseChannel() {
        unlock();
    }
}
