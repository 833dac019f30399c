/**
 * Runs pods as processes of this machine, and keeps declared nodes in being.
 *
 * <p>What a container runtime would isolate is mapped instead:
 *
 * <ul>
 *   <li>an <b>image</b> is a distribution folder ({@link Images}); its entry point is the script in {@code bin};
 *   <li>a <b>pod address</b> is a loopback address of its own; {@code 0.0.0.0} in arguments and variables becomes it;
 *   <li>a <b>mount</b> is a folder of the host; its path in arguments, variables and probes is replaced by the folder's;
 *   <li><b>DNS</b> is a hosts file per namespace ({@link HostsFile}), which a JVM reads instead of asking a resolver;
 *   <li><b>limits</b> of memory and processors are told to the JVM, which obeys them.
 * </ul>
 *
 * <p>One {@link Kubelet} watches; each pod has a {@link PodRun} with a thread of its own; each container in it is a
 * {@link ContainerRun}.
 *
 * <p>May import: {@code objects}, fabric8's model, the process API, {@code java.net.http}.
 *
 * <p>Must not: know what a store cluster is; import {@code controllers}.
 */
@NullMarked
package dev.quorate.e2e.kubelet;

import org.jspecify.annotations.NullMarked;
