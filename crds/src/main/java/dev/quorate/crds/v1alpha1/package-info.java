/**
 * The Kubernetes API of Quorate, version v1alpha1, as Java records: what people write and what the operator reports.
 *
 * <p>May import: fabric8's model and its schema annotations, Jackson annotations.
 *
 * <p>Must not: the Kubernetes client's calls, the operator SDK, anything else of ours. Closed sets are strings with a
 * pattern and not Java enums, since an enum constant that this version does not know would stop the whole operator.
 */
@NullMarked
package dev.quorate.crds.v1alpha1;

import org.jspecify.annotations.NullMarked;
