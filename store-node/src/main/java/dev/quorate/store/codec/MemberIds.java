package dev.quorate.store.codec;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.List;

/** The ids of members and clusters, computed as etcd does: all who start with the same list agree without talking. */
public final class MemberIds {
    private MemberIds() {}

    /** A member of the first list of a cluster. */
    public static long first(List<String> peerUrls, String clusterToken) {
        return head(sha1(joined(peerUrls) + clusterToken));
    }

    /** A member that was added at this second. */
    public static long added(List<String> peerUrls, long unixSeconds) {
        return head(sha1(joined(peerUrls) + unixSeconds));
    }

    public static long cluster(Collection<Long> memberIds) {
        ByteBuffer bytes = ByteBuffer.allocate(8 * memberIds.size());
        memberIds.stream().sorted(Long::compareUnsigned).forEach(bytes::putLong);
        return head(sha1(bytes.array()));
    }

    private static String joined(List<String> peerUrls) {
        return String.join("", peerUrls.stream().sorted().toList());
    }

    private static byte[] sha1(String text) {
        return sha1(text.getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] sha1(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-1").digest(bytes);
        } catch (NoSuchAlgorithmException missing) {
            throw new IllegalStateException("every Java has SHA-1", missing);
        }
    }

    private static long head(byte[] digest) {
        return ByteBuffer.wrap(digest).getLong();
    }

    /** Scheme, host and port, and nothing after them: members must be able to connect to each of them. */
    public static boolean validUrls(List<String> urls) {
        return !urls.isEmpty() && urls.stream().allMatch(MemberIds::isValid);
    }

    private static boolean isValid(String url) {
        if (!url.matches("https?://[^/\\s]+:\\d{1,5}")) return false;
        try {
            URI uri = new URI(url);
            return uri.getHost() != null && uri.getPort() > 0 && uri.getPort() <= 65_535;
        } catch (URISyntaxException nonsense) {
            return false;
        }
    }
}
