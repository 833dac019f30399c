package dev.quorate.store.datadir;

import dev.quorate.store.node.NodeConfig;
import dev.quorate.store.node.port.Meters;
import dev.quorate.store.wal.Directories;
import dev.quorate.store.wal.WalOptions;
import java.io.IOException;
import java.nio.file.Path;

/** Where a member's files are: {@code member/wal} and {@code member/vlog} as etcd's readers expect the log. */
public record Folders(Path data, Path wal, Path state, WalOptions walOptions) {
    public static Folders of(NodeConfig.Storage storage, Meters meters) {
        Path data = Path.of(storage.dataDir());
        Path member = data.resolve("member");
        Path wal = storage.walDir().isEmpty() ? member.resolve("wal") : Path.of(storage.walDir());
        WalOptions usual = WalOptions.DEFAULT;
        return new Folders(
                data,
                wal,
                member,
                new WalOptions(
                        usual.segmentBytes(),
                        !storage.unsafeNoFsync(),
                        nanos -> meters.logSync().took(nanos)));
    }

    public void create() throws IOException {
        Directories.create(data);
        Directories.create(state);
    }
}
