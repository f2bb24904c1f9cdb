package io.tidemark.engine.security.crypto;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.io.StringWriter;
import java.math.BigInteger;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Date;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.jspecify.annotations.Nullable;

/** A certificate chain and its private key in two PEM files. */
public final class KeyPairFiles {
  private static final Duration VALID = Duration.ofDays(3650);
  private static final SecureRandom RANDOM = new SecureRandom();

  /**
   * What the files hold.
   *
   * @param chain the server's own certificate first
   */
  public record Pair(PrivateKey key, List<X509Certificate> chain) {
    /** SHA-256 of the server's certificate, in pairs of digits as browsers show it. */
    public String fingerprint() {
      try {
        byte[] hash = MessageDigest.getInstance("SHA-256").digest(chain.getFirst().getEncoded());
        return HexFormat.ofDelimiter(":").formatHex(hash).toUpperCase(Locale.ROOT);
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException(e); // it was decoded
      }
    }
  }

  private KeyPairFiles() {}

  /**
   * Reads both.
   *
   * @throws HistorianException {@link ErrorCode#MALFORMED} naming the file, if it holds no such
   *     thing or key and certificate do not belong together
   */
  public static Pair read(Path certificateFile, Path keyFile) throws IOException {
    List<X509Certificate> chain = new ArrayList<>();
    try (InputStream in = Files.newInputStream(certificateFile)) {
      Collection<? extends Certificate> certificates =
          CertificateFactory.getInstance("X.509").generateCertificates(in);
      certificates.forEach(each -> chain.add((X509Certificate) each));
    } catch (NoSuchFileException e) {
      throw missing("tls.certificateFile", certificateFile, e);
    } catch (GeneralSecurityException e) {
      throw malformed("no certificate in PEM", certificateFile, e);
    }
    if (chain.isEmpty()) {
      throw malformed("no certificate in PEM", certificateFile, null);
    }
    PrivateKey key = key(keyFile);
    if (!key.getAlgorithm().equals(chain.getFirst().getPublicKey().getAlgorithm())) {
      throw malformed("key of another kind than the certificate", keyFile, null);
    }
    return new Pair(key, List.copyOf(chain));
  }

  private static PrivateKey key(Path file) throws IOException {
    try (Reader in = Files.newBufferedReader(file, StandardCharsets.US_ASCII);
        PEMParser parser = new PEMParser(in)) {
      JcaPEMKeyConverter converter = new JcaPEMKeyConverter();
      for (Object each = parser.readObject(); each != null; each = parser.readObject()) {
        if (each instanceof PrivateKeyInfo info) {
          return converter.getPrivateKey(info);
        }
        if (each instanceof PEMKeyPair pair) {
          return converter.getPrivateKey(pair.getPrivateKeyInfo());
        }
      }
      throw malformed("no private key in PEM without a password", file, null);
    } catch (NoSuchFileException e) {
      throw missing("tls.keyFile", file, e);
    } catch (IOException e) {
      throw malformed("no private key in PEM", file, e);
    }
  }

  private static HistorianException missing(String setting, Path file, Exception cause) {
    return new HistorianException(
        ErrorCode.NOT_FOUND, "no such file: " + setting + "=" + file, setting, null, cause);
  }

  private static HistorianException malformed(String what, Path file, @Nullable Exception cause) {
    return new HistorianException(
        ErrorCode.MALFORMED,
        "file holds " + what + ": file=" + file,
        null,
        "convert a key with: openssl pkcs8 -topk8 -nocrypt -in key.pem",
        cause);
  }

  /**
   * Makes a key (P-256) and a certificate signed by it, for this host's names and addresses, unless
   * the files are there; closed to all but their owner.
   *
   * @return whether they were made
   */
  public static boolean makeUnlessPresent(Path certificateFile, Path keyFile, Instant now)
      throws IOException {
    if (Files.exists(certificateFile) && Files.exists(keyFile)) {
      return false;
    }
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      KeyPair pair = generator.generateKeyPair();
      X509Certificate certificate = certificate(pair, now);
      write(keyFile, new JcaPKCS8Generator(pair.getPrivate(), null));
      write(certificateFile, certificate);
      return true;
    } catch (GeneralSecurityException | OperatorCreationException e) {
      throw new IOException("certificate cannot be made: " + e.getMessage(), e);
    }
  }

  private static X509Certificate certificate(KeyPair pair, Instant now)
      throws GeneralSecurityException, OperatorCreationException, IOException {
    String host = hostName();
    X500Name name = new X500Name("CN=Tidemark " + host.replaceAll("[^A-Za-z0-9.-]", "_"));
    List<GeneralName> names = new ArrayList<>();
    names.add(new GeneralName(GeneralName.dNSName, "localhost"));
    if (host.matches("[A-Za-z0-9.-]+")) {
      names.add(new GeneralName(GeneralName.dNSName, host));
    }
    names.add(new GeneralName(GeneralName.iPAddress, "127.0.0.1"));
    names.add(new GeneralName(GeneralName.iPAddress, "::1"));
    for (InetAddress address : InetAddress.getAllByName(host)) {
      if (!address.isLoopbackAddress() && !address.isLinkLocalAddress()) {
        names.add(new GeneralName(GeneralName.iPAddress, address.getHostAddress()));
      }
    }
    JcaX509v3CertificateBuilder builder =
        new JcaX509v3CertificateBuilder(
            name,
            new BigInteger(128, RANDOM),
            Date.from(now.minus(Duration.ofDays(1))),
            Date.from(now.plus(VALID)),
            name,
            pair.getPublic());
    builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
    builder.addExtension(
        Extension.subjectAlternativeName,
        false,
        new GeneralNames(names.toArray(GeneralName[]::new)));
    return new JcaX509CertificateConverter()
        .getCertificate(
            builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(pair.getPrivate())));
  }

  private static String hostName() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (java.net.UnknownHostException e) {
      return "localhost"; // a machine without a name in any register
    }
  }

  private static void write(Path file, Object what) throws IOException {
    StringWriter text = new StringWriter();
    try (JcaPEMWriter pem = new JcaPEMWriter(text)) {
      pem.writeObject(what);
    }
    Path folder = file.toAbsolutePath().getParent();
    Files.createDirectories(
        folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    Files.deleteIfExists(file);
    Files.createFile(
        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(file, text.toString());
  }
}
