package dev.quorate.crds.v1alpha1;

/** The validation rules as the API server runs them (CEL), each with the sentence that a refused user reads. */
public final class Rules {
    public static final String ODD = "self in [1, 3, 5, 7]";
    public static final String ODD_SENTENCE =
            "replicas must be odd: 1, 3, 5 or 7. An even count tolerates no more failures"
                    + " than one fewer (4 tolerates 1, like 3) and loses quorum sooner.";

    public static final String SINGLE = "self.replicas != 1 || oldSelf.replicas == 1"
            + " || (has(self.scaling) && has(self.scaling.allowSingleMember) && self.scaling.allowSingleMember)";
    public static final String SINGLE_SENTENCE =
            "shrinking to one member removes all fault tolerance; set scaling.allowSingleMember: true";

    public static final String GROW = "quantity(string(self.size)).compareTo(quantity(string(oldSelf.size))) >= 0";
    public static final String GROW_SENTENCE = "storage.size can only grow";

    public static final String SAME_CLASS = "has(self.storageClassName) == has(oldSelf.storageClassName)"
            + " && (!has(self.storageClassName) || self.storageClassName == oldSelf.storageClassName)";
    public static final String SAME_CLASS_SENTENCE =
            "storage.storageClassName is immutable; restore into a new cluster to move";

    public static final String SAME_KIND = "self.ephemeral == oldSelf.ephemeral";
    public static final String SAME_KIND_SENTENCE =
            "storage.ephemeral is immutable; restore into a new cluster to move";

    public static final String GUARANTEED = "!has(self.requests) || !has(self.limits)"
            + " || self.requests.all(k, k in self.limits"
            + " && quantity(string(self.requests[k])).compareTo(quantity(string(self.limits[k]))) == 0)";
    public static final String GUARANTEED_SENTENCE =
            "members are Guaranteed: requests must equal limits; leave one of the two out and it is taken from the other";

    public static final String NAME =
            "size(self.metadata.name) <= 40 && self.metadata.name.matches('^[a-z]([-a-z0-9]*[a-z0-9])?$')";
    public static final String NAME_SENTENCE =
            "metadata.name must have at most 40 characters out of a-z, 0-9 and '-', start"
                    + " with a letter and end with a letter or digit: pod names, labels and certificates are made from it";

    private Rules() {}
}
