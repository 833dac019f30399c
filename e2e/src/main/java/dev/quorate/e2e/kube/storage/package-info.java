/**
 * The client of the store node: compare-and-set writes, lists at a revision, watches, in the etcd v3 API.
 *
 * <p>May import: the generated stubs, grpc.
 *
 * <p>Must not: anything of Kubernetes: it knows keys and bytes.
 */
@NullMarked
package dev.quorate.e2e.kube.storage;

import org.jspecify.annotations.NullMarked;
