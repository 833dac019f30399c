/** The Helm chart, linted and rendered by Helm itself. */
@NullMarked
package dev.quorate.operator.chart;

import org.jspecify.annotations.NullMarked;
