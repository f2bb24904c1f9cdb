package io.tidemark.cli;

import io.tidemark.client.TrustedCertificates;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import javax.net.ssl.SSLContext;

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
    try {
      return TrustedCertificates.context(file);
    } catch (IOException | GeneralSecurityException e) {
      throw new HistorianException(
          ErrorCode.MALFORMED,
          "file of certificates cannot be used: file=" + file + ", reason=" + e.getMessage(),
          e);
    }
  }
}
