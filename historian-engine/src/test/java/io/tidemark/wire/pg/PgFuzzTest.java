package io.tidemark.wire.pg;

import static io.tidemark.wire.pg.PgBytes.concat;
import static io.tidemark.wire.pg.PgBytes.frame;
import static io.tidemark.wire.pg.PgBytes.startup;
import static io.tidemark.wire.pg.PgBytes.text;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.DecoderException;
import io.tidemark.engine.security.AccessHook;
import io.tidemark.engine.security.LoopbackAccess;
import io.tidemark.engine.security.RequestFacts;
import io.tidemark.engine.security.ScramLogin;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.model.Principal;
import io.tidemark.model.QueryContext;
import io.tidemark.query.sql.PgCatalog;
import io.tidemark.query.sql.SqlEngine;
import io.tidemark.testing.Mutations;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;

/**
 * Hostile bytes at the PostgreSQL door: answered with messages of the protocol and never as a
 * failure of the server, or the connection ends. {@code CONTRIBUTING.md} says how to fuzz.
 */
class PgFuzzTest {
  /** Answers that a session may write before its client counts as gone. */
  private static final int ANSWER_BYTES_MAX = 1 << 20;

  /** What reading may allocate for a byte: most of it is what instrumentation itself takes. */
  private static final long ALLOCATED_PER_BYTE = 16 << 10;

  @TempDir static Path folder;
  private static PgDoor door;
  private static PgSession.Door shared;

  @BeforeAll
  static void start() throws IOException {
    ((Logger) LoggerFactory.getLogger("io.tidemark.wire.pg")).setLevel(Level.OFF);
    door =
        PgDoor.open(
            folder, PgConfig.defaults(), new StrangersProve(), Map.of("query.timeLimit", "1s"));
    shared =
        new PgSession.Door(
            PgConfig.defaults(),
            door.server().engine(),
            new PgCatalog(SqlEngine.schema(), SessionSettings.defaults()),
            new AtomicLong(),
            new AtomicLong());
  }

  @AfterAll
  static void stop() throws IOException {
    shared.catalog().close();
    door.close();
    ((Logger) LoggerFactory.getLogger("io.tidemark.wire.pg")).setLevel(null);
  }

  /** Lets {@code mes} in; everybody else has to prove a secret that nobody knows. */
  private static final class StrangersProve implements AccessHook {
    @Override
    public Principal authenticate(RequestFacts facts) {
      return Principal.LOCAL_OPERATOR;
    }

    @Override
    public @Nullable Principal trusted(RequestFacts facts, String name) {
      return name.equals("mes") ? new Principal("mes") : null;
    }

    @Override
    public ScramLogin login(RequestFacts facts, String name) {
      return new UnknownSecret();
    }

    @Override
    public boolean guardsRemotePeers() {
      return true;
    }
  }

  private static final class UnknownSecret implements ScramLogin {
    @Override
    public Keys keys() {
      return new Keys(new byte[16], 4_096, new byte[32], new byte[32]);
    }

    @Override
    public Principal end(boolean isProven) {
      assertThat(isProven).as("a proof of an unknown secret").isFalse();
      throw new HistorianException(ErrorCode.UNAUTHENTICATED, "no such login");
    }
  }

  /** Ends well, or with an error that the protocol has a state for. */
  private static void survives(String what, long bytesMax, Mutations.Reader reader) {
    Mutations.survives(
        what,
        bytesMax,
        () -> {
          try {
            reader.read();
          } catch (PgException e) {
            assertThat(e.state()).as(what).isNotEqualTo(SqlState.INTERNAL_ERROR);
          }
        });
  }

  // A connection, from its first byte.

  static Stream<byte[]> connections() {
    byte[] stranger = concat(new byte[] {0, 3, 0, 0}, text("user"), text("eve"), new byte[1]);
    return Stream.concat(
        Stream.of(
            frame(null, new byte[] {0x04, (byte) 0xd2, 0x16, 0x2f}),
            concat(frame(null, new byte[] {0x04, (byte) 0xd2, 0x16, 0x30}), startup()),
            frame(null, new byte[] {0x04, (byte) 0xd2, 0x16, 0x2e, 0, 0, 4, 0, 1, 2, 3, 4}),
            concat(
                frame(null, stranger),
                frame(
                    'p',
                    concat(
                        text("SCRAM-SHA-256"),
                        new byte[] {0, 0, 0, 10},
                        "n,,n=,r=ab".getBytes(StandardCharsets.US_ASCII)))),
            frame(
                null,
                concat(
                    new byte[] {0, 3, 0, 2},
                    text("user"),
                    text("mes"),
                    text("options"),
                    text("-c TimeZone=UTC --search-path=public"),
                    text("_pq_.x"),
                    text("1"),
                    new byte[1]))),
        PgBytes.messages().stream().map(message -> concat(startup(), message)));
  }

  @MethodSource("connections")
  @FuzzTest
  void connection(byte[] input) throws Exception {
    ByteArrayOutputStream answers = new ByteArrayOutputStream();
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), door.port())) {
      socket.setSoTimeout(20_000); // no figure: only a connection that hangs waits so long
      socket.getOutputStream().write(input);
      socket.shutdownOutput();
      byte[] piece = new byte[64 << 10];
      for (int count; (count = socket.getInputStream().read(piece)) >= 0; ) {
        answers.write(piece, 0, count);
        if (answers.size() > ANSWER_BYTES_MAX) {
          break;
        }
      }
    } catch (SocketException e) {
      // The server closed with bytes of ours unread.
      assertThat(e).hasMessageFindingMatch("(?i)reset|broken|closed");
    }
    assertThat(answers.toString(StandardCharsets.ISO_8859_1)).doesNotContain("CXX000");
    long deadline = System.nanoTime() + 20_000_000_000L;
    while (door.pg().sessions() > 0 && System.nanoTime() - deadline < 0) {
      Thread.onSpinWait();
    }
    assertThat(door.pg().sessions()).isZero();
    assertThat(door.pg().running()).isZero();
  }

  // The messages of a session that is logged in.

  /** A client's side of a session that runs on the test's thread. */
  private static final class Client implements Link {
    private final ByteArrayOutputStream answers = new ByteArrayOutputStream();
    private boolean isEnded;

    @Override
    public void send(PgOutput out) {
      int length = out.length();
      answers.write(out.take(), 0, length);
    }

    @Override
    public boolean isWritable() {
      return answers.size() < ANSWER_BYTES_MAX;
    }

    @Override
    public void end() {
      isEnded = true;
    }

    @Override
    public void running(@Nullable QueryContext context) {}

    @Override
    public Future<?> later(Duration delay, Runnable action) {
      assertThat(delay.toNanos()).isPositive();
      return new CompletableFuture<>();
    }

    @Override
    public void wake() {}

    @Override
    public void loggedIn() {}

    @Override
    public int processId() {
      return 1;
    }

    @Override
    public int secretKey() {
      return 2;
    }

    /** Types of the answers, which are whole messages; none says that the server failed. */
    String letters() throws IOException {
      StringBuilder letters = new StringBuilder();
      DataInputStream in = new DataInputStream(new ByteArrayInputStream(answers.toByteArray()));
      while (in.available() > 0) {
        char type = (char) in.readUnsignedByte();
        byte[] body = new byte[in.readInt() - 4];
        in.readFully(body);
        letters.append(type);
        if (type == 'E') {
          assertThat(new String(body, StandardCharsets.UTF_8)).doesNotContain("\0CXX000\0");
        }
      }
      return letters.toString();
    }
  }

  static Stream<byte[]> sessions() {
    return Stream.concat(
        PgBytes.messages().stream(), Stream.of(concat(PgBytes.messages().toArray(new byte[0][]))));
  }

  @MethodSource("sessions")
  @FuzzTest
  void session(byte[] input) throws Exception {
    Client client = new Client();
    FrameDecoder decoder = new FrameDecoder(PgConfig.defaults().messageBytesMax(), bytes -> true);
    EmbeddedChannel wire = new EmbeddedChannel(decoder);
    try (PgSession session =
        new PgSession(
            shared, client, new Login(new LoopbackAccess(), InetAddress.getLoopbackAddress()))) {
      wire.writeInbound(Unpooled.wrappedBuffer(startup()));
      take(wire, session, client);
      assertThat(client.letters()).startsWith("R").endsWith("Z");
      decoder.started();
      decoder.loggedIn();
      boolean isWhole = true;
      try {
        wire.writeInbound(Unpooled.wrappedBuffer(input));
      } catch (DecoderException e) {
        assertThat(e).hasCauseInstanceOf(PgException.class);
        isWhole = false;
      }
      isWhole &= decoder.buffered() == 0;
      boolean isIdle = take(wire, session, client);
      client.letters();
      if (isWhole && isIdle && !client.isEnded) {
        // Whatever it was: the session goes on.
        session.handle(new Frame('S', new byte[0]));
        session.flush();
        assertThat(client.letters()).endsWith("Z");
      }
    } finally {
      wire.finishAndReleaseAll();
    }
    assertThat(door.server().engine().openViews()).isZero();
  }

  /** Has the session work off what came; false once it has ended or writes too much. */
  private static boolean take(EmbeddedChannel wire, PgSession session, Client client) {
    while (!client.isEnded) {
      if (session.isUnderWay()) {
        if (!session.advance()) {
          return false;
        }
        continue;
      }
      Frame frame = wire.readInbound();
      if (frame == null) {
        session.flush();
        return true;
      }
      session.handle(frame);
    }
    return false;
  }

  // What messages hold.

  static Stream<byte[]> exchanges() {
    return Stream.of(
            "n,,n=,r=abc\nc=biws,r=NONCE,p=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
            "y,,n=mes,r=abc\nc=eSws,r=NONCE,p=AAAA",
            "p=tls-server-end-point,,n=,r=abc\nc=biws,r=NONCE,p=",
            "n,a=admin,n=,m=1,r=abc\nc=,r=NONCE,p=")
        .map(text -> text.getBytes(StandardCharsets.UTF_8));
  }

  /** A client's two messages; {@code NONCE} in the second stands for what the server answered. */
  @MethodSource("exchanges")
  @FuzzTest
  void scram(byte[] input) {
    String[] messages = new String(input, StandardCharsets.UTF_8).split("\n", 2);
    survives(
        "scram",
        ALLOCATED_PER_BYTE * input.length,
        () -> {
          ScramExchange exchange = new ScramExchange(new UnknownSecret());
          String answer = exchange.first(messages[0]);
          String nonce = answer.substring(2, answer.indexOf(",s="));
          exchange.last(messages.length > 1 ? messages[1].replace("NONCE", nonce) : "");
        });
  }

  static Stream<byte[]> values() {
    return Arrays.stream(PgType.values())
        .flatMap(
            type -> {
              byte[] number = {0, (byte) type.ordinal(), 0, 0, 0, 0, 0, 0, 0, 42};
              byte[] text = concat(new byte[] {1, (byte) type.ordinal()}, "{1,NULL}".getBytes());
              byte[] list =
                  ByteBuffer.allocate(34)
                      .put((byte) 0)
                      .put((byte) type.ordinal())
                      .putInt(1)
                      .putInt(0)
                      .putInt(PgType.INT4.oid())
                      .putInt(1)
                      .putInt(1)
                      .putInt(4)
                      .putInt(7)
                      .putInt(-1)
                      .array();
              return Stream.of(number, text, list);
            });
  }

  /** A parameter: its format, its type, its bytes. */
  @MethodSource("values")
  @FuzzTest
  void parameter(byte[] input) {
    if (input.length < 2) {
      return;
    }
    PgType type = PgType.values()[(input[1] & 0xFF) % PgType.values().length];
    byte[] value = Arrays.copyOfRange(input, 2, input.length);
    survives(
        "parameter of " + type,
        ALLOCATED_PER_BYTE * input.length,
        () -> {
          if ((input[0] & 1) == 0) {
            PgParameters.fromBinary(value, type);
          } else {
            PgParameters.fromText(value, type);
          }
        });
  }

  static Stream<byte[]> scripts() {
    return Stream.of(
            "SELECT 'a''b', E'\\n', $$c$$, \"d\", $1, 1.5e3 -- e\n; /* f /* g */ */ SHOW TimeZone",
            "SET TIME ZONE INTERVAL '+02:00' HOUR TO MINUTE; SET x.y TO a, 'b'; RESET ALL",
            "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY; SET LOCAL statement_timeout=5s",
            "SELECT * FROM tidemark.public.samples, public . tags WHERE a ? b")
        .map(text -> text.getBytes(StandardCharsets.UTF_8));
  }

  /** Statements cut out of a text, and the settings among them. */
  @MethodSource("scripts")
  @FuzzTest
  void script(byte[] input) {
    String text = new String(input, StandardCharsets.UTF_8);
    survives(
        "script",
        ALLOCATED_PER_BYTE * input.length,
        () -> {
          SessionSettings settings = new SessionSettings("mes", ZoneOffset.UTC);
          for (SqlCommand command : SqlCommand.split(text)) {
            assertThat(command.offset()).isBetween(0, text.length());
            if (command.hasWord(0, "set") || command.hasWord(0, "reset")) {
              try {
                settings.run(command.tokens());
              } catch (PgException e) {
                assertThat(e.isFatal()).isFalse();
              }
            }
          }
          settings.endTransaction();
        });
  }
}
