package dev.quorate.operator.plan;

import java.util.SortedMap;

/**
 * The nodes that members may run on. Not known where the operator may not read nodes or there are none.
 *
 * @param eligible how many nodes fit the cluster's placement now
 * @param zoneOf zone by node name, for nodes that name one
 * @param advice commands that make one more node fit, empty if the placement asks for no dedicated nodes
 */
public record NodesView(boolean known, int eligible, SortedMap<String, String> zoneOf, String advice) {}
