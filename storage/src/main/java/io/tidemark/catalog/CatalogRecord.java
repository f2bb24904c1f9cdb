package io.tidemark.catalog;

import io.tidemark.model.DuplicateRule;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.model.SampleType;
import io.tidemark.model.TagDefinition;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Payloads of TAG and PRODUCER records, big endian; texts are u16 length and modified UTF-8 ({@link
 * DataOutputStream#writeUTF}). {@code docs/format/frame.md}.
 *
 * <pre>
 * TAG: u8 version 0 | u32 id | u128 uuid | u8 type | u8 step | f64 low | f64 high | u32 definition version
 *   | i64 changed at, microseconds | text name | text uom | text description | text changed by | u16 states | text × states
 *   | u8 duplicate rule | u8 forecast
 * PRODUCER: u8 version 0 | u32 id | text name; or u8 255 alone, the end of a numbered request
 * </pre>
 */
public final class CatalogRecord {
  private CatalogRecord() {}

  /** Payload of a TAG record. */
  public static byte[] encodeTag(TagDefinition tag) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeByte(0);
      out.writeInt(tag.id());
      out.writeLong(tag.uuid().getMostSignificantBits());
      out.writeLong(tag.uuid().getLeastSignificantBits());
      out.writeByte(tag.type().code());
      out.writeBoolean(tag.stepped());
      out.writeDouble(tag.rangeLow());
      out.writeDouble(tag.rangeHigh());
      out.writeInt(tag.version());
      out.writeLong(tag.changedAtMicros());
      out.writeUTF(tag.name());
      out.writeUTF(tag.uom());
      out.writeUTF(tag.description());
      out.writeUTF(tag.changedBy());
      out.writeShort(tag.states().size());
      for (String state : tag.states()) {
        out.writeUTF(state);
      }
      out.writeByte(tag.duplicates().code());
      out.writeBoolean(tag.forecast());
    } catch (IOException e) {
      throw new IllegalStateException("a byte array does not fail", e);
    }
    return bytes.toByteArray();
  }

  /** Reads a TAG payload. */
  public static TagDefinition decodeTag(byte[] payload) {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(payload))) {
      checkVersion(in.readByte());
      int id = in.readInt();
      UUID uuid = new UUID(in.readLong(), in.readLong());
      SampleType type = SampleType.ofCode(in.readByte());
      boolean step = in.readBoolean();
      double low = in.readDouble();
      double high = in.readDouble();
      int version = in.readInt();
      long changedAtMicros = in.readLong();
      String name = in.readUTF();
      String uom = in.readUTF();
      String description = in.readUTF();
      String changedBy = in.readUTF();
      int count = in.readUnsignedShort();
      List<String> states = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        states.add(in.readUTF());
      }
      DuplicateRule duplicates = DuplicateRule.REPLACE;
      boolean forecast = false;
      if (in.available() > 0) { // records of the first days end here
        duplicates = DuplicateRule.ofCode(in.readUnsignedByte());
        forecast = in.readBoolean();
      }
      return new TagDefinition(
          id,
          uuid,
          name,
          type,
          uom,
          description,
          step,
          low,
          high,
          states,
          duplicates,
          forecast,
          version,
          changedBy,
          changedAtMicros);
    } catch (IOException e) {
      throw new HistorianException(ErrorCode.CORRUPT, "tag record ends early", e);
    }
  }

  /** A producer and the number that frames name it by. */
  public record Producer(int id, String name) {}

  /** Payload of a PRODUCER record. */
  public static byte[] encodeProducer(Producer producer) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeByte(0);
      out.writeInt(producer.id());
      out.writeUTF(producer.name());
    } catch (IOException e) {
      throw new IllegalStateException("a byte array does not fail", e);
    }
    return bytes.toByteArray();
  }

  private static final int END_OF_REQUEST = 255;

  /**
   * Payload of a PRODUCER record that defines nobody: the last part of a numbered request that has
   * no samples for it.
   */
  public static byte[] endOfRequest() {
    return new byte[] {(byte) END_OF_REQUEST};
  }

  /** Reads a PRODUCER payload; null for one that defines nobody. */
  public static @Nullable Producer decodeProducer(byte[] payload) {
    if (payload.length == 1 && (payload[0] & 0xff) == END_OF_REQUEST) {
      return null;
    }
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(payload))) {
      checkVersion(in.readByte());
      return new Producer(in.readInt(), in.readUTF());
    } catch (IOException e) {
      throw new HistorianException(ErrorCode.CORRUPT, "producer record ends early", e);
    }
  }

  private static void checkVersion(int version) {
    if (version != 0) {
      throw new HistorianException(
          ErrorCode.FORMAT_TOO_NEW,
          "record needs a newer version: version=" + version + ", readerVersion=0");
    }
  }
}
