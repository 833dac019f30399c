package dev.quorate.e2e.heartbeat;

import dev.quorate.e2e.process.MemberProcesses;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;

/**
 * What the members say of themselves.
 *
 * @param term the highest term: each election makes a new one, also one that nobody wins
 */
record Reading(long term, List<Counters> members) {
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /**
     * What one member has counted since its process began.
     *
     * @param lateHeartbeats that left more than two intervals after the one before
     * @param handOvers how often it gave up leading because of its disk
     * @param wholeStates that it was sent and took
     */
    record Counters(long lateHeartbeats, long handOvers, long wholeStates) {
        static Counters parsed(String metrics) {
            return new Counters(
                    value(metrics, "etcd_server_heartbeat_send_failures_total"),
                    value(metrics, "quorate_disk_stall_hand_overs_total"),
                    value(metrics, "etcd_network_snapshot_receive_success"));
        }

        private Counters since(Counters before) {
            return new Counters(
                    grown(before.lateHeartbeats, lateHeartbeats),
                    grown(before.handOvers, handOvers),
                    grown(before.wholeStates, wholeStates));
        }

        /** A process that was started again counts from 0. */
        private static long grown(long before, long now) {
            return now < before ? now : now - before;
        }

        /** The sum over all labels. */
        private static long value(String metrics, String name) {
            List<String> lines = metrics.lines()
                    .filter(line -> line.startsWith(name + " ") || line.startsWith(name + "{"))
                    .toList();
            if (lines.isEmpty()) throw new IllegalStateException("a member has no metric " + name);
            return Math.round(lines.stream()
                    .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                    .sum());
        }
    }

    static Reading of(MemberProcesses members) throws IOException, InterruptedException {
        long term = 0;
        List<Counters> counters = new ArrayList<>();
        for (int member = 0; member < members.memberCount(); member++) {
            term = Math.max(term, members.awaitServing(member).getRaftTerm());
            counters.add(Counters.parsed(metrics(members.client(member))));
        }
        return new Reading(term, List.copyOf(counters));
    }

    Reading since(Reading before) {
        return new Reading(
                term - before.term,
                IntStream.range(0, members.size())
                        .mapToObj(member -> members.get(member).since(before.members.get(member)))
                        .toList());
    }

    long sum(ToLongFunction<Counters> counter) {
        return members.stream().mapToLong(counter).sum();
    }

    private static String metrics(InetSocketAddress member) throws IOException, InterruptedException {
        URI address = URI.create("http://" + member.getHostString() + ":" + member.getPort() + "/metrics");
        return HTTP.send(
                        HttpRequest.newBuilder(address).timeout(PATIENCE).build(), HttpResponse.BodyHandlers.ofString())
                .body();
    }
}
