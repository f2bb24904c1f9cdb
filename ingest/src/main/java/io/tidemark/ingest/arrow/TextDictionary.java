package io.tidemark.ingest.arrow;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.ErrorText;
import io.tidemark.model.HistorianException;
import java.nio.ByteBuffer;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.dictionary.DictionaryProvider;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.jspecify.annotations.Nullable;

/**
 * The texts of a dictionary, made once however many rows and batches use them. A stream may replace
 * its dictionary between batches, in the same memory: so the bytes are compared. One thread.
 */
final class TextDictionary {
  private final ArrowColumn column;
  private final ColumnCells cells = new ColumnCells();
  private byte[] knownOffsets = {};
  private byte[] knownTexts = {};
  private @Nullable String[] texts = {};
  private @Nullable FieldVector vector;
  private @Nullable ArrowColumn values;

  TextDictionary(ArrowColumn column) {
    this.column = column;
  }

  /**
   * Looks at what the stream holds now.
   *
   * @return whether it is another dictionary than before
   * @throws HistorianException {@link ErrorCode#MALFORMED} if there is none, {@link
   *     ErrorCode#UNSUPPORTED_TYPE} if it is not one of texts
   */
  boolean refresh(DictionaryProvider dictionaries) {
    Dictionary dictionary = dictionaries.lookup(column.dictionaryId());
    if (dictionary == null) {
      throw new HistorianException(
          ErrorCode.MALFORMED,
          "dictionary was not sent: column="
              + ErrorText.quote(column.name())
              + ", id="
              + column.dictionaryId());
    }
    FieldVector now = dictionary.getVector();
    ArrowType type = now.getField().getType();
    if (!(type instanceof ArrowType.Utf8 || type instanceof ArrowType.LargeUtf8)) {
      throw new HistorianException(
          ErrorCode.UNSUPPORTED_TYPE,
          "dictionary is not one of texts: column="
              + ErrorText.quote(column.name())
              + ", type="
              + type);
    }
    vector = now;
    values = ArrowColumn.of(now.getField());
    int count = now.getValueCount();
    if (count == texts.length
        && isSame(now.getOffsetBuffer(), knownOffsets)
        && isSame(now.getDataBuffer(), knownTexts)) {
      return false;
    }
    knownOffsets = copy(now.getOffsetBuffer());
    knownTexts = copy(now.getDataBuffer());
    texts = new @Nullable String[count];
    return true;
  }

  private static boolean isSame(ArrowBuf buffer, byte[] known) {
    return buffer.capacity() == known.length
        && buffer.nioBuffer(0, known.length).equals(ByteBuffer.wrap(known));
  }

  private static byte[] copy(ArrowBuf buffer) {
    byte[] bytes = new byte[Math.toIntExact(buffer.capacity())];
    buffer.getBytes(0, bytes);
    return bytes;
  }

  /** How many texts there are. */
  int size() {
    return texts.length;
  }

  /**
   * Checks the index of a row.
   *
   * @throws HistorianException {@link ErrorCode#OUT_OF_RANGE}
   */
  int checked(long index) {
    if (index < 0 || index >= texts.length) {
      throw new HistorianException(
          ErrorCode.OUT_OF_RANGE,
          "index is outside of the dictionary: column="
              + ErrorText.quote(column.name())
              + ", index="
              + index
              + ", texts="
              + texts.length);
    }
    return (int) index;
  }

  /** The text of an index that was checked; as {@link ColumnCells#text} for what is wrong. */
  String text(int index, int bytesMax) {
    String text = texts[index];
    if (text == null) {
      FieldVector held = vector;
      ArrowColumn type = values;
      if (held == null || type == null) {
        throw new IllegalStateException("no dictionary yet");
      }
      cells.load(type, held, index, 1);
      if (cells.isNull(0)) {
        throw new HistorianException(
            ErrorCode.MALFORMED, "text of the dictionary is null: index=" + index);
      }
      text = cells.text(0, bytesMax);
      texts[index] = text;
    }
    return text;
  }
}
