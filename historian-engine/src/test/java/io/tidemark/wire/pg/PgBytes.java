package io.tidemark.wire.pg;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Messages of a client, byte by byte. */
final class PgBytes {
  private PgBytes() {}

  /** The first message, for a session of {@code mes}. */
  static byte[] startup() {
    byte[] pairs = "user\0mes\0database\0tidemark\0\0".getBytes(StandardCharsets.UTF_8);
    return frame(null, concat(new byte[] {0, 3, 0, 0}, pairs));
  }

  static byte[] frame(@Nullable Character type, byte[] body) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    if (type != null) {
      bytes.write(type);
    }
    int length = body.length + 4;
    for (int shift = 24; shift >= 0; shift -= 8) {
      bytes.write(length >>> shift);
    }
    bytes.writeBytes(body);
    return bytes.toByteArray();
  }

  static byte[] concat(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }

  static byte[] text(String text) {
    return (text + "\0").getBytes(StandardCharsets.UTF_8);
  }

  /** Messages of every kind, to start from. */
  static List<byte[]> messages() {
    return List.of(
        frame('Q', text("SELECT tag, ts, value FROM samples")),
        frame('Q', text("BEGIN; SET TimeZone = 'UTC'; SHOW ALL; ROLLBACK")),
        frame('Q', text("SELECT oid, relname FROM pg_catalog.pg_class")),
        frame('Q', text("BEGIN; DECLARE c CURSOR FOR SELECT 1; FETCH ALL FROM c; CLOSE c; COMMIT")),
        concat(
            frame(
                'P', concat(text("s"), text("SELECT $1::INT + 1"), new byte[] {0, 1, 0, 0, 0, 23})),
            frame(
                'B',
                concat(
                    text(""),
                    text("s"),
                    new byte[] {0, 1, 0, 1, 0, 1, 0, 0, 0, 4, 0, 0, 0, 7, 0, 1, 0, 1})),
            frame('D', concat(new byte[] {'S'}, text("s"))),
            frame('E', concat(text(""), new byte[4])),
            frame('S', new byte[0])),
        concat(
            frame(
                'P',
                concat(text(""), text("SELECT value FROM samples WHERE tag = $1"), new byte[2])),
            frame(
                'B',
                concat(
                    text("p"),
                    text(""),
                    new byte[] {0, 0, 0, 1, 0, 0, 0, 2, 'T', '1', 0, 1, 0, 1})),
            frame('D', concat(new byte[] {'P'}, text("p"))),
            frame('E', concat(text("p"), new byte[] {0, 0, 0, 5})),
            frame('C', concat(new byte[] {'P'}, text("p"))),
            frame('H', new byte[0]),
            frame('S', new byte[0])),
        frame('d', new byte[] {1, 2, 3}),
        frame('p', text("SCRAM-SHA-256")),
        frame('X', new byte[0]));
  }
}
