package io.tidemark.ingest.decode;

import io.tidemark.ingest.SampleSink;
import io.tidemark.ingest.WriteReport;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.ErrorText;
import io.tidemark.model.HistorianException;
import io.tidemark.model.NearestName;
import io.tidemark.model.StatusCodes;
import io.tidemark.model.TagDefinition;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Decodes Influx line protocol into calls on a {@link SampleSink}. Keeps the names of series
 * between bodies: use one decoder per thread, again and again.
 *
 * <p>Naming: with a tag key {@code tag}, its value is the tag name, other tag keys are ignored, and
 * the fields {@code value} and {@code status} are the sample; a line with only a status is a sample
 * without a value. Otherwise each field is a sample of its own, named measurement, tag values in
 * the order of their keys and field key, joined by {@code .}; a {@code .} or backslash inside a
 * part gets a backslash before it.
 *
 * <p>A line with an error is refused as a whole and noted as {@code line N}; all others go to the
 * sink. A sample that the sink refuses for a reason of the user's is noted the same way; any other
 * failure of the sink ends the decoding and is thrown on.
 *
 * <p>Long because it is the fast door: one pass over the bytes with the position in fields, so that
 * a line that brings no new name makes no object. Splitting it would hand that state around.
 */
public final class LineProtocolDecoder {
  /** Longest line in bytes, line breaks inside quoted text included. */
  public static final int LINE_BYTES_MAX = 1 << 20;

  /** Most tags of a line. */
  public static final int TAGS_MAX = 256;

  private static final List<String> SAMPLE_FIELDS = List.of("value", "status");
  private static final List<String> TRUE = List.of("t", "T", "true", "True", "TRUE");
  private static final List<String> FALSE = List.of("f", "F", "false", "False", "FALSE");

  /** Eight bytes of a body at a time. Plain reads of an array. */
  private static final VarHandle WORDS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private static final long ONES = 0x0101_0101_0101_0101L;
  private static final long HIGHS = 0x8080_8080_8080_8080L;
  private static final long HASH_FACTOR = 0x9E37_79B9_7F4A_7C15L;

  private static final byte[] VALUE = {'v', 'a', 'l', 'u', 'e'};
  private static final byte[] STATUS = {'s', 't', 'a', 't', 'u', 's'};

  /** Digits that surely fit a long. */
  private static final int DIGITS_MAX = 18;

  private static final byte INTEGER = 1;
  private static final byte DECIMAL = 2;
  private static final byte BOOL = 3;
  private static final byte TEXT = 4;

  private final SeriesTable table = new SeriesTable();

  // The body and its line that is being read.
  private byte[] bytes = {};
  private int lineStart;
  private int end;
  private boolean hasQuote;
  private boolean isAscii;
  private String sampleTag = "";
  private long timeNs;

  // Fields of the line: they wait for the timestamp, which comes last.
  private int fieldCount;
  private @Nullable String[] fieldTags = new @Nullable String[16];
  private byte[] kinds = new byte[16];
  private long[] bits = new long[16];
  private float[] singles = new float[16];
  private @Nullable String[] texts = new @Nullable String[16];
  private boolean statusGiven;
  private int status;

  // The value that was read last.
  private byte kind;
  private long valueBits;
  private float valueSingle;
  private @Nullable String valueText;
  private long significand;
  private int significant;

  // Why the line is refused.
  private ErrorCode failCode = ErrorCode.MALFORMED;
  private String failMessage = "";

  /**
   * Decodes a body.
   *
   * @param precision unit of the timestamps
   * @param nowNs time of lines without one, nanoseconds since the epoch
   * @param report gets each stored sample and each refused line
   * @throws HistorianException only what the sink throws that is not the fault of a sample.
   */
  public void decode(
      byte[] body, TimeUnitCode precision, long nowNs, SampleSink sink, WriteReport report) {
    bytes = body;
    try {
      decodeLines(precision, nowNs, sink, report);
    } finally {
      bytes = new byte[0];
      Arrays.fill(texts, null);
    }
  }

  private void decodeLines(
      TimeUnitCode precision, long nowNs, SampleSink sink, WriteReport report) {
    long line = 1;
    for (int at = 0; at < bytes.length; ) {
      int newline = indexOfNewline(at);
      int start = at;
      while (start < newline && isBlank(bytes[start])) {
        start++;
      }
      int lineEnd = newline;
      if (start < newline && bytes[start] != '#') {
        lineStart = start;
        lineEnd = logicalEnd(start, newline);
        isAscii &= lineEnd <= newline; // what follows a line break in a text was not looked at
        if (lineEnd < 0) {
          report.refuse("line " + line, failCode, failMessage);
          lineEnd = newline;
        } else if (parseLine(start, lineEnd, precision, nowNs)) {
          emit(line, sink, report);
        } else {
          report.refuse("line " + line, failCode, failMessage);
        }
      }
      line++;
      for (int i = at; lineEnd != newline && i < lineEnd; i++) {
        if (bytes[i] == '\n') {
          line++;
        }
      }
      at = lineEnd + 1;
    }
  }

  /** Where the line ends; notes on the way whether it has quotes, and bytes beyond ASCII. */
  private int indexOfNewline(int from) {
    int i = from;
    long quotes = 0;
    long highs = 0;
    for (; i + Long.BYTES <= bytes.length; i += Long.BYTES) {
      long word = (long) WORDS.get(bytes, i);
      if (holds(word, '\n') != 0) {
        break;
      }
      quotes |= holds(word, '"');
      highs |= word;
    }
    while (i < bytes.length && bytes[i] != '\n') {
      quotes |= bytes[i] == '"' ? 1 : 0;
      highs |= bytes[i];
      i++;
    }
    hasQuote = quotes != 0;
    isAscii = (highs & HIGHS) == 0;
    return i;
  }

  /** Not 0 if one of eight bytes is that ASCII character. */
  private static long holds(long word, char c) {
    long different = word ^ ONES * c;
    return (different - ONES) & ~different & HIGHS;
  }

  private static boolean isBlank(byte b) {
    return b == ' ' || b == '\t' || b == '\r';
  }

  /**
   * Where the line ends that may hold line breaks inside quoted text, or -1 with a reason. A quote
   * that spans lines and is not followed by what must follow a value counts as one that was never
   * closed, so that it costs its own line only.
   */
  private int logicalEnd(int start, int newline) {
    if (!hasQuote) {
      return newline;
    }
    int fields = sectionEnd(start, newline);
    int valueStart = -1;
    for (int at = fields; ; at++) {
      if (at >= bytes.length || bytes[at] == '\n') {
        return at;
      }
      if (isEscape(at, bytes.length)) {
        at++;
      } else if (bytes[at] == '=') {
        valueStart = at + 1;
      } else if (bytes[at] == '"' && at == valueStart) {
        int close = closingQuote(at);
        boolean spansLines = close > newline;
        if (close < 0
            || (spansLines && close + 1 < bytes.length && !mayFollowValue(bytes[close + 1]))) {
          fail(ErrorCode.MALFORMED, at, "quoted text has no closing quote");
          return -1;
        }
        at = close;
      }
    }
  }

  private static boolean mayFollowValue(byte b) {
    return b == ',' || b == ' ' || b == '\n' || b == '\r';
  }

  private int closingQuote(int open) {
    int last = (int) Math.min(bytes.length, (long) lineStart + LINE_BYTES_MAX + 1);
    for (int i = open + 1; i < last; i++) {
      if (bytes[i] == '"') {
        return i;
      }
      if (bytes[i] == '\\' && i + 1 < last && (bytes[i + 1] == '"' || bytes[i + 1] == '\\')) {
        i++;
      }
    }
    return -1;
  }

  /** Where the measurement and tags end: the first space that is not escaped. */
  private int sectionEnd(int from, int to) {
    int i = from;
    while (i < to && bytes[i] != ' ') {
      i += isEscape(i, to) ? 2 : 1;
    }
    return i;
  }

  /** Whether a backslash there takes the special meaning from the next byte. */
  private boolean isEscape(int at, int to) {
    if (bytes[at] != '\\' || at + 1 >= to) {
      return false;
    }
    byte next = bytes[at + 1];
    return next == ' ' || next == ',' || next == '=';
  }

  private boolean parseLine(int start, int lineEnd, TimeUnitCode precision, long nowNs) {
    end = lineEnd;
    while (end > start && isBlank(bytes[end - 1]) && !(end - 1 > start && bytes[end - 2] == '\\')) {
      end--;
    }
    if (end - start > LINE_BYTES_MAX) {
      return fail(
          ErrorCode.TOO_LONG,
          start,
          "line is longer than its limit: bytes=" + (end - start) + ", bytesMax=" + LINE_BYTES_MAX);
    }
    int bad = isAscii ? -1 : Utf8.firstBad(bytes, start, end);
    if (bad >= 0) {
      return fail(
          ErrorCode.MALFORMED,
          bad,
          "text is not UTF-8: byte=" + String.format("0x%02x", bytes[bad] & 0xFF));
    }
    long hash = 0;
    int at = start;
    for (; at + Long.BYTES <= end; at += Long.BYTES) {
      long word = (long) WORDS.get(bytes, at);
      if ((holds(word, ' ') | holds(word, '\\')) != 0) {
        break;
      }
      hash = (hash ^ word) * HASH_FACTOR;
      hash ^= hash >>> 32;
    }
    while (at < end && bytes[at] != ' ') {
      if (isEscape(at, end)) {
        hash = hash * 0x0100_0000_01B3L + bytes[at++];
      }
      hash = hash * 0x0100_0000_01B3L + bytes[at++];
    }
    SeriesTable.Series series = table.find(bytes, start, at, hash);
    if (series == null) {
      series = parseSeries(start, at, hash);
      if (series == null) {
        return false;
      }
    }
    sampleTag = series.tag == null ? "" : series.tag;
    at = skipSpaces(at);
    if (at == end) {
      return fail(ErrorCode.MISSING_FIELD, at, "line has no fields");
    }
    at = parseFields(series, at);
    if (at < 0) {
      return false;
    }
    at = skipSpaces(at);
    timeNs = nowNs;
    return at == end || parseTime(at, precision);
  }

  private int skipSpaces(int from) {
    int at = from;
    while (at < end && bytes[at] == ' ') {
      at++;
    }
    return at;
  }

  // ---- fields ----

  private int parseFields(SeriesTable.Series series, int from) {
    fieldCount = 0;
    statusGiven = false;
    status = StatusCodes.GOOD;
    int at = from;
    while (true) {
      int keyStart = at;
      boolean escaped = false;
      while (at < end && bytes[at] != '=' && bytes[at] != ',' && bytes[at] != ' ') {
        if (isEscape(at, end)) {
          escaped = true;
          at++;
        }
        at++;
      }
      if (at >= end || bytes[at] != '=') {
        fail(ErrorCode.MALFORMED, Math.min(at, end), "'=' must follow a field key");
        return -1;
      }
      if (at == keyStart) {
        fail(ErrorCode.MALFORMED, at, "field key is empty");
        return -1;
      }
      int valueStart = at + 1;
      int next = parseValue(valueStart);
      if (next < 0) {
        return -1;
      }
      if (next < end && bytes[next] != ',' && bytes[next] != ' ') {
        fail(ErrorCode.MALFORMED, next, "',' or a space must follow a field value");
        return -1;
      }
      boolean taken =
          series.tag != null
              ? takeSampleField(series.tag, keyStart, at, valueStart)
              : takeNamedField(series, keyStart, at, escaped);
      if (!taken) {
        return -1;
      }
      at = next;
      if (at >= end || bytes[at] == ' ') {
        return at;
      }
      at++;
    }
  }

  private boolean takeSampleField(String tag, int keyStart, int keyEnd, int valueStart) {
    if (Arrays.equals(bytes, keyStart, keyEnd, VALUE, 0, VALUE.length)) {
      if (fieldCount > 0) {
        return fail(ErrorCode.MALFORMED, keyStart, "field comes twice: field=value");
      }
      addField(tag);
      return true;
    }
    if (Arrays.equals(bytes, keyStart, keyEnd, STATUS, 0, STATUS.length)) {
      if (statusGiven) {
        return fail(ErrorCode.MALFORMED, keyStart, "field comes twice: field=status");
      }
      statusGiven = true;
      return takeStatus(valueStart);
    }
    String key = text(keyStart, Math.min(keyEnd, keyStart + 400));
    String nearest = NearestName.find(key, SAMPLE_FIELDS);
    return fail(
        ErrorCode.UNKNOWN_FIELD,
        keyStart,
        "a line with the tag key 'tag' has the fields value and status only: field="
            + ErrorText.quote(key)
            + (nearest == null ? "" : ", nearest=" + nearest));
  }

  private boolean takeStatus(int valueStart) {
    Integer code = null;
    if (kind == TEXT && valueText != null) {
      code = StatusField.ofText(valueText);
    } else if (kind == INTEGER) {
      code = StatusField.ofNumber(valueBits);
    } else if (kind == DECIMAL) {
      double number = Double.longBitsToDouble(valueBits);
      code = number == Math.rint(number) ? StatusField.ofNumber((long) number) : null;
    }
    if (code == null) {
      return fail(ErrorCode.BAD_STATUS, valueStart, "not a status: " + StatusField.ALLOWED);
    }
    status = code;
    return true;
  }

  private boolean takeNamedField(
      SeriesTable.Series series, int keyStart, int keyEnd, boolean escaped) {
    String tag = series.fieldTag(bytes, keyStart, keyEnd);
    if (tag == null) {
      if (keyEnd - keyStart > 2 * TagDefinition.NAME_BYTES_MAX) {
        return failNameTooLong(keyStart);
      }
      String key = escaped ? unescape(keyStart, keyEnd) : text(keyStart, keyEnd);
      StringBuilder name = new StringBuilder(series.prefix).append('.');
      appendPart(name, key);
      tag = name.toString();
      if (!isGoodName(tag, keyStart)) {
        return false;
      }
      table.addField(series, bytes, keyStart, keyEnd, tag);
    }
    addField(tag);
    return true;
  }

  private void addField(String tag) {
    if (fieldCount == kinds.length) {
      int length = fieldCount * 2;
      fieldTags = Arrays.copyOf(fieldTags, length);
      kinds = Arrays.copyOf(kinds, length);
      bits = Arrays.copyOf(bits, length);
      singles = Arrays.copyOf(singles, length);
      texts = Arrays.copyOf(texts, length);
    }
    fieldTags[fieldCount] = tag;
    kinds[fieldCount] = kind;
    bits[fieldCount] = valueBits;
    singles[fieldCount] = valueSingle;
    texts[fieldCount] = valueText;
    fieldCount++;
  }

  // ---- values ----

  /** Reads a value into {@link #kind} and the fields behind it; its end or -1. */
  private int parseValue(int at) {
    valueText = null;
    if (at >= end) {
      fail(ErrorCode.MALFORMED, at, "field has no value");
      return -1;
    }
    byte first = bytes[at];
    if (first == '"') {
      return parseText(at);
    }
    if ((first >= '0' && first <= '9') || first == '-' || first == '+' || first == '.') {
      return parseNumber(at);
    }
    return parseWord(at);
  }

  private int parseText(int open) {
    boolean escaped = false;
    int i = open + 1;
    while (i < end && bytes[i] != '"') {
      if (bytes[i] == '\\' && i + 1 < end && (bytes[i + 1] == '"' || bytes[i + 1] == '\\')) {
        escaped = true;
        i++;
      }
      i++;
    }
    if (i >= end) {
      fail(ErrorCode.MALFORMED, open, "quoted text has no closing quote");
      return -1;
    }
    kind = TEXT;
    String text = text(open + 1, i);
    valueText = escaped ? unescapeText(text) : text;
    return i + 1;
  }

  private static String unescapeText(String text) {
    StringBuilder out = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\\' && i + 1 < text.length()) {
        char next = text.charAt(i + 1);
        if (next == '"' || next == '\\') {
          c = next;
          i++;
        }
      }
      out.append(c);
    }
    return out.toString();
  }

  private int parseWord(int at) {
    int to = at;
    while (to < end && bytes[to] != ',' && bytes[to] != ' ') {
      to++;
    }
    String word = text(at, Math.min(to, at + 32));
    boolean isTrue = TRUE.contains(word);
    if (isTrue || FALSE.contains(word)) {
      kind = BOOL;
      valueBits = isTrue ? 1 : 0;
      return to;
    }
    String lower = word.toLowerCase(Locale.ROOT);
    if (lower.equals("nan") || lower.equals("inf") || lower.equals("infinity")) {
      fail(ErrorCode.NOT_FINITE, at, "a number must be finite: value=" + word);
    } else {
      fail(
          ErrorCode.WRONG_TYPE,
          at,
          "not a value: value="
              + ErrorText.quote(word)
              + ", allowed=1.5, 1i, 1u, true, false, \"text\"");
    }
    return -1;
  }

  private int parseNumber(int from) {
    boolean negative = bytes[from] == '-';
    int wholeStart = negative || bytes[from] == '+' ? from + 1 : from;
    significand = 0;
    significant = 0;
    int wholeEnd = digits(wholeStart);
    if (wholeEnd > wholeStart && wholeEnd < end) {
      if (bytes[wholeEnd] == 'i' || bytes[wholeEnd] == 'u') {
        return parseInteger(from, wholeStart, wholeEnd, negative);
      }
    }
    int at = wholeEnd;
    long exponent = 0;
    if (at < end && bytes[at] == '.') {
      at = digits(wholeEnd + 1);
      exponent = wholeEnd + 1L - at;
    }
    if (wholeEnd == wholeStart && exponent == 0) {
      String word = text(from, Math.min(end, from + 16)).toLowerCase(Locale.ROOT);
      if (word.startsWith("inf", 1) || word.startsWith("nan", 1)) {
        fail(ErrorCode.NOT_FINITE, from, "a number must be finite");
      } else {
        fail(ErrorCode.WRONG_TYPE, from, "a number needs digits");
      }
      return -1;
    }
    if (at < end && (bytes[at] == 'e' || bytes[at] == 'E')) {
      at++;
      boolean negativeExponent = at < end && bytes[at] == '-';
      if (at < end && (bytes[at] == '-' || bytes[at] == '+')) {
        at++;
      }
      int exponentStart = at;
      long power = 0;
      while (at < end && isDigit(bytes[at])) {
        power = Math.min(power * 10 + (bytes[at] - '0'), 1_000_000_000L);
        at++;
      }
      if (at == exponentStart) {
        fail(ErrorCode.WRONG_TYPE, at, "an exponent needs digits");
        return -1;
      }
      exponent += negativeExponent ? -power : power;
    }
    long exact = significant > DIGITS_MAX ? -1 : significand;
    double value = DecimalText.nearest(negative, exact, exponent, bytes, from, at);
    if (Double.isInfinite(value)) {
      fail(ErrorCode.NOT_FINITE, from, "a number is beyond float64: limit=1.797693e308");
      return -1;
    }
    kind = DECIMAL;
    valueBits = Double.doubleToRawLongBits(value);
    valueSingle = DecimalText.nearestSingle(value, bytes, from, at);
    return at;
  }

  /** Adds the digits from there on to {@link #significand}; where they end. */
  private int digits(int from) {
    int at = from;
    for (; at < end && isDigit(bytes[at]); at++) {
      if (significant > 0 || bytes[at] != '0') {
        significant++;
        if (significant <= DIGITS_MAX) {
          significand = significand * 10 + (bytes[at] - '0');
        }
      }
    }
    return at;
  }

  private int parseInteger(int from, int wholeStart, int wholeEnd, boolean negative) {
    boolean unsigned = bytes[wholeEnd] == 'u';
    if (unsigned && negative && significant > 0) {
      fail(ErrorCode.OUT_OF_RANGE, from, "an unsigned integer has no minus sign");
      return -1;
    }
    long value = negative ? -significand : significand;
    if (significant > DIGITS_MAX) {
      Long wide = significant > 20 ? null : wide(wholeStart, wholeEnd, negative);
      if (wide == null) {
        fail(
            ErrorCode.OUT_OF_RANGE,
            from,
            "an integer is outside int64: limit=" + (negative ? Long.MIN_VALUE : Long.MAX_VALUE));
        return -1;
      }
      value = wide;
    }
    kind = INTEGER;
    valueBits = value;
    return wholeEnd + 1;
  }

  private @Nullable Long wide(int from, int to, boolean negative) {
    long value = 0;
    for (int i = from; i < to; i++) {
      int digit = bytes[i] - '0';
      long limit = Long.MIN_VALUE;
      if (value < (limit + digit) / 10) {
        return null;
      }
      value = value * 10 - digit;
    }
    return negative ? (Long) value : value == Long.MIN_VALUE ? null : (Long) (-value);
  }

  private static boolean isDigit(byte b) {
    return b >= '0' && b <= '9';
  }

  private boolean parseTime(int from, TimeUnitCode precision) {
    int at = from;
    boolean negative = bytes[at] == '-';
    if (negative) {
      at++;
    }
    long count = 0;
    int digitsStart = at;
    while (at < end && isDigit(bytes[at])) {
      int digit = bytes[at] - '0';
      if (at - digitsStart >= DIGITS_MAX && count < (Long.MIN_VALUE + digit) / 10) {
        return failTimeRange(from);
      }
      count = count * 10 - digit;
      at++;
    }
    if (at == digitsStart || at != end) {
      return fail(
          ErrorCode.BAD_TIME,
          at,
          "a timestamp is a whole number of the precision: value="
              + ErrorText.quote(text(from, Math.min(end, from + 100)))
              + ", precision="
              + precision.label());
    }
    if (!negative) {
      if (count == Long.MIN_VALUE) {
        return failTimeRange(from);
      }
      count = -count;
    }
    try {
      timeNs = precision.toNs(count);
      return true;
    } catch (HistorianException e) {
      return fail(e.code(), from, e.messageText());
    }
  }

  private boolean failTimeRange(int at) {
    return fail(
        ErrorCode.TIME_OUT_OF_RANGE,
        at,
        "time is outside int64 nanoseconds (1677-09-21 to 2262-04-11)");
  }

  // ---- names ----

  /** A tag of the line: bounds of its value as written. */
  private record Pair(String key, int valueStart, int valueEnd, int at) {}

  private SeriesTable.@Nullable Series parseSeries(int start, int to, long hash) {
    int at = partEnd(start, to, false);
    int measurementEnd = at;
    if (at == start) {
      fail(ErrorCode.MALFORMED, at, "measurement is empty");
      return null;
    }
    List<Pair> pairs = new ArrayList<>();
    while (at < to) {
      Pair pair = parsePair(at + 1, to);
      if (pair == null) {
        return null;
      }
      if (pairs.size() == TAGS_MAX) {
        fail(ErrorCode.TOO_MANY, at, "line has more tags than its limit: tagsMax=" + TAGS_MAX);
        return null;
      }
      pairs.add(pair);
      at = pair.valueEnd;
    }
    pairs.sort(Comparator.comparing(Pair::key));
    Pair named = null;
    for (int i = 0; i < pairs.size(); i++) {
      Pair pair = pairs.get(i);
      if (i > 0 && pair.key.equals(pairs.get(i - 1).key)) {
        fail(ErrorCode.MALFORMED, pair.at, "tag key comes twice: key=" + ErrorText.quote(pair.key));
        return null;
      }
      if (pair.key.equals("tag")) {
        named = pair;
      }
    }
    if (named != null) {
      String tag = name(named.valueStart, named.valueEnd);
      return tag == null || !isGoodName(tag, named.valueStart)
          ? null
          : table.add(bytes, start, to, hash, tag, "");
    }
    StringBuilder prefix = new StringBuilder();
    String measurement = name(start, measurementEnd);
    if (measurement == null) {
      return null;
    }
    appendPart(prefix, measurement);
    for (Pair pair : pairs) {
      String value = name(pair.valueStart, pair.valueEnd);
      if (value == null) {
        return null;
      }
      prefix.append('.');
      appendPart(prefix, value);
    }
    String joined = prefix.toString();
    return isGoodName(joined, start) ? table.add(bytes, start, to, hash, null, joined) : null;
  }

  private @Nullable Pair parsePair(int keyStart, int to) {
    int keyEnd = partEnd(keyStart, to, true);
    if (keyEnd >= to || bytes[keyEnd] != '=' || keyEnd == keyStart) {
      fail(ErrorCode.MALFORMED, Math.min(keyEnd, to), "a tag is written key=value");
      return null;
    }
    int valueEnd = partEnd(keyEnd + 1, to, true);
    if (valueEnd == keyEnd + 1) {
      fail(ErrorCode.MALFORMED, valueEnd, "tag has no value");
      return null;
    }
    if (valueEnd < to && bytes[valueEnd] == '=') {
      fail(ErrorCode.MALFORMED, valueEnd, "'=' in a tag value needs a backslash before it");
      return null;
    }
    String key = name(keyStart, keyEnd);
    return key == null ? null : new Pair(key, keyEnd + 1, valueEnd, keyStart);
  }

  private int partEnd(int from, int to, boolean stopAtEquals) {
    int at = from;
    while (at < to && bytes[at] != ',' && !(stopAtEquals && bytes[at] == '=')) {
      at += isEscape(at, to) ? 2 : 1;
    }
    return at;
  }

  /** The unescaped text of a part of a name, or null if it is too long for any name. */
  private @Nullable String name(int from, int to) {
    if (to - from > 2 * TagDefinition.NAME_BYTES_MAX) {
      failNameTooLong(from);
      return null;
    }
    return unescape(from, to);
  }

  private boolean failNameTooLong(int at) {
    return fail(
        ErrorCode.TOO_LONG,
        at,
        "name is longer than its limit: bytesMax=" + TagDefinition.NAME_BYTES_MAX);
  }

  private String unescape(int from, int to) {
    byte[] out = new byte[to - from];
    int length = 0;
    for (int i = from; i < to; i++) {
      if (isEscape(i, to)) {
        i++;
      }
      out[length++] = bytes[i];
    }
    return new String(out, 0, length, StandardCharsets.UTF_8);
  }

  private static void appendPart(StringBuilder name, String part) {
    for (int i = 0; i < part.length(); i++) {
      char c = part.charAt(i);
      if (c == '.' || c == '\\') {
        name.append('\\');
      }
      name.append(c);
    }
  }

  private boolean isGoodName(String name, int at) {
    if (name.length() > TagDefinition.NAME_BYTES_MAX
        || name.getBytes(StandardCharsets.UTF_8).length > TagDefinition.NAME_BYTES_MAX) {
      return failNameTooLong(at);
    }
    if (TagNames.isBad(name)) {
      return fail(
          ErrorCode.BAD_NAME,
          at,
          "name is blank or holds a control character or half a surrogate pair: name="
              + ErrorText.quote(name));
    }
    return true;
  }

  // ---- out ----

  private void emit(long line, SampleSink sink, WriteReport report) {
    if (fieldCount == 0) {
      emitAbsent(line, sink, report);
      return;
    }
    for (int i = 0; i < fieldCount; i++) {
      String tag = fieldTags[i];
      String text = texts[i];
      if (tag == null) {
        continue;
      }
      try {
        switch (kinds[i]) {
          case INTEGER -> sink.integer(tag, timeNs, bits[i], status);
          case DECIMAL ->
              sink.decimal(tag, timeNs, Double.longBitsToDouble(bits[i]), singles[i], status);
          case BOOL -> sink.bool(tag, timeNs, bits[i] != 0, status);
          default -> sink.text(tag, timeNs, text == null ? "" : text, status);
        }
        report.store();
      } catch (HistorianException e) {
        refuse(line, e, report);
      }
    }
  }

  private void emitAbsent(long line, SampleSink sink, WriteReport report) {
    try {
      sink.absent(sampleTag, timeNs, status);
      report.store();
    } catch (HistorianException e) {
      refuse(line, e, report);
    }
  }

  private static void refuse(long line, HistorianException error, WriteReport report) {
    if (error.code().kind() != ErrorCode.Kind.USER) {
      throw error;
    }
    report.refuse("line " + line, error);
  }

  private String text(int from, int to) {
    return new String(bytes, from, to - from, StandardCharsets.UTF_8);
  }

  /** Notes why the line is refused, with the column (in characters, from 1); returns false. */
  private boolean fail(ErrorCode code, int at, String message) {
    failCode = code;
    failMessage = message + ", column=" + (Utf8.codePoints(bytes, lineStart, at) + 1);
    return false;
  }
}
