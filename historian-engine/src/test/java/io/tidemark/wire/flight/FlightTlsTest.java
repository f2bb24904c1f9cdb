package io.tidemark.wire.flight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.engine.security.LoopbackAccess;
import io.tidemark.proof.TestServer;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.Map;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.apache.arrow.flight.FlightClient;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.arrow.flight.Location;
import org.apache.arrow.flight.Ticket;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** TLS with certificates that change under way. */
@SuppressWarnings("try") // closing may be interrupted, as Flight has it
class FlightTlsTest {
  private static final char[] PASSWORD = "of a test".toCharArray();

  /** Passes on to the keys of now. */
  private static final class ChangingKeys extends X509ExtendedKeyManager {
    private volatile X509ExtendedKeyManager now;

    ChangingKeys(X509ExtendedKeyManager first) {
      now = first;
    }

    @Override
    public @Nullable String chooseEngineServerAlias(
        String type, Principal[] issuers, SSLEngine engine) {
      return now.chooseEngineServerAlias(type, issuers, engine);
    }

    @Override
    public String[] getServerAliases(String type, Principal[] issuers) {
      return now.getServerAliases(type, issuers);
    }

    @Override
    public String chooseServerAlias(String type, Principal[] issuers, Socket socket) {
      return now.chooseServerAlias(type, issuers, socket);
    }

    @Override
    public X509Certificate[] getCertificateChain(String alias) {
      return now.getCertificateChain(alias);
    }

    @Override
    public PrivateKey getPrivateKey(String alias) {
      return now.getPrivateKey(alias);
    }

    @Override
    public String[] getClientAliases(String type, Principal[] issuers) {
      return new String[0];
    }

    @Override
    public String chooseClientAlias(String[] types, Principal[] issuers, Socket socket) {
      return "";
    }
  }

  private static KeyStore keys(Path folder, String name) throws Exception {
    Path file = folder.resolve(name);
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                name,
                "-keyalg",
                "EC",
                "-dname",
                "CN=" + name,
                "-ext",
                "SAN=dns:localhost,ip:127.0.0.1",
                "-validity",
                "2",
                "-storetype",
                "PKCS12",
                "-keystore",
                file.toString(),
                "-storepass",
                new String(PASSWORD))
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(file)) {
      store.load(in, PASSWORD);
    }
    return store;
  }

  private static X509ExtendedKeyManager manager(KeyStore store) throws Exception {
    KeyManagerFactory factory =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    factory.init(store, PASSWORD);
    return (X509ExtendedKeyManager) factory.getKeyManagers()[0];
  }

  private static InputStream pem(KeyStore store, String name) throws Exception {
    String body = Base64.getMimeEncoder().encodeToString(store.getCertificate(name).getEncoded());
    return new ByteArrayInputStream(
        ("-----BEGIN CERTIFICATE-----\n" + body + "\n-----END CERTIFICATE-----\n")
            .getBytes(StandardCharsets.US_ASCII));
  }

  private static void ask(int port, InputStream trusted) throws Exception {
    try (BufferAllocator allocator = new RootAllocator();
        FlightClient client =
            FlightClient.builder(allocator, Location.forGrpcTls("localhost", port))
                .trustedCertificates(trusted)
                .build();
        org.apache.arrow.flight.FlightStream stream =
            client.getStream(new Ticket("SELECT 1".getBytes(StandardCharsets.UTF_8)))) {
      assertThat(stream.next()).isTrue();
    }
  }

  @Test
  void newCertificatesServeTheNextConnection(@TempDir Path folder) throws Exception {
    KeyStore first = keys(folder, "first");
    KeyStore second = keys(folder, "second");
    ChangingKeys changing = new ChangingKeys(manager(first));
    try (TestServer server = TestServer.start(folder.resolve("data"), Map.of());
        FlightDoor door =
            new FlightDoor(
                FlightConfig.defaults().withPort(0),
                server.engine(),
                new LoopbackAccess(),
                changing)) {
      door.start();
      ask(door.port(), pem(first, "first"));
      assertThatThrownBy(() -> ask(door.port(), pem(second, "second")))
          .isInstanceOf(FlightRuntimeException.class);
      changing.now = manager(second);
      ask(door.port(), pem(second, "second"));
      try (FlightClientOfTest plaintext = new FlightClientOfTest(door.port())) {
        assertThatThrownBy(() -> plaintext.query("SELECT 1"))
            .isInstanceOf(FlightRuntimeException.class);
      }
    }
  }
}
