/**
 * Sees and changes Kubernetes objects for the controllers and the kubelet of LocalKube.
 *
 * <p>May import: fabric8's model and client.
 *
 * <p>Must not: decide anything, import another package of ours; it reaches the API server over HTTP only, so that the
 * controllers and the kubelet work the same on LocalKube's API server and on any other.
 */
@NullMarked
package dev.quorate.e2e.objects;

import org.jspecify.annotations.NullMarked;
