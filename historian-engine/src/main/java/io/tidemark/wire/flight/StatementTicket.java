package io.tidemark.wire.flight;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A statement as its ticket holds it: nothing of it stays in the server. Who forges one asks what
 * it may ask anyway: credentials come with each call, and the statement passes the same gate.
 *
 * @param id of the call that made it, for cancelling
 * @param zone of the statement; null for the server's
 * @param asOf data version to read; null for the newest
 * @param withDictionaries whether texts may come as numbers of dictionaries
 * @param parameters null, Boolean, Long, Double, String, Instant or a List of these
 */
record StatementTicket(
    UUID id,
    String sql,
    List<@Nullable Object> parameters,
    @Nullable ZoneId zone,
    @Nullable String asOf,
    boolean withDictionaries) {
  /** Values that one statement may take. */
  static final int PARAMETERS_MAX = 1_000;

  /** Values of one list. */
  static final int LIST_MAX = 10_000;

  /** Longest ticket: it must fit into a message of a client. */
  private static final int BYTES_MAX = 512 << 10;

  private static final int MAGIC = 0x54_44_4D_02;
  private static final int DEPTH_MAX = 4;

  private static final byte NULL = 0;
  private static final byte FALSE = 1;
  private static final byte TRUE = 2;
  private static final byte LONG = 3;
  private static final byte DOUBLE = 4;
  private static final byte TEXT = 5;
  private static final byte TIME = 6;
  private static final byte LIST = 7;

  /** A ticket of its own for a statement of a caller. */
  static StatementTicket of(Caller caller, String sql, List<@Nullable Object> parameters) {
    return new StatementTicket(
        UUID.randomUUID(),
        sql,
        parameters,
        caller.zone(),
        caller.asOf(),
        caller.withDictionaries());
  }

  /**
   * The ticket's bytes.
   *
   * @throws HistorianException TOO_LONG if they are too many for a message
   */
  byte[] encode() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(sql.length() + 64);
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeInt(MAGIC);
      out.writeLong(id.getMostSignificantBits());
      out.writeLong(id.getLeastSignificantBits());
      writeText(out, zone == null ? "" : zone.getId());
      writeText(out, asOf == null ? "" : asOf);
      out.writeBoolean(withDictionaries);
      writeText(out, sql);
      writeList(out, parameters);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    if (bytes.size() > BYTES_MAX) {
      throw new HistorianException(
          ErrorCode.TOO_LONG,
          "statement and its values are too long: bytes="
              + bytes.size()
              + ", bytesMax="
              + BYTES_MAX);
    }
    return bytes.toByteArray();
  }

  private static void writeText(DataOutputStream out, String text) throws IOException {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    out.writeInt(utf8.length);
    out.write(utf8);
  }

  private static void writeList(DataOutputStream out, List<?> values) throws IOException {
    out.writeInt(values.size());
    for (Object value : values) {
      switch (value) {
        case null -> out.writeByte(NULL);
        case Boolean truth -> out.writeByte(truth ? TRUE : FALSE);
        case Long number -> {
          out.writeByte(LONG);
          out.writeLong(number);
        }
        case Double number -> {
          out.writeByte(DOUBLE);
          out.writeDouble(number);
        }
        case String text -> {
          out.writeByte(TEXT);
          writeText(out, text);
        }
        case Instant time -> {
          out.writeByte(TIME);
          out.writeLong(time.getEpochSecond());
          out.writeInt(time.getNano());
        }
        case List<?> list -> {
          out.writeByte(LIST);
          writeList(out, list);
        }
        default -> throw new IllegalArgumentException("no parameter: " + value.getClass());
      }
    }
  }

  /**
   * Reads what {@link #encode} wrote.
   *
   * @throws HistorianException MALFORMED if the bytes are nothing of the kind
   */
  static StatementTicket decode(byte[] bytes) {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      if (in.readInt() != MAGIC) {
        throw malformed("ticket is not of this server", null);
      }
      UUID id = new UUID(in.readLong(), in.readLong());
      String zone = readText(in);
      String asOf = readText(in);
      boolean withDictionaries = in.readBoolean();
      String sql = readText(in);
      List<@Nullable Object> parameters = readList(in, 0);
      if (in.available() > 0) {
        throw malformed("ticket has bytes behind its end: bytes=" + in.available(), null);
      }
      return new StatementTicket(
          id,
          sql,
          parameters,
          zone.isEmpty() ? null : ZoneId.of(zone),
          asOf.isEmpty() ? null : asOf,
          withDictionaries);
    } catch (IOException | DateTimeException e) {
      throw malformed("ticket cannot be read", e);
    }
  }

  private static String readText(DataInputStream in) throws IOException {
    int length = in.readInt();
    if (length < 0 || length > in.available()) {
      throw malformed("ticket is cut: bytes=" + in.available() + ", wanted=" + length, null);
    }
    return utf8(in.readNBytes(length));
  }

  private static List<@Nullable Object> readList(DataInputStream in, int depth) throws IOException {
    int count = in.readInt();
    if (count < 0 || count > Math.min(LIST_MAX, in.available()) || depth > DEPTH_MAX) {
      throw malformed("ticket has no such list: count=" + count + ", depth=" + depth, null);
    }
    List<@Nullable Object> values = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      byte kind = in.readByte();
      values.add(
          switch (kind) {
            case NULL -> null;
            case FALSE -> false;
            case TRUE -> true;
            case LONG -> in.readLong();
            case DOUBLE -> in.readDouble();
            case TEXT -> readText(in);
            case TIME -> Instant.ofEpochSecond(in.readLong(), in.readInt());
            case LIST -> readList(in, depth + 1);
            default -> throw malformed("ticket has a value of no kind: kind=" + kind, null);
          });
    }
    return values;
  }

  /**
   * The text of UTF-8 bytes.
   *
   * @throws HistorianException MALFORMED if they are none
   */
  static String utf8(byte[] bytes) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw malformed("text is not UTF-8", e);
    }
  }

  private static HistorianException malformed(String message, @Nullable Throwable cause) {
    return new HistorianException(
        ErrorCode.MALFORMED, message, null, "get one with GetFlightInfo", cause);
  }
}
