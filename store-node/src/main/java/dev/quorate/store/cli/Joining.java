package dev.quorate.store.cli;

import dev.quorate.store.datadir.Births;
import dev.quorate.store.node.LocalStatus.State;
import dev.quorate.store.node.NodeConfig;
import dev.quorate.store.peer.JoinClient;
import dev.quorate.store.peer.JoinClient.Door;
import dev.quorate.store.peer.PeerHost;
import dev.quorate.store.peer.PeerHost.JoinAnswer;
import dev.quorate.store.peer.PeerHost.JoinAnswer.Verdict;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks whoever is behind the peers' name, again and again, whether this process is a listed member that has never
 * started. A process never makes itself a member, and never founds a cluster because nobody answers.
 */
final class Joining implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(Joining.class);
    private static final long PAUSE_MILLIS = 500;
    private static final long ANSWER_MILLIS = 8_000;
    private static final long FOUNDING_ANSWER_MILLIS = 2_000;
    static final String STARTED_BEFORE =
            "the cluster lists this member and it has started before, but this directory is"
                    + " empty: remove the member, add it again and start it with --initial-cluster-state=existing or --join";

    private final NodeConfig config;
    private final Births births;
    private final MemberProcess process;
    private final BiConsumer<String, Throwable> died;

    Joining(NodeConfig config, Births births, MemberProcess process, BiConsumer<String, Throwable> died) {
        this.config = config;
        this.births = births;
        this.process = process;
        this.died = died;
    }

    @Override
    public void run() {
        try (JoinClient client = new JoinClient(config.serving().peerTls())) {
            String nonce = births.nonce();
            LOG.info("no data: waiting to be bootstrapped or added");
            while (process.isWaiting()) {
                for (Door door : doors()) {
                    if (!process.isWaiting() || settled(ask(client, door, nonce))) return;
                }
                TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
            }
        } catch (IOException failure) {
            process.joiningFailed(failure);
        } catch (RuntimeException | Error broken) {
            died.accept("join", broken);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    /** What the others say of a member of the first list that has no data. */
    enum Founding {
        /** Somebody knows that it has run before: this disk has lost what it had promised. */
        BEGUN_BEFORE,

        /** A majority, this process among it, knows of nothing. */
        MAY_BEGIN,

        /** Too many cannot be reached, or are still opening their data. */
        UNDECIDED
    }

    /**
     * A disk that has lost what it had promised must not begin again under the same id. Those who know of it may be away or
     * not ready to tell, so a majority of the list, this process among it, must know of nothing before it begins: as many as
     * a new cluster needs anyway. Those who begin at the same time know of nothing. What this cannot see is a second member
     * without data, lost or new, while all others are away.
     */
    Founding mayBegin(JoinClient client, long id) {
        Map<String, List<String>> list = config.birth().initialCluster();
        List<CompletableFuture<Verdict>> others = list.entrySet().stream()
                .filter(member -> !member.getKey().equals(config.name()))
                .map(member -> CompletableFuture.supplyAsync(
                        () -> verdict(client, member.getValue(), id),
                        task -> Thread.ofVirtual().start(task)))
                .toList();
        CompletableFuture.allOf(others.toArray(CompletableFuture<?>[]::new)).join();
        int knowNothing = 1;
        for (CompletableFuture<Verdict> other : others) {
            if (other.join() == Verdict.STARTED_BEFORE) return Founding.BEGUN_BEFORE;
            if (other.join() == Verdict.NOT_BEGUN) knowNothing++;
        }
        return knowNothing > list.size() / 2 ? Founding.MAY_BEGIN : Founding.UNDECIDED;
    }

    /** Of the first of a member's addresses that has one. */
    private Verdict verdict(JoinClient client, List<String> urls, long id) {
        for (String url : urls) {
            Verdict verdict = client.ask(Door.of(url), question("", id), FOUNDING_ANSWER_MILLIS)
                    .verdict();
            if (verdict != Verdict.UNKNOWN) return verdict;
        }
        return Verdict.UNKNOWN;
    }

    private PeerHost.JoinQuestion question(String nonce, long foundingId) {
        return new PeerHost.JoinQuestion(config.addresses().initialAdvertisePeer(), config.name(), nonce, foundingId);
    }

    private JoinAnswer ask(JoinClient client, Door door, String nonce) {
        return client.ask(door, question(nonce, 0), ANSWER_MILLIS);
    }

    private boolean settled(JoinAnswer answer) throws IOException {
        if (answer.verdict() == Verdict.START) {
            LOG.info("listed as member {}", Long.toUnsignedString(answer.memberId(), 16));
            process.join(answer);
            return true;
        }
        if (answer.verdict() != Verdict.STARTED_BEFORE) return false;
        process.stopWaiting(State.DATA_LOST, STARTED_BEFORE);
        return true;
    }

    /** An address of version 6 stands in brackets, and without the name of this machine's interface. */
    static String url(String scheme, InetAddress address, int port) {
        String host = address.getHostAddress();
        if (address instanceof Inet6Address) host = '[' + host.replaceFirst("%.*", "") + ']';
        return scheme + "://" + host + ":" + port;
    }

    /** Every address behind the name, and in the old way the other members of the initial cluster. */
    private List<Door> doors() {
        Set<String> urls = new TreeSet<>();
        if (config.birth().join().isEmpty()) {
            config.birth().initialCluster().forEach((name, peerUrls) -> {
                if (!name.equals(config.name())) urls.addAll(peerUrls);
            });
            return urls.stream().map(Door::of).toList();
        }
        String join = config.birth().join().get();
        URI own = URI.create(config.addresses().initialAdvertisePeer().getFirst());
        String text = join.contains("://") ? join : own.getScheme() + "://" + join;
        URI uri = URI.create(text);
        int port = uri.getPort() > 0 ? uri.getPort() : own.getPort();
        try {
            for (InetAddress address : InetAddress.getAllByName(uri.getHost()))
                urls.add(url(uri.getScheme(), address, port));
        } catch (UnknownHostException notYet) {
            LOG.debug("{} has no address yet", uri.getHost());
        }
        // Members have certificates for names.
        return urls.stream()
                .map(url -> new Door(url, uri.getHost() + ":" + port))
                .toList();
    }
}
