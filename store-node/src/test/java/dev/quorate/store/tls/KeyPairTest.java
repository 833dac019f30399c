package dev.quorate.store.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.RSAPrivateKey;
import java.util.Objects;
import javax.net.ssl.X509ExtendedKeyManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeyPairTest {
    @TempDir
    Path folder;

    /** Made by openssl, each key twice: as the tool wrote it, and as {@code openssl pkcs8 -topk8 -nocrypt} wrote that. */
    @ParameterizedTest
    @ValueSource(strings = {"rsa", "p256", "p521"})
    void aKeyIsTheSameInEveryForm(String name) throws Exception {
        BigInteger plain = secret(PrivateKeys.read(text(name + ".pkcs8.pem")));
        assertThat(secret(PrivateKeys.read(text(name + ".pem")))).isEqualTo(plain);
    }

    @Test
    void whatCannotBeReadSaysWhy() throws Exception {
        assertThatThrownBy(() -> PrivateKeys.read("")).hasMessageContaining("PRIVATE KEY");
        assertThatThrownBy(() -> PrivateKeys.read(text("encrypted.pem"))).hasMessageContaining("encrypted");
        for (int length : new int[] {40, 41}) {
            String cut =
                    text("p256.pem").replaceAll("(?s)(PRIVATE KEY-----\\n.{" + length + "}).*(-----END)", "$1\n$2");
            assertThatThrownBy(() -> PrivateKeys.read(cut))
                    .isInstanceOf(GeneralSecurityException.class)
                    .hasMessageContaining("cut off");
        }
    }

    @Test
    void aChangedPairIsTakenWhenBothFilesHaveChanged() throws Exception {
        TestCertificates certificates = new TestCertificates(folder);
        KeyPair pair = read(certificates);
        byte[] before = certificate(pair);
        byte[] oldKey = Files.readAllBytes(certificates.key());
        certificates.renew();
        byte[] newKey = Files.readAllBytes(certificates.key());
        Files.writeString(certificates.key(), "damaged on the way");
        pair.look();
        Files.write(certificates.key(), oldKey);
        pair.look();
        assertThat(certificate(pair)).isEqualTo(before);
        Files.write(certificates.key(), newKey);
        pair.look();
        assertThat(certificate(pair)).isNotEqualTo(before);
    }

    @Test
    void filesThatDoNotBelongTogetherAreRefused() throws Exception {
        TestCertificates certificates = new TestCertificates(folder);
        Files.writeString(certificates.key(), text("p256.pem"));
        assertThatThrownBy(() -> read(certificates))
                .hasMessageContaining(certificates.key().toString())
                .hasMessageContaining("not that of the certificate");
    }

    private static KeyPair read(TestCertificates from) throws IOException {
        return KeyPair.read(from.certificate().toString(), from.key().toString());
    }

    private static byte[] certificate(KeyPair of) throws GeneralSecurityException {
        X509ExtendedKeyManager manager = of.manager();
        return manager.getCertificateChain(manager.chooseEngineServerAlias("EC", null, null))[0].getEncoded();
    }

    private static BigInteger secret(PrivateKey of) {
        return of instanceof RSAPrivateKey rsa ? rsa.getPrivateExponent() : ((ECPrivateKey) of).getS();
    }

    private static String text(String file) throws IOException {
        try (var in = Objects.requireNonNull(KeyPairTest.class.getResourceAsStream("/tls/" + file), file)) {
            return new String(in.readAllBytes(), StandardCharsets.US_ASCII);
        }
    }
}
