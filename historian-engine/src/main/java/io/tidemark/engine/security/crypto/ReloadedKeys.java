package io.tidemark.engine.security.crypto;

import io.tidemark.engine.security.crypto.KeyPairFiles.Pair;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The server's certificate as its files are now: a handshake looks, every few seconds, whether they
 * have changed. Files that cannot be read leave the certificate as it was, with a line in the log.
 * Safe from any thread.
 */
public final class ReloadedKeys extends X509ExtendedKeyManager {
  private static final Logger LOG = LoggerFactory.getLogger(ReloadedKeys.class);
  private static final long LOOK_NS = 2_000_000_000L;

  private final Path certificateFile;
  private final Path keyFile;
  private final LongSupplier nanoClock;

  /* Handshakes under way may still ask for the one before. */
  private final Map<String, Pair> byAlias = new ConcurrentHashMap<>();

  /* Guarded by this. */
  private FileTime[] seen;
  private long lookedNanos;
  private int loads = 1;

  /**
   * Reads the files.
   *
   * @throws io.tidemark.model.HistorianException if they hold no such thing
   */
  public ReloadedKeys(Path certificateFile, Path keyFile, LongSupplier nanoClock)
      throws IOException {
    this.certificateFile = certificateFile;
    this.keyFile = keyFile;
    this.nanoClock = nanoClock;
    seen = times();
    byAlias.put(alias(loads), KeyPairFiles.read(certificateFile, keyFile));
    lookedNanos = nanoClock.getAsLong();
  }

  /** What is shown to clients now. */
  public Pair current() {
    Pair pair = byAlias.get(currentAlias());
    if (pair == null) {
      throw new IllegalStateException("certificate is missing");
    }
    return pair;
  }

  private synchronized String currentAlias() {
    long now = nanoClock.getAsLong();
    if (now - lookedNanos > LOOK_NS) {
      lookedNanos = now;
      reload();
    }
    return alias(loads);
  }

  private void reload() {
    try {
      FileTime[] times = times();
      if (java.util.Arrays.equals(times, seen)) {
        return;
      }
      Pair pair = KeyPairFiles.read(certificateFile, keyFile);
      seen = times;
      loads++;
      byAlias.put(alias(loads), pair);
      byAlias.remove(alias(loads - 2));
      LOG.info(
          "certificate is changed: file={}, fingerprint={}", certificateFile, pair.fingerprint());
    } catch (IOException | RuntimeException e) {
      LOG.warn("certificate stays as it was: file={}, reason={}", certificateFile, e.getMessage());
    }
  }

  private FileTime[] times() throws IOException {
    return new FileTime[] {
      Files.getLastModifiedTime(certificateFile), Files.getLastModifiedTime(keyFile)
    };
  }

  private static String alias(int load) {
    return "tidemark-" + load;
  }

  @Override
  public @Nullable String chooseEngineServerAlias(
      String keyType, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
    String alias = currentAlias();
    Pair pair = byAlias.get(alias);
    return pair != null && keyType.startsWith(pair.key().getAlgorithm()) ? alias : null;
  }

  @Override
  public @Nullable String chooseServerAlias(
      String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
    return chooseEngineServerAlias(keyType, issuers, null);
  }

  @Override
  public String[] getServerAliases(String keyType, Principal @Nullable [] issuers) {
    String alias = chooseEngineServerAlias(keyType, issuers, null);
    return alias == null ? new String[0] : new String[] {alias};
  }

  @Override
  public X509Certificate @Nullable [] getCertificateChain(String alias) {
    Pair pair = byAlias.get(alias);
    return pair == null ? null : pair.chain().toArray(X509Certificate[]::new);
  }

  @Override
  public @Nullable PrivateKey getPrivateKey(String alias) {
    Pair pair = byAlias.get(alias);
    return pair == null ? null : pair.key();
  }

  @Override
  public String[] getClientAliases(String keyType, Principal @Nullable [] issuers) {
    return new String[0];
  }

  @Override
  public @Nullable String chooseClientAlias(
      String[] keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
    return null;
  }
}
