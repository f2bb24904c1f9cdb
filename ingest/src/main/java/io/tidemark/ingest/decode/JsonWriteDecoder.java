package io.tidemark.ingest.decode;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import io.tidemark.ingest.SampleSink;
import io.tidemark.ingest.WriteReport;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.ErrorText;
import io.tidemark.model.HistorianException;
import io.tidemark.model.IsoInstant;
import io.tidemark.model.NearestName;
import io.tidemark.model.SampleFrame;
import io.tidemark.model.StatusCodes;
import io.tidemark.model.TagDefinition;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Decodes JSON bodies into calls on a {@link SampleSink}. Without state: use it from any thread.
 *
 * <p>Forms: {@code {"samples":[{"tag","ts","value","status"}]}}, the bare array of such objects,
 * and {@code {"series":[{"tag","samples":[[ts,value,status]]}]}}, where the status may be left out.
 * A {@code ts} is an ISO-8601 instant, or a number (or its digits as a string) in the precision of
 * the request. A number without fraction and exponent is an integer, with one a decimal; the
 * strings {@code "NaN"}, {@code "Infinity"} and {@code "-Infinity"} are decimals too, because that
 * is how answers write them. A {@code null} value is an absent sample, by itself with Bad_NoData.
 *
 * <p>Each refused item is noted with its path; all others go to the sink. Where the JSON itself is
 * broken, everything before that is kept and one MALFORMED error is noted at the path {@code body}.
 *
 * <p>Long because it reads tokens in one pass, without a tree: each form and each field has its own
 * refusals with their own places.
 */
public final class JsonWriteDecoder {
  /** Deepest nesting of objects and arrays. */
  public static final int DEPTH_MAX = 32;

  /** Longest number, in characters. */
  public static final int NUMBER_CHARS_MAX = 400;

  private static final int TIME_CHARS_MAX = 64;
  private static final int FRACTION_DIGITS_MAX = 60;
  private static final List<String> BODY_FIELDS = List.of("samples", "series");
  private static final List<String> SAMPLE_FIELDS = List.of("tag", "ts", "value", "status");
  private static final List<String> SERIES_FIELDS = List.of("tag", "samples");

  /** A decoder. */
  public JsonWriteDecoder() {}

  /**
   * Decodes a body.
   *
   * @param precision unit of timestamps that are numbers
   * @param nowNs not used: a JSON sample names its time
   * @param report gets each stored sample and each refused item
   * @throws HistorianException only what the sink throws that is not the fault of a sample.
   */
  public void decode(
      byte[] body, TimeUnitCode precision, long nowNs, SampleSink sink, WriteReport report) {
    int[] badBytes = Utf8.allBad(body);
    byte[] readable = body;
    if (badBytes.length > 0) {
      readable = body.clone();
      for (int bad : badBytes) {
        readable[bad] = '?';
      }
    }
    // A factory of its own keeps no field names of strangers. Limits on lengths are checked item by
    // item here: the parser's own would end the whole body.
    JsonFactory json =
        JsonFactory.builder()
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .streamReadConstraints(
                StreamReadConstraints.builder()
                    .maxNestingDepth(DEPTH_MAX)
                    .maxStringLength(Integer.MAX_VALUE)
                    .maxNameLength(Integer.MAX_VALUE)
                    .maxNumberLength(Integer.MAX_VALUE)
                    .build())
            .build();
    new Reading(json, readable, badBytes, precision, sink, report).body();
  }

  /** One body being read. */
  private static final class Reading {
    private final JsonFactory json;
    private final byte[] body;

    // Where bytes that are not UTF-8 stood, ascending; the body has '?' there.
    private final int[] badBytes;
    private int nextBadByte;

    private final TimeUnitCode precision;
    private final SampleSink sink;
    private final WriteReport report;

    private final Item item = new Item();

    Reading(
        JsonFactory json,
        byte[] body,
        int[] badBytes,
        TimeUnitCode precision,
        SampleSink sink,
        WriteReport report) {
      this.json = json;
      this.body = body;
      this.badBytes = badBytes;
      this.precision = precision;
      this.sink = sink;
      this.report = report;
    }

    void body() {
      for (int i = 0; i < Math.min(4, body.length); i++) {
        if (body[i] == 0) {
          report.refuse(
              "body", ErrorCode.MALFORMED, "body is not UTF-8: it looks like UTF-16 or UTF-32");
          return;
        }
      }
      read();
      if (nextBadByte < badBytes.length) {
        report.refuse(
            "body", ErrorCode.MALFORMED, "text is not UTF-8: offset=" + badBytes[nextBadByte]);
      }
    }

    /** Fails the item that ends at the parser's place if it holds a byte that is not UTF-8. */
    private void checkText(JsonParser parser, long bodyOffset) {
      if (nextBadByte == badBytes.length) {
        return;
      }
      long end = bodyOffset + parser.currentLocation().getByteOffset();
      if (badBytes[nextBadByte] < end) {
        item.fail("", ErrorCode.MALFORMED, "text is not UTF-8: offset=" + badBytes[nextBadByte]);
        while (nextBadByte < badBytes.length && badBytes[nextBadByte] < end) {
          nextBadByte++;
        }
      }
    }

    private void read() {
      try (JsonParser parser = json.createParser(body)) {
        try {
          document(parser);
        } catch (JsonProcessingException e) {
          JsonLocation at = e.getLocation();
          malformed(e.getOriginalMessage(), at == null ? parser.currentLocation() : at);
        } catch (IllegalStateException e) {
          // Too many colliding field names: only made on purpose.
          malformed(e.getMessage(), parser.currentLocation());
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private void document(JsonParser parser) throws IOException {
      JsonToken first = parser.nextToken();
      if (first == JsonToken.START_OBJECT) {
        bodyObject(parser);
      } else if (first == JsonToken.START_ARRAY) {
        samples(parser, "");
      } else {
        report.refuse(
            "body",
            ErrorCode.MALFORMED,
            first == null
                ? "body is empty"
                : "body is neither an object with samples or series nor an array of samples");
        return;
      }
      if (parser.nextToken() != null) {
        malformed("there is text after the end of the document", parser.currentTokenLocation());
      }
    }

    private void malformed(@Nullable String reason, JsonLocation at) {
      StringBuilder message = new StringBuilder("body is not JSON that can be read: reason=");
      String said = reason == null ? "unknown" : reason.lines().findFirst().orElse("");
      // without the place, which follows, and advice that only the parser's programmer could follow
      message.append(ErrorText.quote(said.replaceFirst(": enable `.*| \\(start marker at .*", "")));
      message.append(", line=").append(at.getLineNr()).append(", column=").append(at.getColumnNr());
      report.refuse("body", ErrorCode.MALFORMED, message.toString());
    }

    private void bodyObject(JsonParser parser) throws IOException {
      boolean any = false;
      boolean samplesSeen = false;
      boolean seriesSeen = false;
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        JsonToken value = parser.nextToken();
        boolean isSamples = name.equals("samples");
        if (!isSamples && !name.equals("series")) {
          report.refuse(ErrorPath.of(name), ErrorCode.UNKNOWN_FIELD, unknown(name, BODY_FIELDS));
          parser.skipChildren();
          continue;
        }
        any = true;
        if (isSamples ? samplesSeen : seriesSeen) {
          report.refuse(name, ErrorCode.MALFORMED, "field comes twice: field=" + name);
          parser.skipChildren();
        } else if (value != JsonToken.START_ARRAY) {
          report.refuse(name, ErrorCode.WRONG_TYPE, "not an array: field=" + name);
          parser.skipChildren();
        } else if (isSamples) {
          samples(parser, "samples");
        } else {
          series(parser);
        }
        samplesSeen |= isSamples;
        seriesSeen |= !isSamples;
      }
      if (!any) {
        report.refuse(
            "body", ErrorCode.MISSING_FIELD, "body has no samples: fields=samples or series");
      }
    }

    private void samples(JsonParser parser, String path) throws IOException {
      int index = 0;
      for (JsonToken token; (token = parser.nextToken()) != JsonToken.END_ARRAY; index++) {
        if (token == null) {
          return;
        }
        item.reset();
        if (token == JsonToken.START_OBJECT) {
          sampleObject(parser);
        } else {
          item.fail("", ErrorCode.WRONG_TYPE, "a sample is an object with tag, ts and value");
          parser.skipChildren();
        }
        checkText(parser, 0);
        item.emit(path + "[" + index + "]", "");
      }
    }

    private void sampleObject(JsonParser parser) throws IOException {
      int seen = 0;
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        JsonToken value = parser.nextToken();
        int field = SAMPLE_FIELDS.indexOf(name);
        if (field < 0) {
          item.fail(ErrorPath.of(name), ErrorCode.UNKNOWN_FIELD, unknown(name, SAMPLE_FIELDS));
          parser.skipChildren();
          continue;
        }
        if ((seen & (1 << field)) != 0) {
          item.fail(name, ErrorCode.MALFORMED, "field comes twice: field=" + name);
          parser.skipChildren();
          continue;
        }
        seen |= 1 << field;
        switch (field) {
          case 0 -> item.tag(parser, value);
          case 1 -> item.time(parser, value, "ts");
          case 2 -> item.value(parser, value, "value");
          default -> item.status(parser, value, "status");
        }
      }
    }

    private void series(JsonParser parser) throws IOException {
      int index = 0;
      for (JsonToken token; (token = parser.nextToken()) != JsonToken.END_ARRAY; index++) {
        if (token == null) {
          return;
        }
        String path = "series[" + index + "]";
        if (token == JsonToken.START_OBJECT) {
          seriesObject(parser, path);
        } else {
          report.refuse(path, ErrorCode.WRONG_TYPE, "a series is an object with tag and samples");
          parser.skipChildren();
        }
      }
    }

    private void seriesObject(JsonParser parser, String path) throws IOException {
      String tag = null;
      boolean tagSeen = false;
      boolean samplesSeen = false;
      int waitingFrom = -1;
      int waitingTo = -1;
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        JsonToken value = parser.nextToken();
        if (name.equals("tag") && !tagSeen) {
          tagSeen = true;
          item.reset();
          item.tag(parser, value);
          checkText(parser, 0);
          item.refuseIfFailed(path);
          tag = item.tag;
        } else if (name.equals("samples") && !samplesSeen) {
          samplesSeen = true;
          if (value != JsonToken.START_ARRAY) {
            report.refuse(path + ".samples", ErrorCode.WRONG_TYPE, "not an array: field=samples");
            parser.skipChildren();
          } else if (tag != null) {
            rows(parser, tag, path, 0);
          } else {
            // The name may still come: remember where the samples stand in the body.
            waitingFrom = (int) parser.currentTokenLocation().getByteOffset();
            parser.skipChildren();
            waitingTo = (int) parser.currentLocation().getByteOffset();
          }
        } else {
          boolean twice = SERIES_FIELDS.contains(name);
          report.refuse(
              path + "." + ErrorPath.of(name),
              twice ? ErrorCode.MALFORMED : ErrorCode.UNKNOWN_FIELD,
              twice ? "field comes twice: field=" + name : unknown(name, SERIES_FIELDS));
          parser.skipChildren();
        }
      }
      if (parser.currentToken() != JsonToken.END_OBJECT) {
        return;
      }
      if (!tagSeen) {
        report.refuse(path + ".tag", ErrorCode.MISSING_FIELD, "series has no tag");
      } else if (!samplesSeen) {
        report.refuse(path + ".samples", ErrorCode.MISSING_FIELD, "series has no samples");
      } else if (tag != null && waitingFrom >= 0) {
        try (JsonParser later = json.createParser(body, waitingFrom, waitingTo - waitingFrom)) {
          later.nextToken();
          rows(later, tag, path, waitingFrom);
        }
      }
    }

    private void rows(JsonParser parser, String tag, String path, long bodyOffset)
        throws IOException {
      int index = 0;
      for (JsonToken token; (token = parser.nextToken()) != JsonToken.END_ARRAY; index++) {
        if (token == null) {
          return;
        }
        item.reset();
        item.tag = tag;
        if (token == JsonToken.START_ARRAY) {
          row(parser);
        } else {
          item.fail(
              "", ErrorCode.WRONG_TYPE, "a sample of a series is an array [ts, value, status]");
          parser.skipChildren();
        }
        checkText(parser, bodyOffset);
        item.emit(path + ".samples[" + index + "]", "[");
      }
    }

    private void row(JsonParser parser) throws IOException {
      int index = 0;
      for (JsonToken token; (token = parser.nextToken()) != JsonToken.END_ARRAY; index++) {
        if (token == null) {
          return;
        }
        switch (index) {
          case 0 -> item.time(parser, token, "[0]");
          case 1 -> item.value(parser, token, "[1]");
          case 2 -> item.status(parser, token, "[2]");
          default -> {
            item.fail("", ErrorCode.TOO_MANY, "a sample of a series has at most 3 elements");
            parser.skipChildren();
          }
        }
      }
    }

    private static String unknown(String name, List<String> known) {
      String shown = name.length() > 200 ? name.substring(0, 200) : name;
      String nearest = NearestName.find(shown, known);
      return "unknown field: field="
          + ErrorText.quote(name)
          + (nearest == null ? "" : ", nearest=" + nearest)
          + ", known="
          + String.join("|", known);
    }

    private enum Kind {
      NONE,
      ABSENT,
      INTEGER,
      DECIMAL,
      BOOL,
      TEXT
    }

    /** The sample being read. Keeps the first reason to refuse it. */
    private final class Item {
      private @Nullable String tag;
      private boolean timeGiven;
      private long timeNs;
      private Kind kind = Kind.NONE;
      private long whole;
      private double decimal;
      private float single;
      private String text = "";
      private boolean statusGiven;
      private int status;
      private boolean failed;
      private String failPath = "";
      private ErrorCode failCode = ErrorCode.MALFORMED;
      private String failMessage = "";

      void reset() {
        tag = null;
        timeGiven = false;
        kind = Kind.NONE;
        text = "";
        statusGiven = false;
        status = StatusCodes.GOOD;
        failed = false;
      }

      void fail(String path, ErrorCode code, String message) {
        if (!failed) {
          failed = true;
          failPath = path;
          failCode = code;
          failMessage = message;
        }
      }

      void tag(JsonParser parser, JsonToken token) throws IOException {
        if (token != JsonToken.VALUE_STRING) {
          if (token == JsonToken.VALUE_NULL) {
            fail("tag", ErrorCode.MISSING_FIELD, "sample has no tag");
          } else {
            fail("tag", ErrorCode.WRONG_TYPE, "a tag name is a string");
          }
          parser.skipChildren();
          return;
        }
        int length = parser.getTextLength();
        if (length > TagDefinition.NAME_BYTES_MAX) {
          fail("tag", ErrorCode.TOO_LONG, tooLong(length));
          return;
        }
        String name = parser.getText();
        if (TagNames.isBad(name)) {
          fail(
              "tag",
              ErrorCode.BAD_NAME,
              "name is blank or holds a control character or half a surrogate pair: name="
                  + ErrorText.quote(name));
          return;
        }
        int bytes = name.getBytes(StandardCharsets.UTF_8).length;
        if (bytes > TagDefinition.NAME_BYTES_MAX) {
          fail("tag", ErrorCode.TOO_LONG, tooLong(bytes));
          return;
        }
        tag = name;
      }

      private static String tooLong(int length) {
        return "name is longer than its limit: bytes="
            + length
            + " or more, bytesMax="
            + TagDefinition.NAME_BYTES_MAX;
      }

      void time(JsonParser parser, JsonToken token, String path) throws IOException {
        timeGiven = true;
        try {
          switch (token) {
            case VALUE_STRING -> timeNs = timeOfText(parser);
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> timeNs = timeOfNumber(shortText(parser));
            case VALUE_NULL -> fail(path, ErrorCode.MISSING_FIELD, "sample has no time");
            default -> {
              fail(path, ErrorCode.WRONG_TYPE, "a time is an ISO-8601 string or a number");
              parser.skipChildren();
            }
          }
        } catch (HistorianException e) {
          fail(path, e.code(), e.messageText());
        }
      }

      private long timeOfText(JsonParser parser) throws IOException {
        String given = shortText(parser);
        boolean isNumber = !given.isEmpty();
        for (int i = 0; i < given.length() && isNumber; i++) {
          char c = given.charAt(i);
          isNumber = (c >= '0' && c <= '9') || (i == 0 && c == '-' && given.length() > 1);
        }
        return isNumber ? timeOfNumber(given) : IsoInstant.parse(given);
      }

      private String shortText(JsonParser parser) throws IOException {
        if (parser.getTextLength() > TIME_CHARS_MAX) {
          throw new HistorianException(
              ErrorCode.BAD_TIME,
              "time is longer than its limit: characters="
                  + parser.getTextLength()
                  + ", charactersMax="
                  + TIME_CHARS_MAX);
        }
        return parser.getText();
      }

      private long timeOfNumber(String digits) {
        BigDecimal count;
        try {
          if (digits.length() <= 18 && isWhole(digits)) {
            return precision.toNs(Long.parseLong(digits));
          }
          count = new BigDecimal(digits);
        } catch (NumberFormatException e) {
          throw new HistorianException(
              ErrorCode.BAD_TIME, "time is not a finite number: value=" + digits, e);
        }
        // Checked before any arithmetic: 1e999999999 has a billion digits.
        if (count.signum() != 0 && (long) count.precision() - count.scale() > 20) {
          throw outOfRange(digits);
        }
        if (count.scale() > FRACTION_DIGITS_MAX) {
          throw new HistorianException(
              ErrorCode.BAD_TIME, "time has too many fraction digits: value=" + digits);
        }
        BigInteger ns =
            count
                .multiply(BigDecimal.valueOf(precision.toNs(1)))
                .setScale(0, RoundingMode.HALF_EVEN)
                .toBigInteger();
        if (ns.bitLength() > 63) {
          throw outOfRange(digits);
        }
        return ns.longValue();
      }

      private static boolean isWhole(String digits) {
        for (int i = 0; i < digits.length(); i++) {
          char c = digits.charAt(i);
          if ((c < '0' || c > '9') && !(i == 0 && c == '-' && digits.length() > 1)) {
            return false;
          }
        }
        return true;
      }

      private HistorianException outOfRange(String digits) {
        return new HistorianException(
            ErrorCode.TIME_OUT_OF_RANGE,
            "time is outside int64 nanoseconds (1677-09-21 to 2262-04-11): value="
                + digits
                + ", unit="
                + precision.label());
      }

      void value(JsonParser parser, JsonToken token, String path) throws IOException {
        switch (token) {
          case VALUE_NULL -> kind = Kind.ABSENT;
          case VALUE_TRUE, VALUE_FALSE -> {
            kind = Kind.BOOL;
            whole = token == JsonToken.VALUE_TRUE ? 1 : 0;
          }
          case VALUE_STRING -> textValue(parser, path);
          case VALUE_NUMBER_INT -> integerValue(parser, path);
          case VALUE_NUMBER_FLOAT -> decimalValue(parser, path);
          default -> {
            fail(path, ErrorCode.WRONG_TYPE, "a value is a number, a string, true, false or null");
            parser.skipChildren();
          }
        }
      }

      private void textValue(JsonParser parser, String path) throws IOException {
        int length = parser.getTextLength();
        if (length > SampleFrame.TEXT_BYTES_MAX) {
          fail(
              path,
              ErrorCode.TOO_LONG,
              "text is longer than its limit: bytes="
                  + length
                  + " or more, bytesMax="
                  + SampleFrame.TEXT_BYTES_MAX);
          return;
        }
        text = parser.getText();
        kind = Kind.DECIMAL;
        switch (text) {
          case "NaN" -> decimal = Double.NaN;
          case "Infinity" -> decimal = Double.POSITIVE_INFINITY;
          case "-Infinity" -> decimal = Double.NEGATIVE_INFINITY;
          default -> kind = Kind.TEXT;
        }
        single = (float) decimal;
      }

      private void integerValue(JsonParser parser, String path) throws IOException {
        if (parser.getTextLength() <= 20
            && parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER) {
          kind = Kind.INTEGER;
          whole = parser.getLongValue();
          return;
        }
        fail(
            path,
            ErrorCode.OUT_OF_RANGE,
            "an integer is outside int64: value="
                + shown(parser)
                + ", limits="
                + Long.MIN_VALUE
                + ".."
                + Long.MAX_VALUE);
      }

      private void decimalValue(JsonParser parser, String path) throws IOException {
        if (parser.isNaN()) {
          fail(path, ErrorCode.NOT_FINITE, "a number must be finite: value=" + shown(parser));
          return;
        }
        if (parser.getTextLength() > NUMBER_CHARS_MAX) {
          fail(
              path,
              ErrorCode.TOO_LONG,
              "a number is longer than its limit: characters="
                  + parser.getTextLength()
                  + ", charactersMax="
                  + NUMBER_CHARS_MAX);
          return;
        }
        String digits = parser.getText();
        decimal = Double.parseDouble(digits);
        if (Double.isInfinite(decimal)) {
          fail(
              path,
              ErrorCode.NOT_FINITE,
              "a number is beyond float64: value=" + shown(parser) + ", limit=1.797693e308");
          return;
        }
        single = DecimalText.nearestSingle(decimal, digits);
        kind = Kind.DECIMAL;
      }

      private static String shown(JsonParser parser) throws IOException {
        String number = parser.getText();
        return number.length() <= 40 ? number : number.substring(0, 40) + "…";
      }

      void status(JsonParser parser, JsonToken token, String path) throws IOException {
        Integer code = null;
        switch (token) {
          case VALUE_NULL -> code = StatusCodes.GOOD;
          case VALUE_STRING -> {
            if (parser.getTextLength() <= 100) {
              code = StatusField.ofText(parser.getText());
            }
          }
          case VALUE_NUMBER_INT -> {
            if (parser.getTextLength() <= 11) {
              code = StatusField.ofNumber(parser.getLongValue());
            }
          }
          default -> parser.skipChildren();
        }
        if (code == null) {
          String given = token.isScalarValue() ? parser.getText() : "";
          fail(
              path,
              ErrorCode.BAD_STATUS,
              "not a status: value=" + ErrorText.quote(given) + ", " + StatusField.ALLOWED);
          return;
        }
        statusGiven = token != JsonToken.VALUE_NULL;
        status = code;
      }

      /** Notes the reason if there is one. */
      boolean refuseIfFailed(String path) {
        if (failed) {
          String place = failPath.isEmpty() || failPath.startsWith("[") ? failPath : "." + failPath;
          report.refuse(path + place, failCode, failMessage);
        }
        return failed;
      }

      /** Gives the complete sample to the sink, or notes why not. */
      void emit(String path, String style) {
        boolean row = style.equals("[");
        if (!failed && tag == null) {
          fail("tag", ErrorCode.MISSING_FIELD, "sample has no tag");
        }
        if (!failed && !timeGiven) {
          fail(row ? "[0]" : "ts", ErrorCode.MISSING_FIELD, "sample has no time");
        }
        if (!failed && kind == Kind.NONE && !statusGiven) {
          fail(row ? "[1]" : "value", ErrorCode.MISSING_FIELD, "sample has no value and no status");
        }
        if (refuseIfFailed(path) || tag == null) {
          return;
        }
        try {
          switch (kind) {
            case INTEGER -> sink.integer(tag, timeNs, whole, status);
            case DECIMAL -> sink.decimal(tag, timeNs, decimal, single, status);
            case BOOL -> sink.bool(tag, timeNs, whole != 0, status);
            case TEXT -> sink.text(tag, timeNs, text, status);
            default -> sink.absent(tag, timeNs, statusGiven ? status : StatusCodes.BAD_NO_DATA);
          }
          report.store();
        } catch (HistorianException e) {
          if (e.code().kind() != ErrorCode.Kind.USER) {
            throw e;
          }
          report.refuse(path, e);
        }
      }
    }
  }
}
