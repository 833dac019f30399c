/**
 * Speaks the Kubernetes API over HTTP/1.1: routes, reads, writes, watches, discovery, OpenAPI.
 *
 * <p>May import: model, schema, apply, table, storage, jdk.httpserver.
 *
 * <p>Must not: being imported by the others; rules about objects that schema and apply could decide without it.
 */
@NullMarked
package dev.quorate.e2e.kube.api;

import org.jspecify.annotations.NullMarked;
