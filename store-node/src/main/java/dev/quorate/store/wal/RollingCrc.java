package dev.quorate.store.wal;

import java.util.zip.CRC32C;

/** A CRC-32C that can be taken up again where another process or segment left it. */
final class RollingCrc {
    private static final int POLYNOMIAL = 0x82F63B78;

    private final CRC32C crc = new CRC32C();

    int value() {
        return (int) crc.getValue();
    }

    void update(byte[] bytes, int from, int length) {
        crc.update(bytes, from, length);
    }

    /**
     * Goes on from a value. The JDK's CRC always starts at zero, so it is fed the four bytes that lead from there to the
     * value: the checksum of four bytes is a bijection, and running its register backwards finds them.
     */
    void resume(int value) {
        crc.reset();
        int register = ~value;
        for (int bit = 0; bit < 32; bit++) {
            register = register < 0 ? ((register ^ POLYNOMIAL) << 1) | 1 : register << 1;
        }
        int word = ~register;
        crc.update(new byte[] {(byte) word, (byte) (word >>> 8), (byte) (word >>> 16), (byte) (word >>> 24)});
    }
}
