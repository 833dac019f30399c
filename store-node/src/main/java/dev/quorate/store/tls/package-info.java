/**
 * Certificates from files, for the client port, the peer port and the calls to other members.
 *
 * <p>May import: node (the configuration), netty's and gRPC's TLS. Must not: know who speaks over the connection.
 */
@NullMarked
package dev.quorate.store.tls;

import org.jspecify.annotations.NullMarked;
