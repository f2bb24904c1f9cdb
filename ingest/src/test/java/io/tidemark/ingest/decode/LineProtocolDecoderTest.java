package io.tidemark.ingest.decode;

import static io.tidemark.ingest.decode.RecordingSink.Seen.absent;
import static io.tidemark.ingest.decode.RecordingSink.Seen.bool;
import static io.tidemark.ingest.decode.RecordingSink.Seen.decimal;
import static io.tidemark.ingest.decode.RecordingSink.Seen.integer;
import static io.tidemark.ingest.decode.RecordingSink.Seen.text;
import static io.tidemark.ingest.decode.RecordingSink.Seen.withStatus;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.ingest.WriteReport;
import io.tidemark.ingest.decode.RecordingSink.Seen;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.model.ItemError;
import io.tidemark.model.StatusCodes;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class LineProtocolDecoderTest {
  private static final long NOW = 1_700_000_000_000_000_000L;

  private final LineProtocolDecoder decoder = new LineProtocolDecoder();
  private final RecordingSink sink = new RecordingSink();
  private WriteReport report = new WriteReport();

  private List<Seen> decode(String body) {
    return decode(body.getBytes(StandardCharsets.UTF_8), TimeUnitCode.NS);
  }

  private List<Seen> decode(byte[] body, TimeUnitCode precision) {
    sink.samples.clear();
    sink.singles.clear();
    report = new WriteReport();
    decoder.decode(body, precision, NOW, sink, report);
    assertThat(report.stored()).isEqualTo(sink.samples.size());
    return sink.samples;
  }

  private ItemError onlyError() {
    assertThat(report.errors()).hasSize(1);
    return report.errors().getFirst();
  }

  @Test
  void tagKeyNamesTheSample() {
    assertThat(decode("m,host=a,tag=R1.TIC101.PV value=21.5 17"))
        .containsExactly(decimal("R1.TIC101.PV", 17, 21.5));
  }

  @Test
  void statusGoesWithTheValueInAnyOrder() {
    int bad = StatusCodes.BAD_NO_COMMUNICATION;
    assertThat(
            decode(
                """
                m,tag=A status="Bad_NoCommunication",value=1i 1
                m,tag=A value=1i,status=2150694912i 2
                m,tag=A status=2150694912 3
                m,tag=A status="0x80310000" 4
                m,tag=A value="x",status=0i 5
                """))
        .containsExactly(
            withStatus(integer("A", 1, 1), bad),
            withStatus(integer("A", 2, 1), bad),
            absent("A", 3, bad),
            absent("A", 4, bad),
            text("A", 5, "x"));
    assertThat(report.errors()).isEmpty();
  }

  @Test
  void withoutTagKeyTheNameIsJoinedInKeyOrder() {
    assertThat(decode("pump,site=north,area=a.1 flow=1,on=t 5"))
        .containsExactly(
            decimal("pump.a\\.1.north.flow", 5, 1), bool("pump.a\\.1.north.on", 5, true));
    assertThat(decode("pump value=1")).containsExactly(decimal("pump.value", NOW, 1));
    assertThat(decode("a\\b x=1")).containsExactly(decimal("a\\\\b.x", NOW, 1));
  }

  @Test
  void escapesAreUndone() {
    assertThat(decode("we\\,a\\ th\\er,tag=lo\\ ca\\,tion\\=x value=\"say \\\"hi\\\" \\\\ \\n\" 1"))
        .containsExactly(text("lo ca,tion=x", 1, "say \"hi\" \\ \\n"));
    assertThat(decode("m\\ x,k\\=1=v\\ 1 a\\ b\\=c=1i 1"))
        .containsExactly(integer("m x.v 1.a b=c", 1, 1));
    assertThat(decode("m\"q,t=\"x\" f\"=1i 1")).containsExactly(integer("m\"q.\"x\".f\"", 1, 1));
  }

  @Test
  void quotedTextMaySpanLinesAndLinesAreCounted() {
    assertThat(decode("m,tag=A value=\"one\ntwo, a=b c\" 1\nbroken\nm,tag=B value=2i 2"))
        .containsExactly(text("A", 1, "one\ntwo, a=b c"), integer("B", 2, 2));
    assertThat(onlyError().where()).isEqualTo("line 3");
  }

  @Test
  void anOpenQuoteCostsItsOwnLineOnly() {
    assertThat(decode("m,tag=A value=\"open 1\nm,tag=B value=\"y\" 2\nm,tag=C value=3i 3"))
        .containsExactly(text("B", 2, "y"), integer("C", 3, 3));
    assertThat(onlyError().where()).isEqualTo("line 1");
    assertThat(onlyError().message()).contains("no closing quote").contains("column=15");
  }

  @Test
  void textInARefusedLineNeverBecomesALine() {
    assertThat(decode("m,tag=A value=\"x\nm,tag=FORGED value=1i 1\n\",other=1 1")).isEmpty();
    assertThat(onlyError().code()).isEqualTo(ErrorCode.UNKNOWN_FIELD);
  }

  @Test
  void commentsBlankLinesAndCarriageReturnsAreSkipped() {
    assertThat(
            decode(
                "# comment, with=\"quote\r\n\r\n"
                    + "   \n"
                    + "\t m,tag=A value=1i 7\r\n"
                    + "m,tag=A value=2i\r\n"))
        .containsExactly(integer("A", 7, 1), integer("A", NOW, 2));
    assertThat(report.errors()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"t", "T", "true", "True", "TRUE"})
  void trueIsWrittenInFiveWays(String word) {
    assertThat(decode("m f=" + word + " 1")).containsExactly(bool("m.f", 1, true));
  }

  @ParameterizedTest
  @ValueSource(strings = {"f", "F", "false", "False", "FALSE"})
  void falseIsWrittenInFiveWays(String word) {
    assertThat(decode("m f=" + word + " 1")).containsExactly(bool("m.f", 1, false));
  }

  @Test
  void integersAreExactToTheirLimits() {
    assertThat(decode("m a=-9223372036854775808i,b=9223372036854775807i,c=9223372036854775807u 1"))
        .containsExactly(
            integer("m.a", 1, Long.MIN_VALUE),
            integer("m.b", 1, Long.MAX_VALUE),
            integer("m.c", 1, Long.MAX_VALUE));
    for (String beyond :
        List.of("9223372036854775808i", "-9223372036854775809i", "18446744073709551615u")) {
      assertThat(decode("m a=" + beyond + " 1")).isEmpty();
      assertThat(onlyError().code()).isEqualTo(ErrorCode.OUT_OF_RANGE);
    }
  }

  @Test
  void timestampsHaveThePrecisionOfTheRequest() {
    byte[] body = "m a=1i -3".getBytes(StandardCharsets.UTF_8);
    assertThat(decode(body, TimeUnitCode.S)).containsExactly(integer("m.a", -3_000_000_000L, 1));
    assertThat(decode(body, TimeUnitCode.MS)).containsExactly(integer("m.a", -3_000_000L, 1));
    assertThat(decode("m a=1i -9223372036854775808"))
        .containsExactly(integer("m.a", Long.MIN_VALUE, 1));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '^',
      textBlock =
          """
          m                                 | MISSING_FIELD
          m,tag=A                           | MISSING_FIELD
          m,tag=A value                     | MALFORMED
          m,tag=A value=                    | MALFORMED
          m,tag=A =1                        | MALFORMED
          m,tag= value=1                    | MALFORMED
          m,=x value=1                      | MALFORMED
          m,tag=A,tag=B value=1             | MALFORMED
          m,tag=A value=1,value=2           | MALFORMED
          m,tag=A status=0i,status=0i       | MALFORMED
          m,tag=A value=1,                  | MALFORMED
          m,tag=A value=1 1 1               | BAD_TIME
          m,tag=A value=1 1.5               | BAD_TIME
          m,tag=A value=1 2026-01-01T00:00Z | BAD_TIME
          m,tag=A value=1 9223372036854775808  | TIME_OUT_OF_RANGE
          m,tag=A value=1 99999999999999999999 | TIME_OUT_OF_RANGE
          m,tag=A value=NaN                 | NOT_FINITE
          m,tag=A value=-inf                | NOT_FINITE
          m,tag=A value=1e999               | NOT_FINITE
          m,tag=A value=1e                  | WRONG_TYPE
          m,tag=A value=abc                 | WRONG_TYPE
          m,tag=A value=1x                  | MALFORMED
          m,tag=A value=1.5i                | MALFORMED
          m,tag=A value=-1u                 | OUT_OF_RANGE
          m,tag=A value=.                   | WRONG_TYPE
          m,tag=A value=-                   | WRONG_TYPE
          m,tag=A vaule=1                   | UNKNOWN_FIELD
          m,tag=A value=1,status="Nope"     | BAD_STATUS
          m,tag=A value=1,status=4294967296i| BAD_STATUS
          m,tag=A value=1,status=0.5        | BAD_STATUS
          m,tag=A value=1,status=t          | BAD_STATUS
          ,tag=A value=1                    | MALFORMED
          m,tag=refused value=1             | WRONG_TYPE
          m,tag=\\ \\  value=1              | BAD_NAME
          """)
  void aBadLineIsOneErrorAndTheOthersAreStored(String line, ErrorCode code) {
    assertThat(decode("m,tag=X value=1i 1\n" + line + "\nm,tag=Y value=2i 2\n"))
        .containsExactly(integer("X", 1, 1), integer("Y", 2, 2));
    assertThat(onlyError().where()).isEqualTo("line 2");
    assertThat(onlyError().code()).isEqualTo(code);
  }

  @Test
  void errorsNameTheColumnAndTheNearestField() {
    decode("m,tag=Ä vaule=1 1");
    assertThat(onlyError().message()).contains("nearest=value").contains("column=9");
  }

  @Test
  void namesWithControlCharactersAreRefused() {
    for (String name : List.of("a\u0000b", "a\u0001", "a\u007f", "a\u0085", "a\tb")) {
      assertThat(decode("m,tag=" + name + " value=1 1")).isEmpty();
      assertThat(onlyError().code()).isEqualTo(ErrorCode.BAD_NAME);
    }
  }

  @Test
  void namesAndLinesHaveLimits() {
    assertThat(decode("m,tag=" + "a".repeat(512) + " value=1i 1")).hasSize(1);
    assertThat(decode("m,tag=" + "a".repeat(513) + " value=1i 1")).isEmpty();
    assertThat(onlyError().message()).contains("bytesMax=512");
    assertThat(decode("m,tag=" + "ä".repeat(257) + " value=1i 1")).isEmpty();
    assertThat(onlyError().code()).isEqualTo(ErrorCode.TOO_LONG);
    String huge = "a".repeat(1 << 20);
    for (String line :
        List.of("m,tag=" + huge + " value=1", huge + " f=1", "m " + huge + "=1", "m f=\"" + huge)) {
      assertThat(decode(line + "\nm,tag=B value=1i 1")).containsExactly(integer("B", 1, 1));
      assertThat(onlyError().code()).isIn(ErrorCode.TOO_LONG, ErrorCode.MALFORMED);
      assertThat(onlyError().message().length()).isLessThan(300);
    }
  }

  @Test
  void textThatIsNotUtf8BehindALineBreakCostsItsLineToo() {
    byte[] body = "m,tag=A value=\"a\nb_\" 1\nm,tag=B value=1i 1".getBytes(StandardCharsets.UTF_8);
    body[18] = (byte) 0xFF;
    assertThat(decode(body, TimeUnitCode.NS)).containsExactly(integer("B", 1, 1));
    assertThat(onlyError().message()).contains("not UTF-8: byte=0xff");
  }

  @Test
  void textThatIsNotUtf8CostsItsLine() {
    byte[] body = "m,tag=A value=\"_\" 1\nm,tag=B value=1i 1".getBytes(StandardCharsets.UTF_8);
    for (int bad : new int[] {0xFF, 0xC0, 0x80, 0xED, 0xF5}) {
      body[15] = (byte) bad;
      assertThat(decode(body, TimeUnitCode.NS)).containsExactly(integer("B", 1, 1));
      assertThat(onlyError().message()).contains("not UTF-8").contains("column=16");
    }
    assertThat(decode("m,tag=A value=\"äöü€😀\" 1")).containsExactly(text("A", 1, "äöü€😀"));
  }

  @Test
  void whatTheSinkCannotHelpIsThrownOn() {
    assertThatThrownBy(() -> decode("m,tag=pressed value=1"))
        .isInstanceOf(HistorianException.class)
        .hasMessage("full");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void whatIsRenderedIsDecoded(long seed) {
    Random random = new Random(seed);
    StringBuilder body = new StringBuilder();
    List<Seen> expected = new ArrayList<>();
    for (int line = 0; line < 2000; line++) {
      String tag = name(random);
      long time = random.nextLong();
      body.append(escape(name(random))).append(",tag=").append(escape(tag)).append(" value=");
      Seen seen =
          switch (random.nextInt(4)) {
            case 0 -> integer(tag, time, random.nextLong() >> random.nextInt(64));
            case 1 -> decimal(tag, time, finite(random));
            case 2 -> bool(tag, time, random.nextBoolean());
            default -> text(tag, time, name(random) + "\n\"\\" + name(random));
          };
      switch (seen.kind()) {
        case "integer" -> body.append(seen.value()).append('i');
        case "decimal" -> body.append(Double.longBitsToDouble((Long) seen.value()));
        case "bool" -> body.append(seen.value());
        default ->
            body.append('"')
                .append(((String) seen.value()).replace("\\", "\\\\").replace("\"", "\\\""))
                .append('"');
      }
      if (random.nextInt(4) == 0) {
        seen = withStatus(seen, random.nextInt());
        body.append(",status=").append(seen.status()).append('i');
      }
      body.append(' ').append(time).append(random.nextBoolean() ? "\n" : "\r\n");
      expected.add(seen);
    }
    assertThat(decode(body.toString())).as("seed=%d", seed).isEqualTo(expected);
    assertThat(report.errors()).isEmpty();
  }

  private static String name(Random random) {
    String alphabet = "abcXYZ019_.#/%,= \"'\\äß€😀";
    StringBuilder name = new StringBuilder("n");
    for (int i = random.nextInt(12); i > 0; i--) {
      int at = random.nextInt(alphabet.length());
      char c = alphabet.charAt(at);
      name.append(Character.isSurrogate(c) ? 'q' : c);
    }
    return name.append('z').toString().replaceAll("\\\\+(?=[,= ])", "");
  }

  private static String escape(String name) {
    return name.replaceAll("([,= ])", "\\\\$1");
  }

  private static double finite(Random random) {
    double value =
        switch (random.nextInt(3)) {
          case 0 -> Double.longBitsToDouble(random.nextLong());
          case 1 -> random.nextInt(1_000_000) / 1000.0;
          default -> random.nextGaussian();
        };
    return Double.isFinite(value) ? value : -0.0;
  }

  @ParameterizedTest
  @ValueSource(longs = {11, 12, 13, 14})
  void decimalsEqualParseDouble(long seed) {
    Random random = new Random(seed);
    for (int i = 0; i < 20_000; i++) {
      String number = number(random);
      double expected = Double.parseDouble(number);
      List<Seen> seen = decode("m f=" + number);
      if (Double.isInfinite(expected)) {
        assertThat(onlyError().code()).isEqualTo(ErrorCode.NOT_FINITE);
      } else {
        assertThat(seen).as(number).containsExactly(decimal("m.f", NOW, expected));
        assertThat(sink.singles).as(number).containsExactly(Float.parseFloat(number));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("io.tidemark.ingest.decode.Middles#some")
  void textBesideTheMiddleOfTwoSinglesIsRoundedOnce(String number, float expected) {
    decode("m a=1,b=" + number + ",c=-" + number);
    assertThat(sink.singles).as(number).containsExactly(1f, expected, -expected);
  }

  private static String number(Random random) {
    StringBuilder out = new StringBuilder();
    out.append(List.of("", "-", "+").get(random.nextInt(3)));
    if (random.nextInt(8) == 0) {
      return out + new BigDecimal(Double.longBitsToDouble(random.nextLong() >>> 2)).toPlainString();
    }
    int whole = random.nextInt(22);
    int fraction = random.nextInt(22);
    out.append("0".repeat(random.nextInt(3)));
    for (int i = 0; i < whole; i++) {
      out.append((char) ('0' + random.nextInt(10)));
    }
    if (whole == 0 || random.nextBoolean()) {
      out.append(whole == 0 ? "0." : ".");
      for (int i = 0; i < fraction; i++) {
        out.append((char) ('0' + random.nextInt(10)));
      }
    }
    if (random.nextInt(3) == 0) {
      out.append(random.nextBoolean() ? 'e' : 'E')
          .append(List.of("", "-", "+").get(random.nextInt(3)));
      out.append(random.nextInt(random.nextBoolean() ? 30 : 340));
    }
    return out.toString();
  }

  @ParameterizedTest
  @ValueSource(longs = {21, 22, 23, 24})
  void mutatedBodiesNeverThrow(long seed) {
    Random random = new Random(seed);
    byte[] good =
        """
        m,tag=A\\ B value=1.25e3,status="Good" 1700000000000000000
        pump,site=north,area=a f=1i,g=2u,h=t,k="te\\"xt, =" 5
        # comment
        x y=-0.5
        """
            .getBytes(StandardCharsets.UTF_8);
    byte[] likely = "\"\\,= \n\r#.-+e0i9utf".getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < 20_000; i++) {
      byte[] body = good.clone();
      for (int k = random.nextInt(6); k >= 0; k--) {
        int at = random.nextInt(body.length);
        body[at] =
            random.nextInt(3) == 0
                ? (byte) random.nextInt(256)
                : likely[random.nextInt(likely.length)];
      }
      decode(body, TimeUnitCode.NS);
    }
  }

  @Test
  void moreSeriesThanTheTableHoldsKeepTheirNames() {
    StringBuilder body = new StringBuilder();
    List<Seen> expected = new ArrayList<>();
    for (int i = 0; i < 40_000; i++) {
      body.append("m,k=").append(i % 20_000).append(" f=1i,g=2i 1\n");
      expected.add(integer("m." + i % 20_000 + ".f", 1, 1));
      expected.add(integer("m." + i % 20_000 + ".g", 1, 2));
    }
    assertThat(decode(body.toString())).isEqualTo(expected);
  }
}
