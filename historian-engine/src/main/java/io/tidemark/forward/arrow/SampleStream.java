package io.tidemark.forward.arrow;

import io.tidemark.forward.RequestSamples;
import io.tidemark.model.SampleFlags;
import io.tidemark.model.SampleType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.TimeStampNanoTZVector;
import org.apache.arrow.vector.UInt1Vector;
import org.apache.arrow.vector.UInt4Vector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.dictionary.DictionaryProvider;
import org.apache.arrow.vector.ipc.ArrowStreamWriter;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.TimeUnit;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.DictionaryEncoding;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;

/**
 * Encodes samples as an Arrow stream of one record batch: {@code tag} as a dictionary, {@code ts},
 * {@code status}, {@code flags}, and of {@code value}, {@code value_int} and {@code text} those
 * that any sample has a value in. The same samples make the same bytes. One thread; close it.
 */
public final class SampleStream implements AutoCloseable {
  /** Content type of what is encoded. */
  public static final String CONTENT_TYPE = "application/vnd.apache.arrow.stream";

  private static final long BYTES_MAX = 1L << 30;
  private static final long DICTIONARY = 1;
  private static final int ROW_BYTES = 40;

  /** Bits that a source may set; the others say what the store knows by itself. */
  private static final int FLAGS =
      SampleFlags.SUBSTITUTED
          | SampleFlags.QUESTIONABLE
          | SampleFlags.EDITED
          | SampleFlags.BACKFILLED
          | SampleFlags.PROVISIONAL;

  private final IntFunction<String> tagNames;
  private final BufferAllocator allocator = new RootAllocator(BYTES_MAX);

  /* Place of a tag in the dictionary, from 1 on; 0 for those that are not in it. */
  private int[] places = new int[1024];
  private int[] tagIds = new int[64];

  /**
   * An encoder.
   *
   * @param tagNames names by number
   */
  public SampleStream(IntFunction<String> tagNames) {
    this.tagNames = tagNames;
  }

  /** Encodes. */
  public byte[] encode(RequestSamples samples) {
    int count = samples.count();
    DictionaryEncoding encoding =
        new DictionaryEncoding(DICTIONARY, false, new ArrowType.Int(32, true));
    try (VarCharVector names =
            new VarCharVector("tag", FieldType.notNullable(new ArrowType.Utf8()), allocator);
        IntVector tags =
            new IntVector(
                "tag", new FieldType(false, new ArrowType.Int(32, true), encoding), allocator);
        TimeStampNanoTZVector times =
            new TimeStampNanoTZVector(
                "ts",
                FieldType.notNullable(new ArrowType.Timestamp(TimeUnit.NANOSECOND, "UTC")),
                allocator);
        Float8Vector values =
            new Float8Vector(
                "value",
                FieldType.nullable(new ArrowType.FloatingPoint(FloatingPointPrecision.DOUBLE)),
                allocator);
        BigIntVector integers =
            new BigIntVector(
                "value_int", FieldType.nullable(new ArrowType.Int(64, true)), allocator);
        VarCharVector texts =
            new VarCharVector("text", FieldType.nullable(new ArrowType.Utf8()), allocator);
        UInt4Vector statuses =
            new UInt4Vector(
                "status", FieldType.notNullable(new ArrowType.Int(32, false)), allocator);
        UInt1Vector flags =
            new UInt1Vector(
                "flags", FieldType.notNullable(new ArrowType.Int(8, false)), allocator)) {
      tags.allocateNew(count);
      times.allocateNew(count);
      values.allocateNew(count);
      integers.allocateNew(count);
      texts.allocateNew(count);
      statuses.allocateNew(count);
      flags.allocateNew(count);
      int distinct = 0;
      for (int row = 0; row < count; row++) {
        int tagId = samples.tagId(row);
        int place = place(tagId);
        if (place == 0) {
          place = ++distinct;
          remember(tagId, place);
        }
        tags.set(row, place - 1);
        times.set(row, samples.timeNs(row));
        statuses.set(row, samples.status(row));
        flags.set(row, samples.flags(row) & FLAGS);
        value(samples, row, values, integers, texts);
      }
      names.allocateNew(distinct);
      for (int place = 0; place < distinct; place++) {
        names.setSafe(place, tagNames.apply(tagIds[place]).getBytes(StandardCharsets.UTF_8));
        places[tagIds[place]] = 0;
      }
      names.setValueCount(distinct);
      List<FieldVector> columns = List.of(tags, times, values, integers, texts, statuses, flags);
      columns.forEach(each -> each.setValueCount(count));
      List<Field> fields = columns.stream().map(FieldVector::getField).toList();
      return written(
          new VectorSchemaRoot(fields, columns, count),
          new DictionaryProvider.MapDictionaryProvider(new Dictionary(names, encoding)),
          count);
    }
  }

  private static void value(
      RequestSamples samples,
      int row,
      Float8Vector values,
      BigIntVector integers,
      VarCharVector texts) {
    if (!samples.isPresent(row)) {
      return;
    }
    SampleType type = samples.type(row);
    switch (type) {
      case FLOAT64, FLOAT32 -> values.set(row, Double.longBitsToDouble(samples.valueBits(row)));
      case INT64, INT32, BOOL, DIGITAL -> integers.set(row, samples.valueBits(row));
      case STRING -> {
        String text = samples.text(row);
        texts.setSafe(row, (text == null ? "" : text).getBytes(StandardCharsets.UTF_8));
      }
    }
  }

  private static byte[] written(VectorSchemaRoot root, DictionaryProvider dictionaries, int count) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(ROW_BYTES * count + 4096);
    try (ArrowStreamWriter writer =
        new ArrowStreamWriter(root, dictionaries, Channels.newChannel(bytes))) {
      writer.start();
      writer.writeBatch();
      writer.end();
    } catch (IOException e) {
      throw new UncheckedIOException("a byte array does not fail", e);
    }
    return bytes.toByteArray();
  }

  private int place(int tagId) {
    return tagId < places.length ? places[tagId] : 0;
  }

  private void remember(int tagId, int place) {
    if (tagId >= places.length) {
      places = Arrays.copyOf(places, Math.max(tagId + 1, 2 * places.length));
    }
    places[tagId] = place;
    if (place > tagIds.length) {
      tagIds = Arrays.copyOf(tagIds, 2 * tagIds.length);
    }
    tagIds[place - 1] = tagId;
  }

  @Override
  public void close() {
    allocator.close();
  }
}
