package io.tidemark.cli;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/** Trust in the certificates of a file beside those that the system trusts. */
final class TrustedCertificate {
  private TrustedCertificate() {}

  /**
   * TLS that trusts both.
   *
   * @param file certificates in PEM
   * @throws HistorianException naming the file if it cannot be read
   */
  static SSLContext context(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      int number = 0;
      for (Certificate each : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
        store.setCertificateEntry("trusted-" + number++, each);
      }
      KeyStore system = systemStore();
      for (String alias : java.util.Collections.list(system.aliases())) {
        if (system.isCertificateEntry(alias)) {
          store.setCertificateEntry("system-" + number++, system.getCertificate(alias));
        }
      }
      TrustManagerFactory factory =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init(store);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, factory.getTrustManagers(), null);
      return context;
    } catch (IOException | GeneralSecurityException e) {
      throw new HistorianException(
          ErrorCode.MALFORMED,
          "file of certificates cannot be used: file=" + file + ", reason=" + e.getMessage(),
          e);
    }
  }

  private static KeyStore systemStore() throws IOException, GeneralSecurityException {
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init((KeyStore) null);
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    int number = 0;
    for (TrustManager manager : factory.getTrustManagers()) {
      if (manager instanceof X509TrustManager x509) {
        for (Certificate each : x509.getAcceptedIssuers()) {
          store.setCertificateEntry("issuer-" + number++, each);
        }
      }
    }
    return store;
  }
}
