package io.tidemark.csv;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.dataformat.csv.CsvFactory;
import com.fasterxml.jackson.dataformat.csv.CsvParser;
import com.fasterxml.jackson.dataformat.csv.CsvSchema;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.ErrorText;
import io.tidemark.model.HistorianException;
import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.Closeable;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a CSV file, read one by one: heading first, then {@link #next} until it says no.
 * Finds the delimiter, skips a byte-order mark and a {@code sep=} line. Owns the open file.
 */
final class CsvTable implements Closeable {
  /** Most columns. */
  static final int COLUMNS_MAX = 10_000;

  /** Longest cell in characters; an opening quote that is never closed ends there. */
  static final int CELL_CHARS_MAX = 1 << 20;

  private static final String DELIMITERS = ",;\t|";
  private static final int PROBE_CHARS = 1 << 16;
  private static final int PROBE_LINES = 50;

  private static final int ROWS_PER_REPORT = 1024;

  private final Path file;
  private final CsvProgress progress;
  private final Counted bytes;
  private final Charset charset;
  private final char delimiter;
  private final long skippedLines;
  private final CsvParser parser;
  private final List<String> headings;
  private final List<String> cells = new ArrayList<>();
  private long line;
  private long rows;

  /** Opens a file and reads its heading. */
  CsvTable(Path file, CsvMapping mapping, CsvProgress progress) throws IOException {
    this.file = file;
    this.progress = progress;
    bytes = new Counted(Files.newInputStream(file));
    try {
      InputStream buffered = new BufferedInputStream(bytes, 1 << 16);
      charset = markedCharset(buffered, mapping.charset());
      BufferedReader text =
          new BufferedReader(
              new InputStreamReader(
                  buffered,
                  charset
                      .newDecoder()
                      .onMalformedInput(CodingErrorAction.REPORT)
                      .onUnmappableCharacter(CodingErrorAction.REPORT)),
              PROBE_CHARS);
      String probe = probe(text);
      Character told = toldDelimiter(probe);
      if (told != null) {
        text.readLine();
        skippedLines = 1;
      } else {
        skippedLines = 0;
      }
      Character chosen = mapping.delimiter();
      delimiter = chosen != null ? chosen : told != null ? told : likeliestDelimiter(probe);
      parser = open(text, delimiter);
      headings = readHeadings();
    } catch (CharacterCodingException e) {
      bytes.close();
      throw notText(mapping.charset());
    } catch (IOException | RuntimeException e) {
      bytes.close();
      throw e;
    }
  }

  private static CsvParser open(Reader text, char delimiter) throws IOException {
    CsvFactory csv =
        CsvFactory.builder()
            .enable(CsvParser.Feature.WRAP_AS_ARRAY)
            .enable(CsvParser.Feature.SKIP_EMPTY_LINES)
            .streamReadConstraints(
                StreamReadConstraints.builder().maxStringLength(CELL_CHARS_MAX).build())
            .build();
    CsvParser parser = csv.createParser(text);
    parser.setSchema(CsvSchema.emptySchema().withColumnSeparator(delimiter).withQuoteChar('"'));
    return parser;
  }

  private static Charset markedCharset(InputStream bytes, Charset given) throws IOException {
    bytes.mark(4);
    byte[] head = bytes.readNBytes(3);
    bytes.reset();
    if (head.length == 3
        && head[0] == (byte) 0xEF
        && head[1] == (byte) 0xBB
        && head[2] == (byte) 0xBF) {
      bytes.skipNBytes(3);
      return StandardCharsets.UTF_8;
    }
    if (head.length >= 2 && head[0] == (byte) 0xFF && head[1] == (byte) 0xFE) {
      bytes.skipNBytes(2);
      return StandardCharsets.UTF_16LE;
    }
    if (head.length >= 2 && head[0] == (byte) 0xFE && head[1] == (byte) 0xFF) {
      bytes.skipNBytes(2);
      return StandardCharsets.UTF_16BE;
    }
    return given;
  }

  private static String probe(BufferedReader text) throws IOException {
    char[] chars = new char[PROBE_CHARS - 1];
    text.mark(PROBE_CHARS);
    int length = 0;
    for (int count; length < chars.length; length += count) {
      count = text.read(chars, length, chars.length - length);
      if (count < 0) {
        break;
      }
    }
    text.reset();
    return new String(chars, 0, length);
  }

  private static @Nullable Character toldDelimiter(String probe) {
    return probe.length() > 5
            && probe.regionMatches(true, 0, "sep=", 0, 4)
            && (probe.charAt(5) == '\n' || probe.charAt(5) == '\r')
        ? (Character) probe.charAt(4)
        : null;
  }

  /** The delimiter that stands most often in the heading and equally often in the lines below. */
  private static char likeliestDelimiter(String probe) {
    char best = ',';
    long bestScore = 0;
    for (int i = 0; i < DELIMITERS.length(); i++) {
      char candidate = DELIMITERS.charAt(i);
      List<Integer> counts = countsPerLine(probe, candidate);
      int heading = counts.isEmpty() ? 0 : counts.getFirst();
      long same = counts.stream().filter(count -> count == heading).count();
      long score =
          heading == 0 ? 0 : same * 100_000 / counts.size() * 1000 + Math.min(heading, 999);
      if (score > bestScore) {
        bestScore = score;
        best = candidate;
      }
    }
    return best;
  }

  private static List<Integer> countsPerLine(String probe, char delimiter) {
    List<Integer> counts = new ArrayList<>();
    boolean quoted = false;
    boolean blank = true;
    int count = 0;
    for (int i = 0; i < probe.length() && counts.size() < PROBE_LINES; i++) {
      char c = probe.charAt(i);
      if (c == '"') {
        quoted = !quoted;
      } else if (c == '\n' && !quoted) {
        if (!blank) {
          counts.add(count);
        }
        count = 0;
        blank = true;
        continue;
      } else if (c == delimiter && !quoted) {
        count++;
      }
      blank &= c == '\r';
    }
    if (counts.isEmpty() && !blank) {
      counts.add(count);
    }
    return counts;
  }

  private List<String> readHeadings() throws IOException {
    if (!next() || String.join("", cells).isEmpty()) {
      throw new HistorianException(
          ErrorCode.MALFORMED, "file is empty: file=" + ErrorText.quote(file.toString()));
    }
    return List.copyOf(cells);
  }

  /** What stands between cells. */
  char delimiter() {
    return delimiter;
  }

  /** The heading, as in the file but for blanks around. */
  List<String> headings() {
    return headings;
  }

  /** Goes to the next row; false at the end. */
  boolean next() throws IOException {
    cells.clear();
    try {
      JsonToken token = parser.nextToken();
      while (token != null && token != JsonToken.START_ARRAY) {
        token = parser.nextToken();
      }
      if (token == null) {
        progress.at(bytes.count, rows);
        return false;
      }
      if (++rows % ROWS_PER_REPORT == 0) {
        progress.at(bytes.count, rows);
      }
      for (token = parser.nextToken();
          token != null && token != JsonToken.END_ARRAY;
          token = parser.nextToken()) {
        if (cells.isEmpty()) {
          line = skippedLines + parser.currentTokenLocation().getLineNr();
        }
        if (cells.size() == COLUMNS_MAX) {
          throw new HistorianException(
              ErrorCode.TOO_MANY,
              "row has more columns than the limit: line=" + line + ", columnsMax=" + COLUMNS_MAX);
        }
        if (token == JsonToken.START_ARRAY) {
          continue; // the array around all rows comes before the first
        }
        String text = parser.getText();
        cells.add(text == null ? "" : text.strip());
      }
      return true;
    } catch (CharacterCodingException e) {
      throw notText(charset);
    } catch (JsonProcessingException e) {
      long at = e.getLocation() == null ? line : skippedLines + e.getLocation().getLineNr();
      throw new HistorianException(
          ErrorCode.MALFORMED,
          "file is not CSV that can be read: line="
              + at
              + (cells.isEmpty() ? ", rowStartsAfterLine=" : ", rowStartsAtLine=")
              + line
              + ", reason="
              + ErrorText.quote(e.getOriginalMessage()),
          null,
          "look for a quote that is not closed",
          e);
    }
  }

  private HistorianException notText(Charset expected) {
    return new HistorianException(
        ErrorCode.MALFORMED,
        "file is not text in its encoding: file="
            + ErrorText.quote(file.toString())
            + ", encoding="
            + expected.name()
            + ", afterLine="
            + line,
        null,
        "say --encoding, for example windows-1252",
        null);
  }

  /** Cells of the row, without blanks around; valid until the next one. */
  List<String> cells() {
    return cells;
  }

  /** Line where the row starts. */
  long line() {
    return line;
  }

  @Override
  public void close() throws IOException {
    parser.close();
  }

  /** Counts the bytes read. */
  private static final class Counted extends FilterInputStream {
    private long count;

    Counted(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      int value = super.read();
      count += value >= 0 ? 1 : 0;
      return value;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      int read = super.read(buffer, offset, length);
      count += Math.max(0, read);
      return read;
    }
  }
}
