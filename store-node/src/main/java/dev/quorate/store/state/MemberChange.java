package dev.quorate.store.state;

import java.util.List;

/** What happens to one member in a change of the membership. */
public sealed interface MemberChange {
    long id();

    record Added(Member member) implements MemberChange {
        @Override
        public long id() {
            return member.id();
        }
    }

    record Promoted(long id) implements MemberChange {}

    record Removed(long id) implements MemberChange {}

    record Updated(long id, List<String> peerUrls) implements MemberChange {}
}
