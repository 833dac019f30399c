package dev.quorate.store.tls;

import java.io.ByteArrayOutputStream;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Private keys as PEM text, in all three forms that tools write: {@code PRIVATE KEY} (PKCS #8), {@code RSA PRIVATE KEY}
 * (PKCS #1, what cert-manager makes unless told otherwise) and {@code EC PRIVATE KEY} (SEC 1). The JDK reads the first
 * only; the others are its inner part, so they get the envelope of RFC 5208 around them.
 */
final class PrivateKeys {
    private static final Pattern BLOCK = Pattern.compile("-----BEGIN (RSA |EC |)PRIVATE KEY-----([^-]*)-----END");
    private static final Pattern ENCRYPTED = Pattern.compile("BEGIN ENCRYPTED PRIVATE KEY|Proc-Type: *4,ENCRYPTED");

    /** An AlgorithmIdentifier: rsaEncryption, NULL. */
    private static final byte[] RSA = HexFormat.of().parseHex("300d06092a864886f70d0101010500");

    /** An object identifier: id-ecPublicKey. */
    private static final byte[] EC = HexFormat.of().parseHex("06072a8648ce3d0201");

    private static final byte[] VERSION_0 = {2, 1, 0};
    private static final int SEQUENCE = 0x30;
    private static final int OCTETS = 0x04;
    private static final int OBJECT_IDENTIFIER = 0x06;

    /** In a SEC 1 key: the curve. */
    private static final int PARAMETERS = 0xa0;

    private PrivateKeys() {}

    static PrivateKey read(String pem) throws GeneralSecurityException {
        if (ENCRYPTED.matcher(pem).find())
            throw new GeneralSecurityException(
                    "the key is encrypted; openssl pkey -in KEY -out PLAIN writes it plainly");
        Matcher block = BLOCK.matcher(pem);
        if (!block.find()) throw new GeneralSecurityException("there is no PEM block with a PRIVATE KEY in it");
        byte[] der = base64(block.group(2));
        return decode(
                switch (block.group(1)) {
                    case "RSA " -> sequence(VERSION_0, RSA, element(OCTETS, der));
                    case "EC " -> sequence(VERSION_0, sequence(EC, curve(der)), element(OCTETS, der));
                    default -> der;
                });
    }

    private static byte[] base64(String text) throws GeneralSecurityException {
        try {
            return Base64.getMimeDecoder().decode(text);
        } catch (IllegalArgumentException damaged) {
            throw new GeneralSecurityException("the PEM block is cut off or damaged", damaged);
        }
    }

    private static PrivateKey decode(byte[] pkcs8) throws GeneralSecurityException {
        InvalidKeySpecException last = new InvalidKeySpecException();
        for (String algorithm : List.of("RSA", "EC", "EdDSA")) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
            } catch (InvalidKeySpecException another) {
                last = another;
            }
        }
        throw new GeneralSecurityException("it is none of RSA, EC and EdDSA, or damaged", last);
    }

    /** The named curve of a SEC 1 key: SEQUENCE { version, OCTET STRING, [0] { OBJECT IDENTIFIER } }. */
    private static byte[] curve(byte[] sec1) throws GeneralSecurityException {
        try {
            Element key = Element.at(sec1, 0);
            for (int at = key.from; at < key.to; ) {
                Element part = Element.at(sec1, at);
                if (part.tag == PARAMETERS && Element.at(sec1, part.from).tag == OBJECT_IDENTIFIER)
                    return Arrays.copyOfRange(sec1, part.from, part.to);
                at = part.to;
            }
        } catch (IndexOutOfBoundsException | ArithmeticException | IllegalArgumentException cut) {
            throw new GeneralSecurityException("the EC key is cut off", cut);
        }
        throw new GeneralSecurityException(
                "the EC key names no curve; openssl pkcs8 -topk8 -nocrypt makes one that does");
    }

    /** One element of DER, its content between {@code from} and {@code to}. */
    private record Element(int tag, int from, int to) {
        private static final int LONG_FORM = 0x80;

        static Element at(byte[] der, int at) {
            int length = der[at + 1] & 0xff;
            int from = at + 2;
            if (length >= LONG_FORM) {
                int bytes = length - LONG_FORM;
                length = 0;
                for (int i = 0; i < bytes; i++) length = (length << 8) | (der[from++] & 0xff);
            }
            return new Element(der[at] & 0xff, from, Math.addExact(from, length));
        }
    }

    private static byte[] sequence(byte[]... parts) {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        for (byte[] part : parts) content.writeBytes(part);
        return element(SEQUENCE, content.toByteArray());
    }

    /** Keys are shorter than 64 KiB. */
    private static byte[] element(int tag, byte[] content) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(tag);
        if (content.length >= Element.LONG_FORM) {
            boolean two = content.length > 0xff;
            out.write(Element.LONG_FORM + (two ? 2 : 1));
            if (two) out.write(content.length >> 8);
        }
        out.write(content.length);
        out.writeBytes(content);
        return out.toByteArray();
    }
}
