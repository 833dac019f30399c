package dev.quorate.crds.v1alpha1;

import static java.util.Objects.requireNonNullElse;

import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;

/** How far apart members live: hosts and zones are each required, preferred or of no interest. */
@ApiRecord
public record Spread(
        @Default("Required") @Pattern(Spread.CHOICE) @Size(max = 9)
        String hosts,

        @Default("Preferred") @Pattern(Spread.CHOICE) @Size(max = 9)
        String zones,

        @Default(Spread.ZONE_KEY) @Size(max = 253) String zoneKey) {

    public static final String CHOICE = "^(Required|Preferred|Off)$";
    public static final String ZONE_KEY = "topology.kubernetes.io/zone";

    public Spread {
        hosts = requireNonNullElse(hosts, "Required");
        zones = requireNonNullElse(zones, "Preferred");
        zoneKey = requireNonNullElse(zoneKey, ZONE_KEY);
    }
}
