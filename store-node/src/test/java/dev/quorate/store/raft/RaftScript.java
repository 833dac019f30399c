package dev.quorate.store.raft;

import dev.quorate.store.Bytes;
import dev.quorate.store.raft.Message.InstallSnapshot;
import dev.quorate.store.script.Script;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.Collectors;

/**
 * Members driven by hand.
 *
 * <pre>
 * options prevote=off checkquorum=off inflight=2 inflightbytes=400 bytes=100    before the members
 * log 2 1 1 3           member 2 starts with entries of these terms after 1/1 (before "members")
 * term 7                everybody starts in this term (before "members")
 * members 1 2 3         starts them all, these being the voters since entry 1/1
 * join 4                starts a member that knows nothing
 * tick 1 10 | skip 1 | campaign 1 | propose 1 a b | change 1 v4 v5 | read 1 77 | transfer 1 2 | compact 1 5
 * deliver               what is on the wire now, in order; "deliver 1 2" only from 1 to 2
 * settle                delivers until nothing is on the wire; does not print messages
 * cut 1 | heal          a member is cut off; all are connected
 * hold 1 | persist 1    the disk stalls; it completes what it has, and goes on; "persist 1 1" completes one batch
 * stalls 1 | stalls 1 off   the member knows that its disk stalls
 * restart 1             a crash loses what is not durable
 * stream 1 4            a snapshot of 1 arrives at 4 as a whole; "stream 1 4 2/5" one that was taken at 2/5
 * show 1                role, term, log
 * </pre>
 */
final class RaftScript implements Script.Interpreter {
    private final SortedMap<Long, Member> members = new TreeMap<>();
    private final SortedMap<Long, List<Entry>> firstLogs = new TreeMap<>();
    private final List<Message> wire = new ArrayList<>();
    private final SortedSet<Long> cut = new TreeSet<>();
    private long firstTerm = 1;
    private boolean preVote = true;
    private boolean checkQuorum = true;
    private int inflight = 512;
    private long inflightBytes = 1 << 20;
    private long messageBytes = 1 << 20;
    private boolean showMessages = true;

    private final class Member {
        final long id;
        final SimDisk disk;
        RaftCore core;
        boolean held;
        final List<Entry> log = new ArrayList<>();
        EntryId applied;
        Membership membership;

        Member(long id, Restored restored, SimDisk disk) {
            this.id = id;
            this.disk = disk;
            this.core = new RaftCore(config(id), restored);
            this.membership = restored.membership();
            this.applied = restored.base();
        }
    }

    private RaftConfig config(long id) {
        return new RaftConfig(
                id,
                10,
                1,
                preVote,
                checkQuorum,
                inflight,
                inflightBytes,
                messageBytes,
                20,
                RandomGeneratorFactory.of("L64X128MixRandom").create(id));
    }

    @Override
    public void run(List<String> words, StringBuilder out) {
        List<String> rest = words.subList(1, words.size());
        switch (words.getFirst()) {
            case "options" -> rest.forEach(this::option);
            case "log" -> firstLogs.put(id(rest.getFirst()), entries(rest.subList(1, rest.size())));
            case "term" -> firstTerm = id(rest.getFirst());
            case "members" -> start(rest.stream().map(RaftScript::id).toList(), out);
            case "join" -> add(id(rest.getFirst()), Restored.joining(), new SimDisk(EntryId.NONE), out);
            case "deliver" -> deliver(rest, out);
            case "settle" -> settle(out);
            case "cut" -> cut.add(id(rest.getFirst()));
            case "heal" -> cut.clear();
            default -> member(words.getFirst(), member(id(rest.getFirst())), rest.subList(1, rest.size()), out);
        }
    }

    private Member member(long id) {
        Member member = members.get(id);
        if (member == null) throw new IllegalArgumentException("no member " + id);
        return member;
    }

    private void option(String word) {
        int equals = word.indexOf('=');
        String value = word.substring(equals + 1);
        switch (word.substring(0, equals)) {
            case "prevote" -> preVote = value.equals("on");
            case "checkquorum" -> checkQuorum = value.equals("on");
            case "inflight" -> inflight = Integer.parseInt(value);
            case "inflightbytes" -> inflightBytes = Long.parseLong(value);
            case "bytes" -> messageBytes = Long.parseLong(value);
            default -> throw new IllegalArgumentException(word);
        }
    }

    private static long id(String word) {
        return Long.parseLong(word);
    }

    private static List<Entry> entries(List<String> terms) {
        List<Entry> entries = new ArrayList<>();
        for (String term : terms) {
            entries.add(new Entry(id(term), entries.size() + 2L, EntryKind.NORMAL, Bytes.utf8("t" + term)));
        }
        return entries;
    }

    private void start(List<Long> voters, StringBuilder out) {
        wire.clear();
        Restored born = Restored.born(Membership.ofVoters(voters));
        for (long id : voters) {
            List<Entry> entries = firstLogs.getOrDefault(id, List.of());
            HardState hard = new HardState(firstTerm, 0, 1);
            SimDisk disk = new SimDisk(born.base());
            disk.begin(hard, entries);
            add(id, new Restored(hard, born.membership(), born.base(), entries, 1), disk, out);
        }
    }

    private void add(long id, Restored restored, SimDisk disk, StringBuilder out) {
        Member member = new Member(id, restored, disk);
        member.log.addAll(restored.entries());
        members.put(id, member);
        turn(member, out);
    }

    private void member(String command, Member member, List<String> words, StringBuilder out) {
        RaftCore core = member.core;
        switch (command) {
            case "tick" -> {
                for (int i = Integer.parseInt(words.getFirst()); i > 0; i--) {
                    member.core.tick();
                    turn(member, out);
                }
            }
            case "skip" -> core.skipTicks();
            case "campaign" -> core.campaignNow();
            case "propose" -> {
                say(out, core.propose(words.stream().map(Bytes::utf8).toList()));
            }
            case "change" -> {
                MembershipChange change = Changes.parse(String.join(" ", words));
                say(out, core.proposeChange(change, EntryKind.CHANGE_V2, Changes.encode(change)));
            }
            case "read" -> core.read(id(words.getFirst()));
            case "transfer" -> core.transferLeadership(id(words.getFirst()));
            case "compact" -> core.compact(id(words.getFirst()));
            case "hold" -> member.held = true;
            case "stalls" -> core.diskStalls(words.isEmpty());
            case "persist" -> {
                member.held = !words.isEmpty();
                persist(member, member.held ? Integer.parseInt(words.getFirst()) : Integer.MAX_VALUE, out);
            }
            case "restart" -> restart(member, out);
            case "stream" ->
                stream(member, id(words.getFirst()), words.size() > 1 ? entryId(words.get(1)) : member.applied, out);
            case "show" -> show(member, out);
            default -> throw new IllegalArgumentException(command);
        }
        turn(member, out);
    }

    private static void say(StringBuilder out, Proposed result) {
        if (result != Proposed.ACCEPTED) out.append(result).append('\n');
    }

    private void restart(Member member, StringBuilder out) {
        SimDisk disk = member.disk;
        disk.loseAll();
        Restored restored = new Restored(
                disk.hardState(),
                member.membership,
                disk.base(),
                disk.entries(),
                Math.min(disk.lastIndex(), member.applied.index()));
        Member again = new Member(member.id, restored, disk);
        again.log.addAll(restored.entries());
        again.applied = member.applied;
        members.put(member.id, again);
        turn(again, out);
    }

    private static EntryId entryId(String word) {
        int slash = word.indexOf('/');
        return new EntryId(id(word.substring(0, slash)), id(word.substring(slash + 1)));
    }

    private void stream(Member from, long to, EntryId at, StringBuilder out) {
        Member receiver = member(to);
        receiver.core.step(new InstallSnapshot(from.id, to, from.core.term(), at, from.membership));
        turn(receiver, out);
        from.core.reportSnapshot(to, at.index());
    }

    // ---------------------------------------------------------------------------------------------- wire

    private void deliver(List<String> link, StringBuilder out) {
        List<Message> now = new ArrayList<>();
        for (Iterator<Message> messages = wire.iterator(); messages.hasNext(); ) {
            Message message = messages.next();
            boolean chosen = link.isEmpty() || (message.from() == id(link.get(0)) && message.to() == id(link.get(1)));
            if (!chosen) continue;
            now.add(message);
            messages.remove();
        }
        for (Message message : now) {
            Member member = members.get(message.to());
            if (member == null || cut.contains(message.from()) || cut.contains(message.to())) continue;
            member.core.step(message);
            turn(member, out);
        }
    }

    private void settle(StringBuilder out) {
        showMessages = false;
        for (int rounds = 0; !wire.isEmpty(); rounds++) {
            if (rounds > 1000) throw new AssertionError("does not settle");
            deliver(List.of(), out);
        }
        showMessages = true;
    }

    // ---------------------------------------------------------------------------------------------- loop

    private void turn(Member member, StringBuilder out) {
        while (member.core.hasReady()) {
            Ready ready = member.core.ready();
            ready.notices().forEach(notice -> print(out, member.id + " " + record(notice)));
            mirror(member, ready);
            ready.sendNow().forEach(message -> send(message, out));
            if (ready.batch() != 0) member.disk.write(ready);
            ready.reads().forEach(point -> print(out, member.id + " read " + point.readId() + " at " + point.index()));
            ready.readsLost().forEach(lost -> print(out, member.id + " read " + lost + " lost"));
            apply(member, ready, out);
            if (!member.held) persist(member, Integer.MAX_VALUE, out);
        }
    }

    private void mirror(Member member, Ready ready) {
        InstallSnapshot install = ready.install();
        if (install != null) {
            member.log.clear();
            member.applied = install.base();
            member.membership = install.membership();
        }
        for (Entry entry : ready.entries()) {
            member.log.removeIf(old -> old.index() >= entry.index());
            member.log.add(entry);
        }
    }

    private void apply(Member member, Ready ready, StringBuilder out) {
        for (Entry entry : ready.committed()) {
            print(out, member.id + " applies " + entry);
            member.applied = entry.id();
            if (entry.kind().isChange()) member.membership = member.core.applyChange(Changes.parse(entry.data()));
        }
        if (!ready.committed().isEmpty()) member.core.applied(member.applied.index());
    }

    private void persist(Member member, int batches, StringBuilder out) {
        for (int i = 0; i < batches && member.disk.isBusy(); i++) {
            Ready done = member.disk.complete();
            done.sendAfterPersist().forEach(message -> send(message, out));
            member.core.persisted(done.batch());
        }
    }

    private void send(Message message, StringBuilder out) {
        wire.add(message);
        if (showMessages) print(out, message.from() + "→" + message.to() + " " + record(message));
    }

    // ---------------------------------------------------------------------------------------------- text

    private static void print(StringBuilder out, String line) {
        out.append(line).append('\n');
    }

    private static String record(Object value) {
        StringBuilder text = new StringBuilder(value.getClass().getSimpleName());
        for (RecordComponent component : value.getClass().getRecordComponents()) {
            String name = component.getName();
            if (value instanceof Message && (name.equals("from") || name.equals("to"))) continue;
            try {
                component.getAccessor().setAccessible(true);
                text.append(' ')
                        .append(name)
                        .append('=')
                        .append(component.getAccessor().invoke(value));
            } catch (ReflectiveOperationException impossible) {
                throw new LinkageError(impossible.getMessage(), impossible);
            }
        }
        return text.toString();
    }

    private static void show(Member member, StringBuilder out) {
        RaftStatus status = member.core.status();
        String terms = member.log.stream()
                .filter(entry -> entry.index() > status.base().index())
                .map(entry -> Long.toString(entry.term()))
                .collect(Collectors.joining(" "));
        print(
                out,
                member.id + " " + status.role() + " term=" + status.term() + " leader=" + status.leader() + " commit="
                        + status.commit() + " persisted=" + status.persisted() + " log=" + status.base() + ": "
                        + terms + " | " + status.membership());
        status.followers()
                .forEach(f -> print(
                        out,
                        "  " + f.id() + " " + f.progress() + " match=" + f.match() + " next=" + f.next() + " inflight="
                                + f.inflight() + (f.learner() ? " learner" : "")));
    }
}
