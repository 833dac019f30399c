/**
 * The JSON gateway: etcd's API as HTTP POSTs of JSON below {@code /v3/}, by protobuf's JSON rules with the names of the
 * protobuf files. It hands each request to the gRPC service that would have got it, in this process and without a
 * connection, so the two ways into a member cannot differ.
 *
 * <p>A stream's messages come in lines, as they happen. What a client has to say in a stream it says in its request, one
 * object after the other; not served: a request that goes on while it is answered, and websockets.
 *
 * <p>May import: ops (requests and pages), the services as gRPC sees them, protobuf's JSON format.
 *
 * <p>Must not: know a message or a method by type.
 */
@NullMarked
package dev.quorate.store.api.gateway;

import org.jspecify.annotations.NullMarked;
