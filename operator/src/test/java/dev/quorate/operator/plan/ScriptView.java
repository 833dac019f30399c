package dev.quorate.operator.plan;

import dev.quorate.operator.plan.MembershipView.Member;
import dev.quorate.operator.plan.Memory.Birth;
import dev.quorate.operator.plan.ProcessView.State;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Reads a picture of a cluster from words, one line each:
 *
 * <pre>
 * wanted 3 [paused] [invalid]      what the user asks for
 * born, intent 0 TOKEN             the status knows the cluster's id (c1), or only the intent
 * set 3 [revision r1]              the StatefulSet
 * quorum lost, silent 1            no quorum confirms the members; a process does not answer
 * remember 2                       the highest ordinal of a member that the status knows
 * nodes 2 [dedicated]              nodes that fit
 * pod 0 [r1] [old] [leaving] [stuck]      a pod with its volume; stuck: cannot be scheduled
 * volume 3 [old] [released]        a volume without a pod
 * process 0 waiting|removed|lost|running [ill] [cluster c2] [lag]
 * member 0 voter|learner [leader]  a member with id 0x10 + ordinal; its process runs unless said otherwise
 * </pre>
 */
final class ScriptView {
    private Wanted wanted = new Wanted(3, false, true, Optional.empty());
    private OptionalLong clusterId = OptionalLong.empty();
    private Optional<Birth> birth = Optional.empty();
    private Optional<SetView> set = Optional.empty();
    private NodesView nodes = new NodesView(false, 0, new TreeMap<>(), "");
    private final NavigableMap<Integer, PodView> pods = new TreeMap<>();
    private final NavigableMap<Integer, VolumeView> volumes = new TreeMap<>();
    private final NavigableMap<Integer, ProcessView> processes = new TreeMap<>();
    private final List<Member> members = new ArrayList<>();
    private final SortedSet<Integer> silent = new TreeSet<>();
    private long leader;
    private int highest = -1;
    private boolean quorum = true;

    static ClusterView read(String picture) {
        ScriptView reader = new ScriptView();
        picture.lines()
                .map(line -> line.replaceAll("#.*", "").strip())
                .filter(line -> !line.isEmpty())
                .forEach(line -> reader.line(List.of(line.split(" +"))));
        return reader.view();
    }

    private void line(List<String> words) {
        int number = words.size() > 1 && words.get(1).matches("[0-9]+") ? Integer.parseInt(words.get(1)) : -1;
        switch (words.getFirst()) {
            case "wanted" ->
                wanted = new Wanted(
                        number,
                        words.contains("paused"),
                        true,
                        words.contains("invalid") ? Optional.of("replicas is even") : Optional.empty());
            case "born" -> clusterId = OptionalLong.of(0xc1);
            case "intent" -> birth = Optional.of(new Birth(number, words.get(2)));
            case "set" -> set = Optional.of(new SetView(number, words.contains("r2") ? "r2" : "r1"));
            case "nodes" ->
                nodes = new NodesView(
                        true,
                        number,
                        new TreeMap<>(),
                        words.contains("dedicated") ? "carry a=b. Run: kubectl label" : "");
            case "pod" -> pod(number, words);
            case "volume" ->
                volumes.put(number, new VolumeView("v" + number, words.contains("old"), words.contains("released")));
            case "process" -> process(number, words);
            case "member" -> member(number, words);
            case "silent" -> silent.add(number);
            case "quorum" -> quorum = false;
            case "remember" -> highest = number;
            default -> throw new IllegalArgumentException("not a line of a picture: " + words);
        }
    }

    private void pod(int ordinal, List<String> words) {
        boolean stuck = words.contains("stuck");
        pods.put(
                ordinal,
                new PodView(
                        "p" + ordinal,
                        words.contains("r0") ? "r0" : "r1",
                        !stuck,
                        words.contains("leaving"),
                        words.contains("old"),
                        words.contains("same") ? "n0" : "n" + ordinal,
                        stuck ? "cannot be scheduled: 0/2 nodes fit" : ""));
        volumes.put(ordinal, new VolumeView("v" + ordinal, words.contains("old"), false));
    }

    private void process(int ordinal, List<String> words) {
        State state = switch (words.get(2)) {
            case "waiting" -> State.UNINITIALISED;
            case "removed" -> State.REMOVED;
            case "lost" -> State.DATA_LOST;
            case "running" -> State.RUNNING;
            default -> throw new IllegalArgumentException("not a state: " + words);
        };
        long cluster = state == State.UNINITIALISED ? 0 : words.contains("c2") ? 0xc2 : 0xc1;
        long applied = words.contains("lag") ? 10 : 100_000;
        long member = state == State.UNINITIALISED ? 0 : 0x10L + ordinal;
        boolean ready = state == State.RUNNING && !words.contains("ill");
        processes.put(ordinal, new ProcessView(state, cluster, member, leader, applied, ready, "0.1.0", ""));
    }

    private void member(int ordinal, List<String> words) {
        long id = 0x10L + ordinal;
        members.add(new Member(id, ordinal, words.contains("learner"), "http://a-" + ordinal));
        highest = Math.max(highest, ordinal);
        if (words.contains("leader")) {
            leader = id;
        }
        if (!processes.containsKey(ordinal)) {
            process(ordinal, List.of("process", "" + ordinal, "running"));
        }
    }

    private ClusterView view() {
        NavigableMap<Integer, SlotView> slots = new TreeMap<>();
        SortedSet<Integer> ordinals = new TreeSet<>(volumes.keySet());
        ordinals.addAll(pods.keySet());
        for (int ordinal : ordinals) {
            Optional<ProcessView> process =
                    silent.contains(ordinal) ? Optional.empty() : Optional.ofNullable(processes.get(ordinal));
            slots.put(
                    ordinal,
                    new SlotView(
                            ordinal,
                            Optional.ofNullable(pods.get(ordinal)),
                            Optional.ofNullable(volumes.get(ordinal)),
                            process));
        }
        Optional<MembershipView> membership =
                members.isEmpty() || !quorum ? Optional.empty() : Optional.of(new MembershipView(members, leader));
        Memory memory = new Memory(clusterId, birth, highest);
        return new ClusterView(Instant.EPOCH, "a", "u", wanted, memory, set, slots, membership, nodes);
    }
}
