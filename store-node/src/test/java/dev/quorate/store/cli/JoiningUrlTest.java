package dev.quorate.store.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.URI;
import org.junit.jupiter.api.Test;

class JoiningUrlTest {
    @Test
    void everyKindOfAddressBecomesAUrlWithAHost() throws Exception {
        byte[] local = InetAddress.getByName("fe80::1").getAddress();
        String zoned = Joining.url("http", Inet6Address.getByAddress("peer", local, 3), 2380);
        assertThat(zoned).isEqualTo("http://[fe80:0:0:0:0:0:0:1]:2380");
        assertThat(URI.create(zoned).getHost()).isNotNull();
        assertThat(Joining.url("https", InetAddress.getByName("10.0.0.7"), 2380))
                .isEqualTo("https://10.0.0.7:2380");
    }
}
