package dev.quorate.e2e.kube.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;

/** Answers to clients that ask who they are and what they may: everybody may everything here. */
final class Reviews {
    private static final String USER = "anyone";
    private static final List<String> GROUPS = List.of("system:masters", "system:authenticated");

    private Reviews() {}

    static Optional<Reply> answer(ApiRequest request) {
        if (!request.method().equals("POST")) return Optional.empty();
        return switch (String.join("/", request.path())) {
            case "apis/authorization.k8s.io/v1/selfsubjectaccessreviews" -> reviewed(request, Reviews::access);
            case "apis/authorization.k8s.io/v1/selfsubjectrulesreviews" -> reviewed(request, Reviews::rules);
            case "apis/authentication.k8s.io/v1/selfsubjectreviews" -> reviewed(request, Reviews::user);
            default -> Optional.empty();
        };
    }

    private interface Finding {
        void in(ObjectNode status);
    }

    private static Optional<Reply> reviewed(ApiRequest request, Finding finding) {
        ObjectNode review = request.object();
        finding.in(review.putObject("status"));
        return Optional.of(Reply.json(201, review));
    }

    private static void access(ObjectNode status) {
        status.put("allowed", true);
    }

    private static void rules(ObjectNode status) {
        ObjectNode resources = status.putArray("resourceRules").addObject();
        for (String part : List.of("verbs", "apiGroups", "resources"))
            resources.putArray(part).add("*");
        ObjectNode others = status.putArray("nonResourceRules").addObject();
        for (String part : List.of("verbs", "nonResourceURLs"))
            others.putArray(part).add("*");
        status.put("incomplete", false);
    }

    private static void user(ObjectNode status) {
        ObjectNode user = status.putObject("userInfo").put("username", USER);
        GROUPS.forEach(user.putArray("groups")::add);
    }
}
