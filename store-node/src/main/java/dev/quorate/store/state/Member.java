package dev.quorate.store.state;

import java.util.List;

/** One member of the cluster; without a name until it has started for the first time. */
public record Member(long id, String name, List<String> peerUrls, List<String> clientUrls, boolean learner) {
    public Member {
        peerUrls = List.copyOf(peerUrls);
        clientUrls = List.copyOf(clientUrls);
    }

    Member promoted() {
        return new Member(id, name, peerUrls, clientUrls, false);
    }

    Member at(List<String> newPeerUrls) {
        return new Member(id, name, newPeerUrls, clientUrls, learner);
    }

    Member named(String newName, List<String> newClientUrls) {
        return new Member(id, newName, peerUrls, newClientUrls, learner);
    }
}
