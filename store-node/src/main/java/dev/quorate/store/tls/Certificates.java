package dev.quorate.store.tls;

import dev.quorate.store.node.NodeConfig;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.util.AdvancedTlsX509TrustManager;
import io.grpc.util.AdvancedTlsX509TrustManager.Verification;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.File;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.X509ExtendedKeyManager;

/**
 * TLS from the files that the flags name. A file that changes is taken within a minute, by new connections, without a
 * restart; one that cannot be read then leaves the old one in force.
 */
public final class Certificates {
    private static final long LOOK_AGAIN_MINUTES = 1;

    private static final ScheduledExecutorService READER = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("certificates").factory());

    private Certificates() {}

    /** For a port that only members call. */
    public static SslContext forPeers(NodeConfig.Tls tls) throws IOException {
        return GrpcSslContexts.configure(server(tls)).build();
    }

    /**
     * For a port that gRPC shares with HTTP/1.1 pages. Who can speak both is a browser, a probe or a scraper: gRPC
     * clients offer only HTTP/2.
     */
    public static SslContext forClients(NodeConfig.Tls tls) throws IOException {
        return server(tls)
                .applicationProtocolConfig(new ApplicationProtocolConfig(
                        ApplicationProtocolConfig.Protocol.ALPN,
                        ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                        ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                        ApplicationProtocolNames.HTTP_1_1,
                        ApplicationProtocolNames.HTTP_2))
                .build();
    }

    /** For calls to other members. */
    public static SslContext forCalls(NodeConfig.Tls tls) throws IOException {
        SslContextBuilder builder = GrpcSslContexts.forClient();
        if (!tls.trustedCaFile().isEmpty())
            builder.trustManager(trust(tls, Verification.CERTIFICATE_AND_HOST_NAME_VERIFICATION));
        String cert = tls.clientCertFile().isEmpty() ? tls.certFile() : tls.clientCertFile();
        String key = tls.clientKeyFile().isEmpty() ? tls.keyFile() : tls.clientKeyFile();
        if (!cert.isEmpty()) builder.keyManager(identity(cert, key));
        return builder.build();
    }

    /** As etcd does: whoever names a CA wants every caller to have a certificate of it. */
    private static SslContextBuilder server(NodeConfig.Tls tls) throws IOException {
        SslContextBuilder builder = SslContextBuilder.forServer(identity(tls.certFile(), tls.keyFile()));
        if (!tls.trustedCaFile().isEmpty())
            builder.trustManager(trust(tls, Verification.CERTIFICATE_ONLY_VERIFICATION));
        if (tls.clientCertAuth() || !tls.trustedCaFile().isEmpty()) builder.clientAuth(ClientAuth.REQUIRE);
        return builder;
    }

    private static X509ExtendedKeyManager identity(String cert, String key) throws IOException {
        KeyPair pair = KeyPair.read(cert, key);
        var _ = READER.scheduleWithFixedDelay(pair::look, LOOK_AGAIN_MINUTES, LOOK_AGAIN_MINUTES, TimeUnit.MINUTES);
        return pair.manager();
    }

    private static AdvancedTlsX509TrustManager trust(NodeConfig.Tls tls, Verification verification) throws IOException {
        try {
            AdvancedTlsX509TrustManager trust = AdvancedTlsX509TrustManager.newBuilder()
                    .setVerification(verification)
                    .build();
            trust.updateTrustCredentials(new File(tls.trustedCaFile()), LOOK_AGAIN_MINUTES, TimeUnit.MINUTES, READER);
            return trust;
        } catch (GeneralSecurityException | IllegalArgumentException unusable) {
            throw new IOException(
                    "the CA in " + tls.trustedCaFile() + " cannot be used: " + unusable.getMessage(), unusable);
        }
    }
}
