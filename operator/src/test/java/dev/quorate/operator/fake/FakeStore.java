package dev.quorate.operator.fake;

import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * All store nodes of a test world and what they would agree upon: disks that remember, clusters that know their members,
 * a leader wherever a majority is up. It keeps a record of every promise that was broken.
 */
public final class FakeStore {
    private static final int LOOKS_TO_CATCH_UP = 2;

    /** What a volume remembers when its process is gone. */
    public static final class Disk {
        long clusterId;
        long memberId;
        String token = "";
        boolean removed;
    }

    /** A member of a cluster. */
    public record Row(long id, String peerUrl, boolean learner) {}

    /** The state of a process in the words of the admin contract. */
    public record Seen(
            String state, long clusterId, long memberId, long leaderId, long applied, boolean ready, String token) {}

    private static final class Cluster {
        final long id;
        final NavigableMap<Long, Row> members = new TreeMap<>();
        final NavigableMap<Long, Integer> looks = new TreeMap<>();
        final SortedSet<Long> started = new TreeSet<>();
        long leader;

        Cluster(long id) {
            this.id = id;
        }

        List<Row> voters() {
            return members.values().stream().filter(row -> !row.learner()).toList();
        }
    }

    /** One running process. */
    public final class Node {
        private final Disk disk;
        private final String peerUrl;
        private boolean up = true;
        private boolean lost;

        Node(Disk disk, String peerUrl) {
            this.disk = disk;
            this.peerUrl = peerUrl;
        }

        public void stop() {
            synchronized (FakeStore.this) {
                up = false;
                processes.remove(this);
                elect();
            }
        }

        public Seen look() {
            return seen(this);
        }

        /** True if a quorum counts it in. */
        public boolean isMember() {
            synchronized (FakeStore.this) {
                return serving(this).isPresent();
            }
        }

        public long[] bootstrap(String token) {
            return born(this, token);
        }

        public Optional<List<Row>> members() {
            return listed(this);
        }

        public Optional<String> add(String url) {
            return added(this, url);
        }

        public Optional<String> promote(List<Long> ids) {
            return promoted(this, ids);
        }

        public Optional<String> remove(List<Long> ids) {
            return taken(this, ids);
        }

        public Optional<String> moveLeader(long to) {
            return moved(this, to);
        }
    }

    private final NavigableMap<Long, Cluster> clusters = new TreeMap<>();
    private final List<Node> processes = new ArrayList<>();
    private final List<String> broken = new ArrayList<>();
    private final List<String> history = new ArrayList<>();
    private long nextId = 0x10;

    public synchronized Node start(Disk disk, String peerUrl) {
        Node process = new Node(disk, peerUrl);
        processes.add(process);
        elect();
        return process;
    }

    public synchronized List<String> broken() {
        return List.copyOf(broken);
    }

    public synchronized List<String> history() {
        return List.copyOf(history);
    }

    public synchronized int clusters() {
        return clusters.size();
    }

    private synchronized Seen seen(Node process) {
        Disk disk = process.disk;
        if (disk.removed) {
            return new Seen("REMOVED", disk.clusterId, disk.memberId, 0, 0, false, disk.token);
        }
        if (disk.clusterId == 0) {
            join(process);
        }
        Cluster cluster = clusters.get(disk.clusterId);
        if (cluster == null) {
            return new Seen(process.lost ? "DATA_LOST" : "UNINITIALISED", 0, 0, 0, 0, false, "");
        }
        Row row = cluster.members.get(disk.memberId);
        if (row == null) {
            // It was down when it was removed, and nobody has told it yet.
            return new Seen("RUNNING", cluster.id, disk.memberId, 0, 10, false, disk.token);
        }
        int looks = cluster.looks.merge(disk.memberId, 1, Integer::sum);
        long applied = row.learner() && looks <= LOOKS_TO_CATCH_UP ? 10 : 100_000;
        return new Seen("RUNNING", cluster.id, disk.memberId, cluster.leader, applied, cluster.leader != 0, disk.token);
    }

    private void join(Node process) {
        for (Cluster cluster : clusters.values()) {
            for (Row row : cluster.members.values()) {
                if (!row.peerUrl().equals(process.peerUrl) || cluster.leader == 0 || process.lost) {
                    continue;
                }
                if (cluster.started.add(row.id())) {
                    process.disk.clusterId = cluster.id;
                    process.disk.memberId = row.id();
                } else {
                    // Who finds that its data is gone stays away until it is started again.
                    process.lost = true;
                }
                return;
            }
        }
    }

    private synchronized long[] born(Node process, String token) {
        Disk disk = process.disk;
        if (disk.clusterId != 0) {
            return disk.token.equals(token) ? new long[] {disk.clusterId, disk.memberId} : new long[0];
        }
        if (!clusters.isEmpty()) {
            broken.add("bootstrapped a second cluster with token " + token);
        }
        Cluster cluster = new Cluster(0xc1 + clusters.size());
        clusters.put(cluster.id, cluster);
        disk.clusterId = cluster.id;
        disk.memberId = nextId++;
        disk.token = token;
        cluster.members.put(disk.memberId, new Row(disk.memberId, process.peerUrl, false));
        cluster.started.add(disk.memberId);
        elect();
        history.add("bootstrap");
        return new long[] {disk.clusterId, disk.memberId};
    }

    private synchronized Optional<List<Row>> listed(Node process) {
        return serving(process).map(cluster -> List.copyOf(cluster.members.values()));
    }

    private Optional<Cluster> serving(Node process) {
        return Optional.ofNullable(clusters.get(process.disk.clusterId))
                .filter(cluster -> cluster.leader != 0 && cluster.members.containsKey(process.disk.memberId));
    }

    private synchronized Optional<String> added(Node process, String url) {
        Optional<Cluster> cluster = serving(process);
        if (cluster.isEmpty()) {
            return Optional.of("etcdserver: no leader");
        }
        if (cluster.get().members.values().stream()
                .anyMatch(row -> row.peerUrl().equals(url))) {
            return Optional.of("etcdserver: Peer URLs already exists");
        }
        long id = nextId++;
        cluster.get().members.put(id, new Row(id, url, true));
        history.add("add " + url.replaceAll("^http://([^.]+)[.].*$", "$1"));
        return Optional.empty();
    }

    private synchronized Optional<String> promoted(Node process, List<Long> ids) {
        Optional<Cluster> cluster = serving(process);
        if (cluster.isEmpty()) {
            return Optional.of("etcdserver: no leader");
        }
        for (long id : ids) {
            Row row = cluster.get().members.get(id);
            if (row == null || !row.learner()) {
                return Optional.of("etcdserver: can only promote a learner member");
            }
            if (cluster.get().looks.getOrDefault(id, 0) <= LOOKS_TO_CATCH_UP) {
                return Optional.of("etcdserver: can only promote a learner member which is in sync with leader");
            }
        }
        ids.forEach(id -> cluster.get().members.computeIfPresent(id, (key, row) -> new Row(id, row.peerUrl(), false)));
        checkOdd(cluster.get(), "promote");
        elect();
        return Optional.empty();
    }

    private synchronized Optional<String> taken(Node process, List<Long> ids) {
        Optional<Cluster> cluster = serving(process);
        if (cluster.isEmpty()) {
            return Optional.of("etcdserver: no leader");
        }
        if (!cluster.get().members.keySet().containsAll(ids)) {
            return Optional.of("etcdserver: member not found");
        }
        if (ids.contains(cluster.get().leader)) {
            broken.add("removed the leader without moving leadership first");
        }
        boolean voters = cluster.get().voters().stream().anyMatch(row -> ids.contains(row.id()) && !lost(row));
        ids.forEach(cluster.get().members::remove);
        processes.stream()
                .filter(other -> other.disk.clusterId == cluster.get().id && ids.contains(other.disk.memberId))
                .forEach(other -> other.disk.removed = true);
        if (voters) {
            checkOdd(cluster.get(), "remove");
        }
        elect();
        if (cluster.get().leader == 0) {
            broken.add("a removal cost the quorum");
        }
        return Optional.empty();
    }

    private synchronized Optional<String> moved(Node process, long to) {
        Optional<Cluster> cluster = serving(process);
        if (cluster.isEmpty() || cluster.get().leader != process.disk.memberId) {
            return Optional.of("etcdserver: not leader");
        }
        Row heir = cluster.get().members.get(to);
        if (heir == null || heir.learner() || !isUp(cluster.get(), to)) {
            return Optional.of("etcdserver: bad leader transferee");
        }
        cluster.get().leader = to;
        history.add("leader moved");
        return Optional.empty();
    }

    /** Whoever lost its data is replaced alone; all others come and go so that the number of voters stays odd. */
    private boolean lost(Row row) {
        return processes.stream().anyMatch(process -> process.lost && process.peerUrl.equals(row.peerUrl()));
    }

    private void checkOdd(Cluster cluster, String what) {
        int voters = cluster.voters().size();
        history.add(what + " voters=" + voters);
        if (voters % 2 == 0) {
            broken.add(what + " left " + voters + " voters");
        }
    }

    private boolean isUp(Cluster cluster, long id) {
        return processes.stream()
                .anyMatch(process -> process.up && process.disk.clusterId == cluster.id && process.disk.memberId == id);
    }

    private void elect() {
        for (Cluster cluster : clusters.values()) {
            List<Row> voters = cluster.voters();
            List<Row> up =
                    voters.stream().filter(row -> isUp(cluster, row.id())).toList();
            boolean stays = up.stream().anyMatch(row -> row.id() == cluster.leader);
            if (up.size() < voters.size() / 2 + 1) {
                cluster.leader = 0;
            } else if (!stays) {
                cluster.leader = up.getFirst().id();
            }
        }
    }
}
