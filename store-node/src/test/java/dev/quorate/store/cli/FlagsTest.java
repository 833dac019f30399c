package dev.quorate.store.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quorate.store.node.NodeConfig;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The command line as etcd reads it. */
class FlagsTest {
    private record Ran(int code, String out, String err) {}

    private static Ran run(Map<String, String> environment, String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int code = Main.run(List.of(arguments), environment, new PrintStream(out, true), new PrintStream(err, true));
        return new Ran(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\u0000', textBlock = """
            --nope                                | 2 | flag provided but not defined: -nope
            node1                                 | 2 | "node1" is not a valid flag
            --heartbeat-interval=soon             | 2 | invalid value "soon" for flag -heartbeat-interval: parse error
            --pre-vote=perhaps                    | 2 | invalid value "perhaps" for flag -pre-vote: parse error
            --grpc-keepalive-timeout=20           | 2 | invalid value "20" for flag -grpc-keepalive-timeout: parse error
            --listen-peer-urls=ftp://127.0.0.1:1  | 2 | URL scheme must be http, https, unix, or unixs: ftp://127.0.0.1:1
            --listen-peer-urls=http://127.0.0.1   | 2 | URL address does not have the form "host:port": http://127.0.0.1
            --listen-client-urls=https://127.0.0.1:1 | 1 | TLS key/cert (--cert-file, --key-file) must be provided for client url https://127.0.0.1:1 with HTTPS scheme
            --data-dir                            | 2 | flag needs an argument: -data-dir
            --discovery-srv=example.com           | 2 | flag --discovery-srv is not supported
            --initial-cluster-state=maybe         | 1 | invalid value "maybe" for flag -initial-cluster-state
            --election-timeout=400                | 1 | --election-timeout[400ms] should be at least as 5 times as
            --election-timeout=60000              | 1 | --election-timeout[60000ms] is too long
            --heartbeat-interval=0                | 1 | --heartbeat-interval must be >0 (set to 0ms)
            --listen-client-urls=http://0.0.0.0:1 | 1 | --advertise-client-urls is required when --listen-client-urls
            --listen-peer-urls=http://host.org:1  | 1 | expected IP in URL for binding (http://host.org:1)
            --name=a --initial-cluster=b=http://127.0.0.1:1 | 1 | couldn't find local name "a" in the initial cluster
            --name=a --initial-cluster=a=http://127.0.0.1:1 | 1 | but missing from --initial-advertise-peer-urls
            --initial-cluster=a=http://h:1,b=http://h:1     | 1 | has duplicate url
            --auto-compaction-mode=never          | 1 | undefined auto-compaction-mode (never)
            --feature-gates=Magic=true            | 1 | unrecognized feature gate: Magic=true
            --listen-peer-urls=unix://a.sock      | 1 | unix sockets are not supported (unix://a.sock)
            --cert-file=x                         | 1 | --cert-file and --key-file must be set together
            """)
    void aBadFlagIsOneClearLine(String arguments, int code, String sentence) {
        Ran ran = run(Map.of(), arguments.split(" "));
        assertThat(ran.code()).isEqualTo(code);
        assertThat(ran.err().lines()).anyMatch(line -> line.contains(sentence));
        assertThat(ran.err().lines().count()).isLessThanOrEqualTo(code == 2 ? 1 : 3);
    }

    @Test
    void everythingThatIsWrongIsSaidAtOnce() {
        Ran ran = run(Map.of(), "--election-timeout=400", "--cert-file=x", "--auto-compaction-mode=never");
        assertThat(ran.err().lines()).hasSize(3);
    }

    @Test
    void aFlagAndItsVariableExcludeEachOther() {
        Ran ran = run(Map.of("ETCD_NAME", "b"), "--name=a");
        assertThat(ran.code()).isEqualTo(2);
        assertThat(ran.err())
                .isEqualTo("conflicting environment variable \"ETCD_NAME\" is shadowed by corresponding command-line"
                        + " flag (either unset environment variable or disable flag)\n");
    }

    @Test
    void theVersionIsOnTheFirstLine() {
        Ran ran = run(Map.of(), "--version");
        assertThat(ran.code()).isZero();
        assertThat(ran.out().lines().findFirst()).hasValue("etcd Version: 3.7.1");
    }

    @Test
    void valuesComeFromFlagsVariablesAndDefaults() throws Flags.BadFlag {
        Flags flags = Flags.parse(
                List.of("-name", "n1", "--pre-vote=false", "--strict-reconfig-check", "--snapshot-count=7"),
                Map.of("ETCD_QUOTA_BACKEND_BYTES", "1000", "ETCD_GRPC_KEEPALIVE_INTERVAL", "1m30s", "PATH", "/bin"));
        NodeConfig config = new ConfigReader(flags).read();
        assertThat(config.name()).isEqualTo("n1");
        assertThat(config.timing().preVote()).isFalse();
        assertThat(config.birth().strictReconfigCheck()).isTrue();
        assertThat(config.storage().snapshotCount()).isEqualTo(7);
        assertThat(config.storage().quotaBytes()).isEqualTo(1000);
        assertThat(config.serving().keepalive().intervalMillis()).isEqualTo(90_000);
        assertThat(config.storage().dataDir()).isEqualTo("n1.etcd");
        assertThat(config.timing().requestTimeoutMillis()).isEqualTo(7_000);
        assertThat(flags.warnings()).isEmpty();
    }

    @Test
    void flagsWithoutEffectAndOldNamesGetOneWarningEach() throws Flags.BadFlag {
        Flags flags = Flags.parse(
                List.of("--max-wals=3", "--experimental-corrupt-check-time=5s", "--experimental-enable-v2v3=x"),
                Map.of("ETCD_WHATEVER", "1"));
        assertThat(flags.warnings())
                .containsExactlyInAnyOrder(
                        "flag --max-wals has no effect here",
                        "flag --experimental-corrupt-check-time is now --corrupt-check-time",
                        "flag --corrupt-check-time has no effect here",
                        "flag --experimental-enable-v2v3 has no effect here",
                        "unrecognized environment variable ETCD_WHATEVER");
        assertThat(flags.duration("corrupt-check-time")).isEqualTo(5_000);
    }
}
