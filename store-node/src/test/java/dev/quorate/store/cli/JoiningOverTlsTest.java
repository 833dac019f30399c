package dev.quorate.store.cli;

import static dev.quorate.store.cli.TestMember.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.quorate.store.FreePorts;
import dev.quorate.store.node.LocalStatus.State;
import dev.quorate.store.state.Outcome;
import dev.quorate.store.tls.TestCertificates;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Certificates are for names, and the name of the peers has addresses. */
class JoiningOverTlsTest {
    @TempDir
    Path folder;

    @Test
    void whoKnowsTheNameOfThePeersFindsThem() throws Exception {
        List<Integer> ports = FreePorts.take(2);
        TestCertificates certificates = new TestCertificates(folder, "dns:localhost");
        String first = "https://localhost:" + ports.get(0);
        String second = "https://localhost:" + ports.get(1);
        List<String> founds = flags("m0", ports.get(0), certificates);
        founds.add("--initial-cluster=m0=" + first);
        List<String> joins = flags("m1", ports.get(1), certificates);
        joins.add("--join=localhost:" + ports.get(0));
        try (TestMember seed = new TestMember(founds);
                TestMember waits = new TestMember(joins)) {
            assertThat(seed.put("k", "v")).isInstanceOf(Outcome.PutDone.class);
            assertThat(seed.node().calls().addMember(List.of(second), true).join())
                    .isInstanceOf(Outcome.MembersChanged.class);
            await("it has joined", () -> waits.process.localStatus().state() == State.RUNNING);
            await("it has the state", () -> waits.local("k").equals("v"));
        }
    }

    private List<String> flags(String name, int port, TestCertificates certificates) {
        return new ArrayList<>(List.of(
                "--name=" + name,
                "--data-dir=" + folder.resolve(name),
                "--listen-peer-urls=https://127.0.0.1:" + port,
                "--initial-advertise-peer-urls=https://localhost:" + port,
                "--listen-client-urls=http://127.0.0.1:1",
                "--advertise-client-urls=http://127.0.0.1:1",
                "--peer-cert-file=" + certificates.certificate(),
                "--peer-key-file=" + certificates.key(),
                "--peer-trusted-ca-file=" + certificates.ca(),
                "--peer-client-cert-auth",
                "--unsafe-no-fsync"));
    }
}
