package dev.quorate.e2e.heartbeat;

import dev.quorate.e2e.process.MemberProcesses;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/**
 * What the members say of themselves, summed up over them.
 *
 * @param term the highest term: each election makes a new one, also one that nobody wins
 * @param lateHeartbeats heartbeats that left more than two intervals after the one before
 * @param handOvers leaders that gave up because of their disk
 */
record Reading(long term, long lateHeartbeats, long handOvers) {
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    static Reading of(MemberProcesses members) throws IOException, InterruptedException {
        Reading sum = new Reading(0, 0, 0);
        for (int member = 0; member < members.memberCount(); member++) {
            long term = members.awaitServing(member).getRaftTerm();
            String text = metrics(members.client(member));
            sum = new Reading(
                    Math.max(sum.term, term),
                    sum.lateHeartbeats + value(text, "etcd_server_heartbeat_send_failures_total"),
                    sum.handOvers + value(text, "quorate_disk_stall_hand_overs_total"));
        }
        return sum;
    }

    Reading since(Reading before) {
        return new Reading(term - before.term, lateHeartbeats - before.lateHeartbeats, handOvers - before.handOvers);
    }

    private static String metrics(InetSocketAddress member) throws IOException, InterruptedException {
        URI address = URI.create("http://" + member.getHostString() + ":" + member.getPort() + "/metrics");
        return HTTP.send(
                        HttpRequest.newBuilder(address).timeout(PATIENCE).build(), HttpResponse.BodyHandlers.ofString())
                .body();
    }

    /** The sum over all labels; 0 if there is no such metric. */
    private static long value(String text, String name) {
        return Math.round(text.lines()
                .filter(line -> line.startsWith(name + " ") || line.startsWith(name + "{"))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum());
    }
}
