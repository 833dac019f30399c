package dev.quorate.store.api.wire;

import dev.quorate.store.Invariant;
import dev.quorate.store.mvcc.ValueLog;
import dev.quorate.store.state.Refusal;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a client is told about a refusal. Clients compare these texts byte by byte, so they are etcd's own.
 *
 * <p>Two codes are those of etcd's documentation and not what etcd really sends: etcd forgets to translate "too many
 * requests" and "not enough started members" and sends UNKNOWN. Clients look at the text; alerts on UNKNOWN do not fire.
 */
public final class Statuses {
    private static final String PREFIX = "etcdserver: ";
    private static final Metadata NO_TRAILERS = new Metadata();
    private static final Map<Refusal, Status> TABLE = table();
    private static final Map<Refusal, StatusRuntimeException> EXCEPTIONS = exceptions();

    private Statuses() {}

    public static Status of(Refusal refusal) {
        Status status = TABLE.get(refusal);
        return status != null ? status : Status.UNKNOWN.withDescription(PREFIX + refusal);
    }

    public static String text(Refusal refusal) {
        return Objects.requireNonNull(of(refusal).getDescription());
    }

    /** For gRPC's observers. It is made once and has no stack: a refusal is an answer, not a failure of ours. */
    public static StatusRuntimeException exception(Refusal refusal) {
        StatusRuntimeException exception = EXCEPTIONS.get(refusal);
        return exception != null ? exception : exception(of(refusal));
    }

    public static StatusRuntimeException exception(Status status) {
        return new Stackless(status);
    }

    /** What a client is told about an exception. Only a defect of ours is an internal error. */
    public static StatusRuntimeException exception(Throwable broken) {
        for (Throwable cause = broken; cause != null; cause = cause.getCause()) {
            if (cause instanceof ValueLog.Closed) return exception(Refusal.STOPPED);
        }
        return exception(Status.INTERNAL.withDescription(PREFIX + "internal error"));
    }

    /** There is no node in this process (yet). */
    public static Status notServing(String why) {
        return Status.UNAVAILABLE.withDescription(PREFIX + why);
    }

    /** What etcd's transport says to a reply above its limit, which is also that of one message here. */
    static Status tooLarge(long bytes) {
        return Status.RESOURCE_EXHAUSTED.withDescription(
                "grpc: trying to send message larger than max (" + bytes + " vs. " + Integer.MAX_VALUE + ")");
    }

    public static Status unimplemented(String what) {
        return Status.UNIMPLEMENTED.withDescription(PREFIX + what);
    }

    private static final class Stackless extends StatusRuntimeException {
        private static final long serialVersionUID = 1;

        Stackless(Status status) {
            super(status, NO_TRAILERS);
        }

        @Override
        public synchronized Throwable fillInStackTrace() {
            return this;
        }
    }

    private static Map<Refusal, StatusRuntimeException> exceptions() {
        Map<Refusal, StatusRuntimeException> exceptions = new EnumMap<>(Refusal.class);
        TABLE.forEach((refusal, status) -> exceptions.put(refusal, new Stackless(status)));
        return exceptions;
    }

    private static Map<Refusal, Status> table() {
        Map<Refusal, Status> table = new EnumMap<>(Refusal.class);
        for (Refusal refusal : Refusal.values()) table.put(refusal, status(refusal));
        return table;
    }

    private static Status status(Refusal refusal) {
        Status status = ofKeysLeasesAndMembers(refusal);
        return status != null ? status : ofTheRest(refusal);
    }

    private static @Nullable Status ofKeysLeasesAndMembers(Refusal refusal) {
        return switch (refusal) {
            case EMPTY_KEY -> of(Code.INVALID_ARGUMENT, "key is not provided");
            case KEY_NOT_FOUND -> of(Code.INVALID_ARGUMENT, "key not found");
            case VALUE_PROVIDED -> of(Code.INVALID_ARGUMENT, "value is provided");
            case LEASE_PROVIDED -> of(Code.INVALID_ARGUMENT, "lease is provided");
            case TOO_MANY_OPS -> of(Code.INVALID_ARGUMENT, "too many operations in txn request");
            case DUPLICATE_KEY -> of(Code.INVALID_ARGUMENT, "duplicate key given in txn request");
            case INVALID_SORT_OPTION -> of(Code.INVALID_ARGUMENT, "invalid sort option");
            case INVALID_CLIENT_API_VERSION -> of(Code.INVALID_ARGUMENT, "invalid client api version");
            case REQUEST_TOO_LARGE -> of(Code.INVALID_ARGUMENT, "request is too large");
            case ANSWER_TOO_LARGE ->
                of(
                        Code.RESOURCE_EXHAUSTED,
                        "the answer is too large for this server's memory; ask with a limit."
                                + " What the request writes is written");
            case COMPACTED -> of(Code.OUT_OF_RANGE, "mvcc: required revision has been compacted");
            case FUTURE_REVISION -> of(Code.OUT_OF_RANGE, "mvcc: required revision is a future revision");
            case NO_SPACE -> of(Code.RESOURCE_EXHAUSTED, "mvcc: database space exceeded");
            case CORRUPT -> of(Code.DATA_LOSS, "corrupt cluster");

            case LEASE_NOT_FOUND -> of(Code.NOT_FOUND, "requested lease not found");
            case LEASE_EXISTS -> of(Code.FAILED_PRECONDITION, "lease already exists");
            case LEASE_TTL_TOO_LARGE -> of(Code.OUT_OF_RANGE, "too large lease TTL");

            case MEMBER_NOT_FOUND -> of(Code.NOT_FOUND, "member not found");
            case MEMBER_EXISTS -> of(Code.FAILED_PRECONDITION, "member ID already exist");
            case MEMBER_STARTED ->
                of(Code.FAILED_PRECONDITION, "the member has already started with another data directory");
            case PEER_URL_EXISTS -> of(Code.FAILED_PRECONDITION, "Peer URLs already exists");
            case BAD_MEMBER_URLS -> of(Code.INVALID_ARGUMENT, "given member URLs are invalid");
            case MEMBER_NOT_LEARNER -> of(Code.FAILED_PRECONDITION, "can only promote a learner member");
            case LEARNER_NOT_READY ->
                of(Code.FAILED_PRECONDITION, "can only promote a learner member which is in sync with leader");
            case TOO_MANY_LEARNERS -> of(Code.FAILED_PRECONDITION, "too many learner members in cluster");
            case NOT_ENOUGH_STARTED_MEMBERS ->
                of(Code.FAILED_PRECONDITION, "re-configuration failed due to not enough started members");
            case UNHEALTHY -> of(Code.UNAVAILABLE, "unhealthy cluster");
            case CLUSTER_ID_MISMATCH -> of(Code.FAILED_PRECONDITION, "cluster ID mismatch");
            case BAD_LEADER_TRANSFEREE -> of(Code.FAILED_PRECONDITION, "bad leader transferee");
            case CHANGE_PENDING ->
                of(Code.FAILED_PRECONDITION, "re-configuration failed because another change is under way");
            default -> null;
        };
    }

    private static Status ofTheRest(Refusal refusal) {
        return switch (refusal) {
            case NO_LEADER -> of(Code.UNAVAILABLE, "no leader");
            case NOT_LEADER -> of(Code.FAILED_PRECONDITION, "not leader");
            case LEADER_CHANGED -> of(Code.UNAVAILABLE, "leader changed");
            case TIMEOUT -> of(Code.UNAVAILABLE, "request timed out");
            case TIMEOUT_LEADER_FAIL ->
                of(Code.UNAVAILABLE, "request timed out, possibly due to previous leader failure");
            case TIMEOUT_CONNECTION_LOST -> of(Code.UNAVAILABLE, "request timed out, possibly due to connection lost");
            case TIMEOUT_WAIT_APPLIED ->
                of(Code.UNAVAILABLE, "request timed out, waiting for the applied index took too long");
            case STOPPED -> of(Code.UNAVAILABLE, "server stopped");
            case TOO_MANY_REQUESTS -> of(Code.RESOURCE_EXHAUSTED, "too many requests");
            case NOT_CAPABLE -> of(Code.FAILED_PRECONDITION, "not capable");
            case NOT_SUPPORTED_FOR_LEARNER -> of(Code.FAILED_PRECONDITION, "rpc not supported for learner");
            case WATCH_CANCELED -> of(Code.CANCELLED, "watch canceled");
            case REQUEST_CANCELED -> of(Code.CANCELLED, "request canceled");
            case DEADLINE_EXCEEDED -> of(Code.DEADLINE_EXCEEDED, "context deadline exceeded");
            case UNKNOWN_COMMAND -> of(Code.UNIMPLEMENTED, "this version does not know the request");

            case WRONG_DOWNGRADE_VERSION_FORMAT -> of(Code.INVALID_ARGUMENT, "wrong downgrade target version format");
            case INVALID_DOWNGRADE_TARGET_VERSION -> of(Code.INVALID_ARGUMENT, "invalid downgrade target version");
            case CLUSTER_VERSION_UNAVAILABLE ->
                of(Code.FAILED_PRECONDITION, "cluster version not found during downgrade");
            case DOWNGRADE_IN_PROCESS -> of(Code.FAILED_PRECONDITION, "cluster has a downgrade job in progress");
            case NO_INFLIGHT_DOWNGRADE -> of(Code.FAILED_PRECONDITION, "no inflight downgrade job");

            case ROOT_USER_NOT_EXIST -> of(Code.FAILED_PRECONDITION, "root user does not exist");
            case ROOT_ROLE_NOT_EXIST -> of(Code.FAILED_PRECONDITION, "root user does not have root role");
            case USER_EXISTS -> of(Code.FAILED_PRECONDITION, "user name already exists");
            case USER_EMPTY -> of(Code.INVALID_ARGUMENT, "user name is empty");
            case USER_NOT_FOUND -> of(Code.FAILED_PRECONDITION, "user name not found");
            case ROLE_EXISTS -> of(Code.FAILED_PRECONDITION, "role name already exists");
            case ROLE_NOT_FOUND -> of(Code.FAILED_PRECONDITION, "role name not found");
            case ROLE_EMPTY -> of(Code.INVALID_ARGUMENT, "role name is empty");
            case AUTH_FAILED -> of(Code.INVALID_ARGUMENT, "authentication failed, invalid user ID or password");
            case PERMISSION_NOT_GIVEN -> of(Code.INVALID_ARGUMENT, "permission not given");
            case PERMISSION_DENIED -> of(Code.PERMISSION_DENIED, "permission denied");
            case ROLE_NOT_GRANTED -> of(Code.FAILED_PRECONDITION, "role is not granted to the user");
            case PERMISSION_NOT_GRANTED -> of(Code.FAILED_PRECONDITION, "permission is not granted to the role");
            case AUTH_NOT_ENABLED -> of(Code.FAILED_PRECONDITION, "authentication is not enabled");
            case INVALID_AUTH_TOKEN -> of(Code.UNAUTHENTICATED, "invalid auth token");
            case INVALID_AUTH_MANAGEMENT -> of(Code.INVALID_ARGUMENT, "invalid auth management");
            case AUTH_OLD_REVISION -> of(Code.INVALID_ARGUMENT, "revision of auth store is old");
            default -> throw new Invariant.Broken("a refusal without words: " + refusal);
        };
    }

    private static Status of(Code code, String text) {
        String whole = code == Code.DEADLINE_EXCEEDED ? text : PREFIX + text;
        return code.toStatus().withDescription(whole);
    }
}
