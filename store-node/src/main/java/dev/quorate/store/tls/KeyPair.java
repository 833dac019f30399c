package dev.quorate.store.tls;

import io.grpc.util.AdvancedTlsX509KeyManager;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import javax.net.ssl.X509ExtendedKeyManager;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A certificate and its key in two files, which somebody may replace while connections are made with them. */
final class KeyPair {
    private static final Logger LOG = LoggerFactory.getLogger(KeyPair.class);
    private static final byte[] ANYTHING = "quorate".getBytes(StandardCharsets.US_ASCII);

    private final Path certFile;
    private final Path keyFile;
    private final AdvancedTlsX509KeyManager manager = new AdvancedTlsX509KeyManager();
    private byte[] taken = {};

    private KeyPair(Path certFile, Path keyFile) {
        this.certFile = certFile;
        this.keyFile = keyFile;
    }

    /** The error says what is wrong with which file. */
    static KeyPair read(String certFile, String keyFile) throws IOException {
        KeyPair pair = new KeyPair(Path.of(certFile), Path.of(keyFile));
        try {
            pair.take();
        } catch (GeneralSecurityException | IOException unusable) {
            throw new IOException(
                    "the key pair " + certFile + ", " + keyFile + " cannot be used: " + unusable, unusable);
        }
        return pair;
    }

    X509ExtendedKeyManager manager() {
        return manager;
    }

    /** Takes what is in the files now; what cannot be used leaves the old pair in force. */
    void look() {
        try {
            if (take()) LOG.info("the certificate in {} has changed", certFile);
        } catch (GeneralSecurityException | IOException | RuntimeException unusable) {
            // Nothing may end the looking: what is wrong now may be right in a minute.
            LOG.warn(
                    "{} and {} cannot be used, the old pair stays in force: {}",
                    certFile,
                    keyFile,
                    unusable.toString());
        }
    }

    private boolean take() throws GeneralSecurityException, IOException {
        byte[] certificates = Files.readAllBytes(certFile);
        byte[] key = Files.readAllBytes(keyFile);
        byte[] both = Arrays.copyOf(certificates, certificates.length + key.length);
        System.arraycopy(key, 0, both, certificates.length, key.length);
        if (Arrays.equals(both, taken)) return false;
        X509Certificate[] chain = CertificateFactory.getInstance("X.509")
                .generateCertificates(new ByteArrayInputStream(certificates))
                .toArray(X509Certificate[]::new);
        if (chain.length == 0) throw new GeneralSecurityException("there is no certificate in " + certFile);
        PrivateKey secret = PrivateKeys.read(new String(key, StandardCharsets.ISO_8859_1));
        if (!fit(secret, chain[0]))
            throw new GeneralSecurityException(
                    "the key is not that of the certificate; give the two that belong together");
        manager.updateIdentityCredentials(chain, secret);
        taken = both;
        return true;
    }

    /** Files are not replaced at the same moment: one may be newer than the other. */
    private static boolean fit(PrivateKey key, X509Certificate certificate) throws GeneralSecurityException {
        if (!key.getAlgorithm().equals(certificate.getPublicKey().getAlgorithm())) return false;
        String algorithm = switch (key.getAlgorithm()) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            default -> key.getAlgorithm();
        };
        Signature signature = Signature.getInstance(algorithm);
        signature.initSign(key);
        signature.update(ANYTHING);
        byte[] signed = signature.sign();
        // Not the certificate itself: what it may be used for is the caller's question.
        signature.initVerify(certificate.getPublicKey());
        signature.update(ANYTHING);
        return signature.verify(signed);
    }
}
