/** Stand-ins for the outside of the operator: store nodes, and the parts of Kubernetes that make pods. */
@NullMarked
package dev.quorate.operator.fake;

import org.jspecify.annotations.NullMarked;
