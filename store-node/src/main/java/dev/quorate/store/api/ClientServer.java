package dev.quorate.store.api;

import dev.quorate.store.api.gateway.Gateway;
import dev.quorate.store.api.queue.ElectionService;
import dev.quorate.store.api.queue.LockService;
import dev.quorate.store.api.wire.Statuses;
import dev.quorate.store.node.NodeConfig;
import dev.quorate.store.node.NodeHost;
import dev.quorate.store.node.port.Meters;
import dev.quorate.store.ops.Ask;
import dev.quorate.store.ops.EventLoops;
import dev.quorate.store.ops.HttpListener;
import dev.quorate.store.ops.HttpPages;
import dev.quorate.store.ops.Metrics;
import dev.quorate.store.ops.Page;
import dev.quorate.store.tls.Certificates;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.stream.Stream;

/** Everything that clients, probes and scrapers can reach: opened once, with or without a node behind it. */
public final class ClientServer implements AutoCloseable {
    private static final int MIN_READERS = 4;
    private static final long DRAIN_SECONDS = 5;
    private static final long DRAIN_LOOK_MILLIS = 10;
    private static final int QUIET_LOOKS = 10;

    private final EventLoops loops;
    private final ExecutorService readers;
    private final ScheduledExecutorService pumps;
    private final ScheduledExecutorService timer;
    private final List<Runnable> ports = new ArrayList<>();
    private final List<ClientPort> clientPorts = new ArrayList<>();
    private final List<BooleanSupplier> waiting = new ArrayList<>();
    private final List<SocketAddress> clientAddresses = new ArrayList<>();

    private ClientServer() {
        int processors = Runtime.getRuntime().availableProcessors();
        loops = EventLoops.start(processors);
        readers = threads("read-", Math.max(MIN_READERS, processors));
        pumps = new ScheduledThreadPoolExecutor(
                Math.max(2, processors),
                Thread.ofPlatform().daemon().name("watch-", 0).factory(),
                new ThreadPoolExecutor.DiscardPolicy());
        timer = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().daemon().name("api-timer").factory());
    }

    /** What a call that is being ended still wants after the close is dropped. */
    private static ExecutorService threads(String name, int count) {
        return new ThreadPoolExecutor(
                count,
                count,
                0,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                Thread.ofPlatform().daemon().name(name, 0).factory(),
                new ThreadPoolExecutor.DiscardPolicy());
    }

    public static ClientServer start(NodeConfig config, NodeHost host, Meters meters) throws IOException {
        ClientServer server = new ClientServer();
        try {
            server.openPorts(host, config, meters);
            return server;
        } catch (IOException | RuntimeException failure) {
            server.close();
            throw failure;
        }
    }

    private void openPorts(NodeHost host, NodeConfig config, Meters meters) throws IOException {
        Metrics metrics = new Metrics(host, meters);
        Served served = new Served(host, readers, loops);
        LeaderWatch leaders = new LeaderWatch(host);
        WatchService watches = new WatchService(served, pumps, leaders);
        GaugeWithCallback.builder()
                .name("etcd_debugging_mvcc_watch_stream_total")
                .help("Total number of watch streams.")
                .callback(point -> point.call(watches.openStreams()))
                .register(metrics.registry());
        List<ServerServiceDefinition> services =
                services(served, watches, leaders, new ClientVersions(metrics.registry()));
        boolean extensive = config.serving().logging().metrics().equals("extensive");
        CallMeter meter = new CallMeter(metrics.registry(), extensive, services);
        waiting.add(meter::isAnybodyWaiting);
        NodeConfig.Serving serving = config.serving();
        HttpPages plainPages = new HttpPages(host, metrics, Statuses::text, readers);
        Function<Ask, CompletableFuture<Page>> pages = plainPages;
        if (serving.jsonGateway()) {
            Gateway gateway = new Gateway(services, plainPages);
            waiting.add(gateway::isAnybodyWaiting);
            pages = gateway;
        }
        ClientPort.Setup plain = new ClientPort.Setup(
                services, List.of(meter), pages, serving.limits(), serving.keepalive(), Optional.empty());
        openAll(config.addresses(), false, plain, plainPages);
        if (isSecure(config.addresses())) {
            ClientPort.Setup secure = plain.over(Certificates.forClients(serving.clientTls()));
            openAll(config.addresses(), true, secure, plainPages);
        }
        startTimers(config, watches, leaders);
    }

    private static boolean isSecure(NodeConfig.Addresses all) {
        return Stream.of(all.listenClient(), all.listenMetrics(), all.listenClientHttp())
                .anyMatch(urls -> !addresses(urls, true).isEmpty());
    }

    /** @param plainPages all that whoever may only look at the metrics gets: there the API would be open to everybody */
    private void openAll(NodeConfig.Addresses all, boolean secure, ClientPort.Setup setup, HttpPages plainPages)
            throws IOException {
        List<InetSocketAddress> clients = addresses(all.listenClient(), secure);
        if (!clients.isEmpty()) {
            ClientPort port = ClientPort.open(clients, loops, setup);
            ports.add(port::close);
            clientPorts.add(port);
            clientAddresses.addAll(port.addresses());
        }
        for (InetSocketAddress address : addresses(all.listenMetrics(), secure))
            ports.add(HttpListener.open(address, loops, setup.tls(), plainPages)::close);
        for (InetSocketAddress address : addresses(all.listenClientHttp(), secure))
            ports.add(HttpListener.open(address, loops, setup.tls(), setup.pages())::close);
    }

    private static List<ServerServiceDefinition> services(
            Served served, WatchService watches, LeaderWatch leaders, ClientVersions versions) {
        CallGate gate = new CallGate(served.host(), versions);
        List<ServerServiceDefinition> services = new ArrayList<>();
        for (ServerServiceDefinition ofEtcd : List.of(
                new KvService(served).bind(),
                watches.bind(),
                new LeaseService(served, leaders).bindService(),
                new ClusterService(served).bindService(),
                new MaintenanceService(served).bindService(),
                new AuthService(served).bind(),
                new LockService(served::node).bindService(),
                new ElectionService(served::node).bindService())) {
            services.add(ServerInterceptors.intercept(ofEtcd, gate));
        }
        services.add(new HealthService(served.host()).bindService());
        services.add(new AdminService(served.host()).bindService());
        return services;
    }

    private void startTimers(NodeConfig config, WatchService watches, LeaderWatch leaders) {
        long progress = Math.max(100, config.serving().upkeep().watchProgressMillis());
        long election = config.timing().electionMillis();
        var _ = timer.scheduleAtFixedRate(watches::tellProgress, progress, progress, TimeUnit.MILLISECONDS);
        var _ = timer.scheduleAtFixedRate(leaders::check, election, election, TimeUnit.MILLISECONDS);
        var _ = timer.scheduleAtFixedRate(watches::checkNode, election, election, TimeUnit.MILLISECONDS);
    }

    private static List<InetSocketAddress> addresses(List<String> urls, boolean secure) {
        return urls.stream()
                .map(URI::create)
                .filter(uri -> uri.getScheme().equals("https") == secure)
                .map(uri -> new InetSocketAddress(uri.getHost(), uri.getPort()))
                .toList();
    }

    /** Where clients can connect: with the real port where 0 was asked for. */
    public List<? extends SocketAddress> clientAddresses() {
        return clientAddresses;
    }

    /**
     * Takes nothing more, and waits until what was asked is answered, and what was on its way when clients were told; not
     * for streams, and not for long: who waits for a lock may wait for ever.
     */
    public void drain() {
        clientPorts.forEach(ClientPort::stopTaking);
        long due = System.nanoTime() + TimeUnit.SECONDS.toNanos(DRAIN_SECONDS);
        try {
            for (int quiet = 0; quiet < QUIET_LOOKS && System.nanoTime() < due; quiet++) {
                if (waiting.stream().anyMatch(BooleanSupplier::getAsBoolean)) quiet = 0;
                TimeUnit.MILLISECONDS.sleep(DRAIN_LOOK_MILLIS);
            }
        } catch (InterruptedException impatient) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        ports.forEach(Runnable::run);
        timer.shutdownNow();
        pumps.shutdown();
        readers.shutdown();
        loops.close();
    }
}
