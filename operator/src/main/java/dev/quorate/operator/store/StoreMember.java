package dev.quorate.operator.store;

import java.util.List;

/** A line of the member list. */
public record StoreMember(long id, boolean learner, List<String> peerUrls) {}
