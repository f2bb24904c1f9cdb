package io.tidemark.cli;

import io.tidemark.engine.HistorianConfig;
import io.tidemark.engine.security.ServerTls;
import io.tidemark.engine.security.crypto.KeyPairFiles;
import io.tidemark.engine.security.crypto.ReloadedKeys;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The certificate that the doors of a server show. */
final class Certificates {
  private static final List<String> PROTOCOLS = List.of("TLSv1.3");

  private Certificates() {}

  /**
   * How the doors speak TLS, or null if they do not. A certificate is made at first use, and its
   * fingerprint is said at every start.
   */
  static @Nullable ServerTls tls(HistorianConfig config, PrintWriter err) throws IOException {
    HistorianConfig.Security security = config.security();
    Path certificate = security.certificateFile();
    Path key = security.keyFile();
    if ((certificate == null) != (key == null)) {
      throw new HistorianException(
          ErrorCode.MISSING_FIELD,
          "certificate and key belong together: tls.certificateFile="
              + certificate
              + ", tls.keyFile="
              + key,
          certificate == null ? "tls.certificateFile" : "tls.keyFile",
          null,
          null);
    }
    boolean isWanted =
        switch (security.tls()) {
          case ON -> true;
          case OFF -> false;
          case AUTO ->
              certificate != null
                  || !Stream.of(
                          config.http().address(), config.flight().address(), config.pg().address())
                      .allMatch(Certificates::isLoopback);
        };
    if (!isWanted) {
      return null;
    }
    if (certificate == null || key == null) {
      Path folder = config.dataDir().resolve("security");
      certificate = folder.resolve("certificate.pem");
      key = folder.resolve("key.pem");
      if (KeyPairFiles.makeUnlessPresent(certificate, key, Instant.now())) {
        err.printf("made a certificate: %s%n", certificate);
      }
    }
    ReloadedKeys keys = new ReloadedKeys(certificate, key, System::nanoTime);
    err.printf("certificate SHA-256 %s%n", keys.current().fingerprint());
    err.flush();
    return new ServerTls(keys, PROTOCOLS);
  }

  private static boolean isLoopback(String address) {
    try {
      return InetAddress.getByName(address).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return true; // the door says so when it binds
    }
  }
}
