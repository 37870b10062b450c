package socketserver.tls;

import org.jspecify.annotations.Nullable;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;

/// A file of certificates and keys as text (RFC 7468).
///
/// The JDK has a reader of its own as a preview only (JEP 470).
///
/// @param blocks what is in it, in its order
record Pem(Path file, List<Block> blocks) {
    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([^-]*)-----END \\1-----");

    // AlgorithmIdentifier of rsaEncryption (RFC 8017, A.1), and the object identifier of
    // id-ecPublicKey (RFC 5480, 2.1.1).
    private static final byte[] RSA = {
        0x30,
        0x0d,
        0x06,
        0x09,
        0x2a,
        (byte) 0x86,
        0x48,
        (byte) 0x86,
        (byte) 0xf7,
        0x0d,
        0x01,
        0x01,
        0x01,
        0x05,
        0x00
    };
    private static final byte[] EC = {
        0x06, 0x07, 0x2a, (byte) 0x86, 0x48, (byte) 0xce, 0x3d, 0x02, 0x01
    };
    private static final byte[] VERSION = {0x02, 0x01, 0x00};
    private static final int SEQUENCE = 0x30;
    private static final int OCTETS = 0x04;

    /// A part of the file, without its armour.
    @SuppressWarnings("ArrayRecordComponent") // nobody compares them
    record Block(String label, byte[] content) {}

    static Pem read(Path file) throws IOException {
        // Whatever else is in it may be of any charset.
        String text = Files.readString(file, StandardCharsets.ISO_8859_1);
        List<Block> blocks = new ArrayList<>();
        for (Matcher found = BLOCK.matcher(text); found.find(); ) {
            blocks.add(new Block(found.group(1), Base64.getMimeDecoder().decode(found.group(2))));
        }
        return new Pem(file, blocks);
    }

    /// {@return all certificates}
    ///
    /// @throws IOException if there is none
    List<X509Certificate> certificates() throws IOException, GeneralSecurityException {
        CertificateFactory factory = CertificateFactory.getInstance("X.509");
        List<X509Certificate> found = new ArrayList<>();
        for (Block block : blocks) {
            if (block.label().equals("CERTIFICATE")) {
                found.add(
                        (X509Certificate)
                                factory.generateCertificate(
                                        new ByteArrayInputStream(block.content())));
            }
        }
        if (found.isEmpty()) {
            throw new IOException(file + ": there is no certificate (BEGIN CERTIFICATE)");
        }
        return found;
    }

    /// {@return the first key}
    ///
    /// @param known the other half of it
    /// @throws IOException if there is none
    PrivateKey privateKey(PublicKey known, @Nullable String password)
            throws IOException, GeneralSecurityException {
        for (Block block : blocks) {
            PKCS8EncodedKeySpec spec =
                    switch (block.label()) {
                        case "PRIVATE KEY" -> new PKCS8EncodedKeySpec(block.content());
                        case "RSA PRIVATE KEY" -> wrapped(RSA, block.content());
                        case "EC PRIVATE KEY" -> wrapped(curve(known), block.content());
                        case "ENCRYPTED PRIVATE KEY" -> decrypted(block.content(), password);
                        default -> null;
                    };
            if (spec != null) {
                return KeyFactory.getInstance(known.getAlgorithm()).generatePrivate(spec);
            }
        }
        throw new IOException(file + ": there is no private key (BEGIN PRIVATE KEY)");
    }

    private PKCS8EncodedKeySpec decrypted(byte[] content, @Nullable String password)
            throws IOException, GeneralSecurityException {
        if (password == null) {
            throw new IOException(file + ": the key is encrypted, and no password was given");
        }
        EncryptedPrivateKeyInfo info = new EncryptedPrivateKeyInfo(content);
        // What the parameters name says more than the algorithm, which is PBES2 for all modern
        // ones.
        AlgorithmParameters parameters = info.getAlgParameters();
        String scheme = parameters == null ? info.getAlgName() : parameters.toString();
        PBEKeySpec secret = new PBEKeySpec(password.toCharArray());
        try {
            Cipher cipher = Cipher.getInstance(scheme);
            cipher.init(
                    Cipher.DECRYPT_MODE,
                    SecretKeyFactory.getInstance(scheme).generateSecret(secret),
                    parameters);
            return info.getKeySpec(cipher);
        } finally {
            secret.clearPassword();
        }
    }

    private static byte[] curve(PublicKey known) throws GeneralSecurityException, IOException {
        if (!(known instanceof ECKey curved)) {
            throw new GeneralSecurityException(
                    "the key is one of an elliptic curve, that of the certificate is "
                            + known.getAlgorithm());
        }
        AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
        parameters.init(curved.getParams());
        return element(SEQUENCE, EC, parameters.getEncoded());
    }

    /// {@return a key of an older form as one of PKCS #8 (RFC 5208, 5)}
    private static PKCS8EncodedKeySpec wrapped(byte[] algorithm, byte[] key) {
        return new PKCS8EncodedKeySpec(element(SEQUENCE, VERSION, algorithm, element(OCTETS, key)));
    }

    /// {@return an element of the distinguished encoding (ITU-T X.690)}
    private static byte[] element(int tag, byte[]... parts) {
        var content = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            content.writeBytes(part);
        }
        var element = new ByteArrayOutputStream();
        element.write(tag);
        int length = content.size();
        if (length < 0x80) {
            element.write(length);
        } else {
            element.write(0x82);
            element.write(length >> 8);
            element.write(length);
        }
        element.writeBytes(content.toByteArray());
        return element.toByteArray();
    }
}
