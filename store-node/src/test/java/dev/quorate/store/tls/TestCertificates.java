package dev.quorate.store.tls;

import dev.quorate.store.node.NodeConfig;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;

/** A CA of its own and a certificate, if nothing else is said for this machine's loopback, made by the JDK's keytool. */
public final class TestCertificates {
    private static final String PASSWORD = "changeit";

    private final Path folder;
    private final Path store;
    private final String subject;

    public TestCertificates(Path folder) throws IOException, InterruptedException, GeneralSecurityException {
        this(folder, "ip:127.0.0.1");
    }

    /** @param subject what the certificate is for, as keytool wants it */
    public TestCertificates(Path folder, String subject)
            throws IOException, InterruptedException, GeneralSecurityException {
        this.subject = subject;
        this.folder = folder;
        this.store = folder.resolve("store.p12");
        keytool("-genkeypair", "-alias", "ca", "-dname", "CN=ca", "-ext", "bc:c=ca:true");
        renew();
        write("ca.crt", "CERTIFICATE", certificate("ca"));
    }

    /** Another key pair of the same CA in the same files. */
    public void renew() throws IOException, InterruptedException, GeneralSecurityException {
        if (Files.exists(folder.resolve("node.crt"))) keytool("-delete", "-alias", "node");
        keytool("-genkeypair", "-alias", "node", "-dname", "CN=node", "-signer", "ca", "-ext", "san=" + subject);
        write("node.crt", "CERTIFICATE", certificate("node"));
        write(
                "node.key",
                "PRIVATE KEY",
                keys().getKey("node", PASSWORD.toCharArray()).getEncoded());
    }

    public Path ca() {
        return folder.resolve("ca.crt");
    }

    public Path certificate() {
        return folder.resolve("node.crt");
    }

    public Path key() {
        return folder.resolve("node.key");
    }

    public NodeConfig.Tls server(boolean mutual) {
        return new NodeConfig.Tls(
                certificate().toString(), key().toString(), mutual ? ca().toString() : "", mutual, "", "");
    }

    private byte[] certificate(String alias) throws IOException, GeneralSecurityException {
        return keys().getCertificate(alias).getEncoded();
    }

    private KeyStore keys() throws IOException, GeneralSecurityException {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, PASSWORD.toCharArray());
        }
        return keys;
    }

    private void write(String file, String kind, byte[] bytes) throws IOException {
        String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes);
        Files.writeString(
                folder.resolve(file), "-----BEGIN " + kind + "-----\n" + text + "\n-----END " + kind + "-----\n");
    }

    private void keytool(String... arguments) throws IOException, InterruptedException {
        ProcessBuilder command = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                arguments[0],
                "-keystore",
                store.toString(),
                "-storepass",
                PASSWORD,
                "-noprompt");
        if (arguments[0].equals("-genkeypair")) command.command().addAll(List.of("-keyalg", "EC"));
        for (int i = 1; i < arguments.length; i++) command.command().add(arguments[i]);
        Process keytool = command.redirectErrorStream(true).start();
        String said = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (keytool.waitFor() != 0) throw new IOException(said);
    }
}
