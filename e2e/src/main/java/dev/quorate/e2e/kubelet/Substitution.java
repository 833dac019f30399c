package dev.quorate.e2e.kubelet;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The text of arguments and variables, from how it stands in a pod to how a process on this machine needs it. */
record Substitution(Map<String, String> folders, String address) {
    private static final Pattern REFERENCE = Pattern.compile("\\$(\\$|\\(([-._A-Za-z0-9]+)\\))");
    private static final Pattern EVERY_ADDRESS = Pattern.compile("(?<![\\d.])0\\.0\\.0\\.0(?![\\d.])|\\[::\\]");

    /** Kubernetes' own: {@code $(NAME)} is the variable if there is one, {@code $$} is a dollar sign. */
    static String expand(String text, Map<String, String> variables) {
        return REFERENCE.matcher(text).replaceAll(match -> {
            String value = match.group(2) == null ? "$" : variables.get(match.group(2));
            return Matcher.quoteReplacement(value == null ? match.group() : value);
        });
    }

    /** Ours: mount paths become folders of this machine, and the address of all interfaces becomes the pod's. */
    String toHost(String text) {
        String changed = EVERY_ADDRESS.matcher(text).replaceAll(address);
        List<String> longestFirst = folders.keySet().stream()
                .sorted(Comparator.comparingInt(String::length).reversed())
                .toList();
        if (longestFirst.isEmpty()) return changed;
        String any = String.join("|", longestFirst.stream().map(Pattern::quote).toList());
        // A path begins where no path can be under way, and ends at a separator; so a URL's path is left alone.
        return Pattern.compile("(?<![\\w./-])(" + any + ")(?=$|[/:,;\"'\\s])")
                .matcher(changed)
                .replaceAll(match -> Matcher.quoteReplacement(folders.getOrDefault(match.group(1), match.group(1))));
    }
}
