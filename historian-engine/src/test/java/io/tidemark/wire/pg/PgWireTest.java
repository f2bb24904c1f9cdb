package io.tidemark.wire.pg;

import static io.tidemark.wire.pg.PgBytes.concat;
import static io.tidemark.wire.pg.PgBytes.frame;
import static io.tidemark.wire.pg.PgBytes.startup;
import static io.tidemark.wire.pg.PgBytes.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.engine.security.AccessHook;
import io.tidemark.engine.security.LoopbackAccess;
import io.tidemark.engine.security.RequestFacts;
import io.tidemark.engine.security.ScramLogin;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.model.Principal;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Bytes that no driver sends, and logins. */
final class PgWireTest {
  @TempDir private Path folder;

  /** A client that writes bytes. */
  private static final class Raw implements AutoCloseable {
    private final Socket socket;
    private final DataInputStream in;
    private final DataOutputStream out;

    Raw(int port) throws IOException {
      socket = new Socket("127.0.0.1", port);
      socket.setSoTimeout(15_000);
      in = new DataInputStream(socket.getInputStream());
      out = new DataOutputStream(socket.getOutputStream());
    }

    void send(byte[] bytes) throws IOException {
      out.write(bytes);
      out.flush();
    }

    /** Letters of the messages up to one of these, or to the end; of errors with their state. */
    List<String> answers(String last) throws IOException {
      List<String> letters = new ArrayList<>();
      try {
        while (true) {
          char type = (char) in.readUnsignedByte();
          byte[] body = new byte[in.readInt() - 4];
          in.readFully(body);
          letters.add(type == 'E' ? "E" + state(body) : String.valueOf(type));
          if (last.indexOf(type) >= 0) {
            return letters;
          }
        }
      } catch (EOFException | SocketException e) {
        letters.add("end");
        return letters;
      }
    }

    private static String state(byte[] body) {
      for (String field : new String(body, StandardCharsets.UTF_8).split("\0")) {
        if (field.startsWith("C")) {
          return field.substring(1);
        }
      }
      return "";
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  private static void assertAnswers(PgDoor door) throws SQLException {
    try (Connection connection = door.connect("")) {
      assertThat(connection.createStatement().execute("SELECT count(*) FROM samples")).isTrue();
    }
  }

  @Test
  void whatIsNoMessageEndsOneConnectionOnly() throws Exception {
    try (PgDoor door = PgDoor.open(folder);
        Raw good = new Raw(door.port())) {
      good.send(startup());
      assertThat(good.answers("Z")).startsWith("R").endsWith("Z");
      List<byte[]> bad =
          List.of(
              frame(null, new byte[] {0, 2, 0, 0}),
              new byte[] {0x7f, 0, 0, 0, 0, 0, 0, 0},
              new byte[] {0, 0, 0, 0},
              new byte[] {-1, -1, -1, -1},
              "GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII),
              concat(startup(), new byte[] {'Q', 0x7f, -1, -1, -1}),
              concat(startup(), new byte[] {'Q', 0, 0, 0, 3}),
              concat(startup(), new byte[] {'!', 0, 0, 0, 4}),
              concat(startup(), frame('Q', new byte[] {'a', 'b'})),
              concat(startup(), frame('P', concat(text(""), text("SELECT 1"), new byte[] {9, 9}))),
              concat(startup(), frame('B', concat(text(""), text(""), new byte[] {-1, -1}))),
              frame(null, concat(new byte[] {0, 3, 0, 0}, text("database"), text("x"))));
      for (byte[] bytes : bad) {
        try (Raw raw = new Raw(door.port())) {
          raw.send(bytes);
          raw.socket.shutdownOutput();
          List<String> answers = raw.answers("");
          assertThat(answers).as(new String(bytes, StandardCharsets.ISO_8859_1)).endsWith("end");
        }
      }
      good.send(frame('Q', text("SELECT 1")));
      assertThat(good.answers("Z")).containsExactly("T", "D", "C", "Z");
      good.send(frame('Q', new byte[] {'S', (byte) 0xff, 0}));
      assertThat(good.answers("Z")).containsExactly("E22021", "Z");
      good.send(frame('Q', text("")));
      assertThat(good.answers("Z")).containsExactly("I", "Z");
      good.send(frame('Q', text("SELECT 1; ; SELECT nosuch(2); SELECT 3")));
      assertThat(good.answers("Z")).containsExactly("T", "D", "C", "E42883", "Z");
      good.send(
          concat(
              frame('P', concat(text("a"), text("SELECT 1 AS x WHERE 1 = $1"), new byte[2])),
              frame('D', concat(new byte[] {'S'}, text("a"))),
              frame('B', concat(text("p"), text("a"), new byte[6])),
              frame('S', new byte[0])));
      assertThat(good.answers("Z")).containsExactly("1", "t", "T", "E08P01", "Z");
      good.send(frame('Q', text("FETCH")));
      assertThat(good.answers("Z")).containsExactly("E42601", "Z");
      good.send(frame('Q', text("SET statement_timeout = '999999999999h'; SELECT 1")));
      assertThat(good.answers("Z")).containsExactly("E22023", "Z");
      good.send(frame('Q', text("SET " + "a".repeat(300) + ".b = 1")));
      assertThat(good.answers("Z")).containsExactly("E42622", "Z");
      good.send(frame('Q', text(";".repeat(300_000))));
      assertThat(good.answers("Z")).containsExactly("E54000", "Z");
      good.send(frame('F', new byte[8]));
      assertThat(good.answers("E")).containsExactly("E0A000");
      good.send(frame('S', new byte[0]));
      assertThat(good.answers("Z")).containsExactly("Z");
    }
  }

  @Test
  void encryptionIsOfferedOnlyWithAKey() throws Exception {
    try (PgDoor door = PgDoor.open(folder);
        Raw raw = new Raw(door.port())) {
      raw.send(frame(null, new byte[] {0x04, (byte) 0xd2, 0x16, 0x2f}));
      assertThat(raw.in.read()).isEqualTo('N');
      raw.send(frame(null, new byte[] {0x04, (byte) 0xd2, 0x16, 0x30}));
      assertThat(raw.in.read()).isEqualTo('N');
      raw.send(startup());
      assertThat(raw.answers("Z")).endsWith("Z");
    }
  }

  @Test
  void encryptedSessions() throws Exception {
    X509ExtendedKeyManager keys = keys(folder);
    AccessHook access = new OneSecret("mes", "secret");
    try (PgDoor door = PgDoor.open(folder, PgConfig.defaults(), access, keys);
        Connection connection =
            DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:" + door.port() + "/tidemark?sslmode=require",
                "mes",
                "secret");
        Raw stuffed = new Raw(door.port())) {
      try (ResultSet rows =
          connection.createStatement().executeQuery("SELECT count(*) FROM range(300000) r")) {
        assertThat(rows.next()).isTrue();
        assertThat(rows.getInt(1)).isEqualTo(300_000);
      }
      // What came before the encryption may be of somebody else.
      stuffed.send(concat(frame(null, new byte[] {0x04, (byte) 0xd2, 0x16, 0x2f}), startup()));
      assertThat(stuffed.answers("")).containsExactly("E08P01", "end");
    }
  }

  @Test
  void otherMachinesNeedEncryptionAndCredentials() throws Exception {
    PgConfig everywhere = PgConfig.defaults().withAddress("0.0.0.0");
    assertThatThrownBy(() -> PgDoor.open(folder, everywhere, new LoopbackAccess(), keys(folder)))
        .hasMessageContaining("nobody has credentials");
    AccessHook access = new OneSecret("mes", "secret");
    assertThatThrownBy(() -> PgDoor.open(folder.resolve("b"), everywhere, access))
        .hasMessageContaining("TLS is off");
    try (PgDoor door = PgDoor.open(folder.resolve("c"), everywhere, access, keys(folder));
        Raw raw = new Raw(door.port())) {
      raw.send(startup());
      assertThat(raw.answers("")).containsExactly("E28000", "end");
    }
  }

  /** A certificate of the JDK's own tool. */
  private static X509ExtendedKeyManager keys(Path folder) throws Exception {
    Path store = folder.resolveSibling(folder.getFileName() + "-" + System.nanoTime() + ".p12");
    store.toFile().deleteOnExit();
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-keyalg",
                "EC",
                "-alias",
                "pg",
                "-dname",
                "CN=127.0.0.1",
                "-storetype",
                "PKCS12",
                "-storepass",
                "changeit",
                "-keystore",
                store.toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(keytool.waitFor()).as(said).isZero();
    KeyStore keys = KeyStore.getInstance(store.toFile(), "changeit".toCharArray());
    KeyManagerFactory factory = KeyManagerFactory.getInstance("PKIX");
    factory.init(keys, "changeit".toCharArray());
    return (X509ExtendedKeyManager) factory.getKeyManagers()[0];
  }

  @Test
  void whoDoesNotLogInIsCutAndTooManyAreRefused() throws Exception {
    PgConfig config =
        PgConfig.defaults().withLimits(2, Duration.ofMillis(600), Duration.ofSeconds(5));
    try (PgDoor door = PgDoor.open(folder, config, new LoopbackAccess());
        Raw first = new Raw(door.port());
        Raw second = new Raw(door.port());
        Raw third = new Raw(door.port())) {
      third.send(startup());
      assertThat(third.answers("")).containsExactly("E53300", "end");
      second.send(new byte[] {0, 0});
      assertThat(first.answers("")).containsExactly("end");
      assertThat(second.answers("")).containsExactly("end");
      assertAnswers(door);
      assertThat(door.pg().refusedTotal()).isEqualTo(1);
      assertThat(door.pg().loginTimeoutsTotal()).isEqualTo(2);
    }
  }

  @Test
  void aClientThatDoesNotReadIsCutAndHoldsLittle() throws Exception {
    PgConfig config =
        PgConfig.defaults().withLimits(10, Duration.ofSeconds(5), Duration.ofMillis(500));
    try (PgDoor door = PgDoor.open(folder, config, new LoopbackAccess());
        Raw raw = new Raw(door.port())) {
      raw.send(startup());
      raw.answers("Z");
      raw.send(frame('Q', text("SELECT x, x AS y FROM range(100000000000) r(x)")));
      long deadline = System.nanoTime() + 10_000_000_000L;
      while (door.pg().sessions() > 0 && System.nanoTime() < deadline) {
        Thread.sleep(20);
      }
      assertThat(door.pg().sessions()).isZero();
      assertAnswers(door);
    }
  }

  @Test
  void loginByProofOfASecret() throws Exception {
    try (PgDoor door =
        PgDoor.open(folder, PgConfig.defaults(), new OneSecret("mes", "Gr\u00fcn"))) {
      assertThat(state(door, "mes", "Gr\u00fcn")).isEqualTo("00000");
      assertThat(state(door, "mes", "wrong")).isEqualTo("28P01");
      assertThat(state(door, "nobody", "Gr\u00fcn")).isEqualTo("28P01");
      assertThat(door.pg().loginsTotal()).isEqualTo(1);
    }
  }

  private static String state(PgDoor door, String user, String password) throws SQLException {
    Properties properties = new Properties();
    properties.put("user", user);
    properties.put("password", password);
    try (Connection connection = DriverManager.getConnection(door.url(""), properties)) {
      connection.createStatement().execute("SELECT 1");
      return "00000";
    } catch (SQLException e) {
      return e.getSQLState();
    }
  }

  /** Knows one name and its secret. */
  private record OneSecret(String name, String secret) implements AccessHook {
    @Override
    public Principal authenticate(RequestFacts facts) {
      return Principal.LOCAL_OPERATOR;
    }

    @Override
    public @Nullable Principal trusted(RequestFacts facts, String user) {
      return null;
    }

    @Override
    public ScramLogin login(RequestFacts facts, String user) {
      byte[] salt = {1, 2, 3, 4, 5, 6, 7, 8};
      boolean isKnown = user.equals(name);
      return new ScramLogin() {
        @Override
        public Keys keys() {
          try {
            byte[] salted =
                SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
                    .generateSecret(new PBEKeySpec(secret.toCharArray(), salt, 4096, 256))
                    .getEncoded();
            return new Keys(
                salt,
                4096,
                MessageDigest.getInstance("SHA-256").digest(hmac(salted, "Client Key")),
                hmac(salted, "Server Key"));
          } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
          }
        }

        @Override
        public Principal end(boolean isProven) {
          if (!isProven || !isKnown) {
            throw new HistorianException(ErrorCode.UNAUTHENTICATED, "no such login");
          }
          return new Principal(user);
        }
      };
    }

    private static byte[] hmac(byte[] key, String message) throws GeneralSecurityException {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
      return mac.doFinal(message.getBytes(StandardCharsets.US_ASCII));
    }

    @Override
    public boolean guardsRemotePeers() {
      return true;
    }
  }
}
