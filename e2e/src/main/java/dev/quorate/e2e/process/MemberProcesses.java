package dev.quorate.e2e.process;

import com.google.protobuf.ByteString;
import dev.quorate.e2e.inside.AgentJar;
import dev.quorate.e2e.inside.Orders;
import dev.quorate.proto.etcdserverpb.KVGrpc;
import dev.quorate.proto.etcdserverpb.MaintenanceGrpc;
import dev.quorate.proto.etcdserverpb.RangeRequest;
import dev.quorate.proto.etcdserverpb.StatusRequest;
import dev.quorate.proto.etcdserverpb.StatusResponse;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The processes of one cluster under test, started from one binary with etcd's own flags. */
public final class MemberProcesses implements AutoCloseable {
    private static final double CLOCK_TICKS_PER_SECOND = 100;
    private static final RangeRequest NO_KEY = RangeRequest.newBuilder()
            .setKey(ByteString.copyFromUtf8("no such key"))
            .build();
    private static final long SMALL_BYTES = 2L << 30;

    /** A member that ought to serve does not, though it was given two minutes. */
    public static final class NotServing extends RuntimeException {
        private static final long serialVersionUID = 1;

        NotServing(String message) {
            super(message);
        }
    }

    private final Path binary;
    private final Path folder;
    private final int memberCount;
    private final List<Integer> clientPorts;
    private final List<Integer> peerPorts;
    private final List<Process> processes = new CopyOnWriteArrayList<>();
    private @Nullable PeerNetwork network;

    private MemberProcesses(Path binary, Path folder, int memberCount) throws IOException {
        this.binary = binary;
        this.folder = folder;
        this.memberCount = memberCount;
        List<Integer> free = freePorts(2 * memberCount);
        this.clientPorts = free.subList(0, memberCount);
        this.peerPorts = free.subList(memberCount, 2 * memberCount);
    }

    public static MemberProcesses start(Path binary, Path folder, int memberCount)
            throws IOException, InterruptedException {
        return started(new MemberProcesses(binary, folder, memberCount));
    }

    /** With a network between them that can be cut, and, where they are JVMs, with disks and clocks that can fail. */
    public static MemberProcesses startApart(Path binary, Path folder, int memberCount)
            throws IOException, InterruptedException {
        MemberProcesses servers = new MemberProcesses(binary, folder, memberCount);
        servers.network = new PeerNetwork(servers.peerPorts, servers::memberOf);
        AgentJar.write(servers.agent());
        return started(servers);
    }

    private static MemberProcesses started(MemberProcesses servers) throws IOException, InterruptedException {
        try {
            servers.startAll();
        } catch (IOException | InterruptedException | RuntimeException e) {
            servers.close();
            throw e;
        }
        return servers;
    }

    private static List<Integer> freePorts(int count) throws IOException {
        List<ServerSocket> held = new ArrayList<>();
        try {
            for (int i = 0; i < count; i++) held.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
            return held.stream().map(ServerSocket::getLocalPort).toList();
        } finally {
            for (ServerSocket one : held) one.close();
        }
    }

    private int memberOf(InetSocketAddress caller, InetSocketAddress called) throws IOException {
        for (int member = 0; member < processes.size(); member++) {
            if (SocketOwners.owns(processes.get(member).pid(), caller, called)) return member;
        }
        throw new IOException("no member calls from " + caller);
    }

    /** Only of members that were started apart. */
    public PeerNetwork network() {
        if (network == null) throw new IllegalStateException("the members were not started apart");
        return network;
    }

    /** What one member's process is to suffer from, now and after a restart. Only of members that were started apart. */
    public void order(int member, Orders orders) throws IOException {
        orders.write(orders(member));
    }

    private Path orders(int member) {
        return folder.resolve("m" + member + ".orders");
    }

    private Path agent() {
        return folder.resolve("agent.jar");
    }

    /** Takes the last block of the file system on which the members are. */
    public void fillUp() throws IOException {
        long room = Files.getFileStore(folder).getTotalSpace();
        if (room > SMALL_BYTES)
            throw new IllegalStateException(
                    folder + " is on a file system of " + (room >> 20) + " MiB: to fill one up, "
                            + "name a folder on a small one, of " + (SMALL_BYTES >> 20) + " MiB or less");
        try (OutputStream out = Files.newOutputStream(filler())) {
            byte[] block = new byte[4096];
            while (true) out.write(block);
        } catch (IOException full) {
            if (Files.getFileStore(folder).getUsableSpace() >= 1 << 20) throw full;
        }
    }

    public void giveBack() throws IOException {
        Files.deleteIfExists(filler());
    }

    private Path filler() {
        return folder.resolve("filler");
    }

    /** Waits until a member's process has ended by itself. */
    public void awaitEnd(int member, long seconds) throws InterruptedException {
        if (!processes.get(member).waitFor(seconds, TimeUnit.SECONDS))
            throw new NotServing("member " + member + " goes on " + seconds + " s after its disk failed");
    }

    /** Kills all members at once and starts them on the same data. Returns the seconds until all serve. */
    public double crashAndRestart() throws IOException, InterruptedException {
        for (int i = 0; i < memberCount; i++) kill(i);
        long begin = System.nanoTime();
        for (int i = 0; i < memberCount; i++) restart(i);
        for (int i = 0; i < memberCount; i++) awaitServing(i);
        return (System.nanoTime() - begin) / 1e9;
    }

    /** {@code kill -9}; returns when the process is gone. */
    public void kill(int member) throws InterruptedException {
        processes.get(member).destroyForcibly().waitFor();
    }

    /** Starts a killed member again on its data. */
    public void restart(int member) throws IOException {
        processes.set(member, start(member, "new"));
    }

    /** Kills a member, takes it out of the cluster and throws its data away. */
    public void remove(int member) throws IOException, InterruptedException {
        long id = awaitServing(member).getHeader().getMemberId();
        kill(member);
        try (Membership membership = new Membership(client((member + 1) % memberCount))) {
            membership.remove(id);
        }
        delete(folder.resolve("m" + member));
    }

    /** Brings a removed member back as a new one: a learner first, a voter when it has caught up. */
    public void addAgain(int member) throws IOException, InterruptedException {
        try (Membership membership = new Membership(client((member + 1) % memberCount))) {
            long id = membership.addLearner(peerUrl(member));
            processes.set(member, start(member, "existing"));
            // Not for a linearizable read: a learner refuses it.
            await(member, MemberProcesses::following);
            membership.promote(id);
            awaitServing(member);
        }
    }

    /** Sends a signal by name, such as STOP or CONT. */
    public void signal(int member, String name) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + name, String.valueOf(pid(member)))
                .inheritIO()
                .start()
                .waitFor();
    }

    public long pid(int member) {
        return processes.get(member).pid();
    }

    public boolean isAlive(int member) {
        return processes.get(member).isAlive();
    }

    /** Where a member writes what it says. */
    public Path log(int member) {
        return folder.resolve("m" + member + ".log");
    }

    public InetSocketAddress client(int member) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), clientPorts.get(member));
    }

    public int memberCount() {
        return memberCount;
    }

    /** The member that leads. */
    public int leader() throws InterruptedException {
        for (int member = 0; member < memberCount; member++) {
            StatusResponse status = awaitServing(member);
            if (status.getHeader().getMemberId() == status.getLeader()) return member;
        }
        throw new IllegalStateException("no member leads");
    }

    /** Processor time that all members have used so far. */
    public double cpuSeconds() throws IOException {
        double ticks = 0;
        for (Process process : processes) {
            String stat = Files.readString(Path.of("/proc", String.valueOf(process.pid()), "stat"));
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
            ticks += Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
        }
        return ticks / CLOCK_TICKS_PER_SECOND;
    }

    /** Resident memory that belongs to the processes alone (anonymous pages), in bytes, of the largest member. */
    public long residentBytes(String field) throws IOException {
        long most = 0;
        for (Process process : processes) {
            for (String line : Files.readAllLines(Path.of("/proc", String.valueOf(process.pid()), "status"))) {
                if (line.startsWith(field + ":")) {
                    most = Math.max(most, Long.parseLong(line.replaceAll("\\D", "")) * 1024);
                }
            }
        }
        return most;
    }

    @Override
    public void close() {
        for (Process process : processes) process.destroyForcibly();
        for (Process process : processes) {
            try {
                process.waitFor(10, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        if (network != null) network.close();
        delete(folder);
    }

    private void startAll() throws IOException, InterruptedException {
        for (int i = 0; i < memberCount; i++) processes.add(start(i, "new"));
        for (int i = 0; i < memberCount; i++) awaitServing(i);
    }

    private String initialCluster() {
        return IntStream.range(0, memberCount)
                .mapToObj(i -> "m" + i + "=" + peerUrl(i))
                .collect(Collectors.joining(","));
    }

    private Process start(int i, String state) throws IOException {
        Path data = folder.resolve("m" + i);
        Files.createDirectories(data);
        String client = "http://127.0.0.1:" + clientPorts.get(i);
        ProcessBuilder process = new ProcessBuilder(
                        binary.toString(),
                        "--name=m" + i,
                        "--data-dir=" + data,
                        "--listen-client-urls=" + client,
                        "--advertise-client-urls=" + client,
                        "--listen-peer-urls=http://127.0.0.1:" + peerPorts.get(i),
                        "--initial-advertise-peer-urls=" + peerUrl(i),
                        "--initial-cluster=" + initialCluster(),
                        "--initial-cluster-state=" + state,
                        "--quota-backend-bytes=-1",
                        "--log-level=warn")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log(i).toFile()));
        if (network != null)
            process.environment()
                    .merge("JAVA_OPTS", "-javaagent:" + agent() + "=" + orders(i), (set, more) -> set + " " + more);
        return process.start();
    }

    private String peerUrl(int i) {
        return "http://127.0.0.1:" + (network == null ? peerPorts.get(i) : network.port(i));
    }

    /** Waits until a member knows a leader and answers a linearizable read. */
    public StatusResponse awaitServing(int member) throws InterruptedException {
        return await(member, MemberProcesses::serving);
    }

    private StatusResponse await(int member, Function<ManagedChannel, Optional<StatusResponse>> look)
            throws InterruptedException {
        ManagedChannel channel =
                NettyChannelBuilder.forAddress(client(member)).usePlaintext().build();
        try {
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
            while (System.nanoTime() < deadline && isAlive(member)) {
                Optional<StatusResponse> status = look.apply(channel);
                if (status.isPresent()) return status.get();
                channel.resetConnectBackoff();
                TimeUnit.MILLISECONDS.sleep(20);
            }
            throw new NotServing(binary + " member " + member + " does not serve; it said last:\n" + lastWords(member));
        } finally {
            channel.shutdownNow();
        }
    }

    /** Whether it does right now. */
    public boolean serves(int member) {
        ManagedChannel channel =
                NettyChannelBuilder.forAddress(client(member)).usePlaintext().build();
        try {
            return serving(channel).isPresent();
        } finally {
            channel.shutdownNow();
        }
    }

    private static Optional<StatusResponse> serving(ManagedChannel channel) {
        return following(channel).filter(status -> answersReads(channel));
    }

    private static boolean answersReads(ManagedChannel channel) {
        try {
            var _ = KVGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(2, TimeUnit.SECONDS)
                    .range(NO_KEY);
            return true;
        } catch (StatusRuntimeException notNow) {
            return false;
        }
    }

    /** It knows a leader. */
    private static Optional<StatusResponse> following(ManagedChannel channel) {
        try {
            StatusResponse status = MaintenanceGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(2, TimeUnit.SECONDS)
                    .status(StatusRequest.getDefaultInstance());
            return status.getLeader() == 0 ? Optional.empty() : Optional.of(status);
        } catch (StatusRuntimeException notNow) {
            return Optional.empty();
        }
    }

    private String lastWords(int member) {
        try {
            List<String> lines = Files.readAllLines(log(member));
            return String.join("\n", lines.subList(Math.max(0, lines.size() - 10), lines.size()));
        } catch (IOException unreadable) {
            return unreadable.toString();
        }
    }

    private static void delete(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path path : files.sorted(Comparator.reverseOrder()).toList()) Files.deleteIfExists(path);
        } catch (IOException e) {
            System.err.println("could not remove " + folder + ": " + e.getMessage());
        }
    }
}
