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
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonWriteDecoderTest {
  private static final long EIGHT = 1_795_334_400_000_000_000L;

  private final JsonWriteDecoder decoder = new JsonWriteDecoder();
  private final RecordingSink sink = new RecordingSink();
  private WriteReport report = new WriteReport();

  private List<Seen> decode(String body) {
    return decode(body.getBytes(StandardCharsets.UTF_8), TimeUnitCode.NS);
  }

  private List<Seen> decode(byte[] body, TimeUnitCode precision) {
    sink.samples.clear();
    report = new WriteReport();
    decoder.decode(body, precision, 0, sink, report);
    assertThat(report.stored()).isEqualTo(sink.samples.size());
    return sink.samples;
  }

  private ItemError onlyError() {
    assertThat(report.errors()).hasSize(1);
    return report.errors().getFirst();
  }

  @Test
  void valuesOfEveryType() {
    assertThat(
            decode(
                """
                {"samples":[
                  {"tag":"A","ts":"2026-11-22T08:00:00Z","value":1.5},
                  {"value":true,"status":"Bad_NoCommunication","ts":7,"tag":"A"},
                  {"tag":"A","ts":"8","value":"text \\u20ac","status":0},
                  {"tag":"A","ts":9,"value":null},
                  {"tag":"A","ts":10,"value":null,"status":2150694912},
                  {"tag":"A","ts":11,"status":"Uncertain"},
                  {"tag":"A","ts":12,"value":9223372036854775807},
                  {"tag":"A","ts":13,"value":1e3},
                  {"tag":"A","ts":14,"value":-0.0},
                  {"tag":"A","ts":-15,"value":"NaN","status":null},
                  {"tag":"A","ts":16,"value":"-Infinity"}
                ]}
                """))
        .containsExactly(
            decimal("A", EIGHT, 1.5),
            withStatus(bool("A", 7, true), StatusCodes.BAD_NO_COMMUNICATION),
            text("A", 8, "text €"),
            absent("A", 9, StatusCodes.BAD_NO_DATA),
            absent("A", 10, StatusCodes.BAD_NO_COMMUNICATION),
            absent("A", 11, StatusCodes.UNCERTAIN),
            integer("A", 12, Long.MAX_VALUE),
            decimal("A", 13, 1000),
            decimal("A", 14, -0.0),
            decimal("A", -15, Double.NaN),
            decimal("A", 16, Double.NEGATIVE_INFINITY));
    assertThat(report.errors()).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("io.tidemark.ingest.decode.Middles#some")
  void textBesideTheMiddleOfTwoSinglesIsRoundedOnce(String number, float expected) {
    decode("{\"series\":[{\"tag\":\"A\",\"samples\":[[1," + number + "],[2,\"NaN\"],[3,0.1]]}]}");
    assertThat(sink.singles).as(number).containsExactly(expected, Float.NaN, 0.1f);
  }

  @Test
  void bareArraysAndSeries() {
    assertThat(decode("[{\"tag\":\"A\",\"ts\":1,\"value\":2}]"))
        .containsExactly(integer("A", 1, 2));
    assertThat(
            decode(
                """
                {"series":[{"tag":"A","samples":[[1,2.5],[2,true,"Bad"],[3,null]]},
                           {"samples":[[4,"x"],["2026-11-22T08:00:00Z",5,"Nope"]],"tag":"B"}]}
                """))
        .containsExactly(
            decimal("A", 1, 2.5),
            withStatus(bool("A", 2, true), StatusCodes.BAD),
            absent("A", 3, StatusCodes.BAD_NO_DATA),
            text("B", 4, "x"));
    assertThat(onlyError().where()).isEqualTo("series[1].samples[1][2]");
    assertThat(onlyError().code()).isEqualTo(ErrorCode.BAD_STATUS);
  }

  @Test
  void numericTimesAreExactInThePrecision() {
    byte[] body =
        "[{\"tag\":\"A\",\"ts\":1795334400.123456789,\"value\":1},{\"tag\":\"A\",\"ts\":-2,\"value\":1}]"
            .getBytes(StandardCharsets.UTF_8);
    assertThat(decode(body, TimeUnitCode.S))
        .containsExactly(integer("A", EIGHT + 123456789, 1), integer("A", -2_000_000_000L, 1));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '^',
      textBlock =
          """
          {"ts":1,"value":1}                               | samples[1].tag    | MISSING_FIELD
          {"tag":null,"ts":1,"value":1}                    | samples[1].tag    | MISSING_FIELD
          {"tag":"A","value":1}                            | samples[1].ts     | MISSING_FIELD
          {"tag":"A","ts":null,"value":1}                  | samples[1].ts     | MISSING_FIELD
          {"tag":"A","ts":1}                               | samples[1].value  | MISSING_FIELD
          {"tag":"A","ts":1,"vlaue":1}                     | samples[1].vlaue  | UNKNOWN_FIELD
          {"tag":"A","ts":1,"value":1,"x":{"a":[{}]}}      | samples[1].x      | UNKNOWN_FIELD
          {"tag":"A","ts":1,"value":1,"value":2}           | samples[1].value  | MALFORMED
          {"tag":7,"ts":1,"value":1}                       | samples[1].tag    | WRONG_TYPE
          {"tag":"  ","ts":1,"value":1}                    | samples[1].tag    | BAD_NAME
          {"tag":"a\\u0000","ts":1,"value":1}              | samples[1].tag    | BAD_NAME
          {"tag":"a\\ud800","ts":1,"value":1}              | samples[1].tag    | BAD_NAME
          {"tag":"A","ts":true,"value":1}                  | samples[1].ts     | WRONG_TYPE
          {"tag":"A","ts":{},"value":1}                    | samples[1].ts     | WRONG_TYPE
          {"tag":"A","ts":"yesterday","value":1}           | samples[1].ts     | BAD_TIME
          {"tag":"A","ts":"2026-11-22T08:00:00","value":1} | samples[1].ts     | BAD_TIME
          {"tag":"A","ts":"","value":1}                    | samples[1].ts     | BAD_TIME
          {"tag":"A","ts":NaN,"value":1}                   | samples[1].ts     | BAD_TIME
          {"tag":"A","ts":1e-999999999,"value":1}          | samples[1].ts     | BAD_TIME
          {"tag":"A","ts":9223372036854775808,"value":1}   | samples[1].ts     | TIME_OUT_OF_RANGE
          {"tag":"A","ts":1e999999999,"value":1}           | samples[1].ts     | TIME_OUT_OF_RANGE
          {"tag":"A","ts":"9999-01-01T00:00Z","value":1}   | samples[1].ts     | TIME_OUT_OF_RANGE
          {"tag":"A","ts":1,"value":[1]}                   | samples[1].value  | WRONG_TYPE
          {"tag":"A","ts":1,"value":{}}                    | samples[1].value  | WRONG_TYPE
          {"tag":"A","ts":1,"value":NaN}                   | samples[1].value  | NOT_FINITE
          {"tag":"A","ts":1,"value":-Infinity}             | samples[1].value  | NOT_FINITE
          {"tag":"A","ts":1,"value":1e999}                 | samples[1].value  | NOT_FINITE
          {"tag":"A","ts":1,"value":9223372036854775808}   | samples[1].value  | OUT_OF_RANGE
          {"tag":"A","ts":1,"value":-9223372036854775809}  | samples[1].value  | OUT_OF_RANGE
          {"tag":"A","ts":1,"value":1,"status":"Nope"}     | samples[1].status | BAD_STATUS
          {"tag":"A","ts":1,"value":1,"status":4294967296} | samples[1].status | BAD_STATUS
          {"tag":"A","ts":1,"value":1,"status":0.5}        | samples[1].status | BAD_STATUS
          {"tag":"A","ts":1,"value":1,"status":[]}         | samples[1].status | BAD_STATUS
          {"tag":"refused","ts":1,"value":1}               | samples[1]        | WRONG_TYPE
          7                                                | samples[1]        | WRONG_TYPE
          [1,2]                                            | samples[1]        | WRONG_TYPE
          null                                             | samples[1]        | WRONG_TYPE
          """)
  void aBadItemIsOneErrorAndTheOthersAreStored(String item, String where, ErrorCode code) {
    assertThat(
            decode(
                "{\"samples\":[{\"tag\":\"X\",\"ts\":1,\"value\":1},"
                    + item
                    + ",{\"tag\":\"Y\",\"ts\":2,\"value\":2}]}"))
        .containsExactly(integer("X", 1, 1), integer("Y", 2, 2));
    assertThat(onlyError().where()).isEqualTo(where);
    assertThat(onlyError().code()).isEqualTo(code);
  }

  @Test
  void unknownFieldsNameTheNearest() {
    decode("[{\"tag\":\"A\",\"ts\":1,\"vlaue\":1}]");
    assertThat(onlyError().message()).contains("nearest=value");
    decode("{\"sampels\":[],\"samples\":[]}");
    assertThat(onlyError().where()).isEqualTo("sampels");
    assertThat(onlyError().message()).contains("nearest=samples");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '^',
      textBlock =
          """
          {"series":[{"samples":[[1,2]]}]}               | series[0].tag           | MISSING_FIELD
          {"series":[{"tag":"A"}]}                       | series[0].samples       | MISSING_FIELD
          {"series":[{"tag":"A","samples":7}]}           | series[0].samples       | WRONG_TYPE
          {"series":[{"tag":"","samples":[[1,2]]}]}      | series[0].tag           | BAD_NAME
          {"series":[{"tag":"A","samples":[],"x":1}]}    | series[0].x             | UNKNOWN_FIELD
          {"series":[{"tag":"A","tag":"B","samples":[]}]}| series[0].tag           | MALFORMED
          {"series":[7]}                                 | series[0]               | WRONG_TYPE
          {"series":[{"tag":"A","samples":[7]}]}         | series[0].samples[0]    | WRONG_TYPE
          {"series":[{"tag":"A","samples":[[]]}]}        | series[0].samples[0][0] | MISSING_FIELD
          {"series":[{"tag":"A","samples":[[1]]}]}       | series[0].samples[0][1] | MISSING_FIELD
          {"series":[{"tag":"A","samples":[[1,2,0,4]]}]} | series[0].samples[0]    | TOO_MANY
          {"series":7}                                   | series                  | WRONG_TYPE
          {"samples":[],"samples":[]}                    | samples                 | MALFORMED
          {}                                             | body                    | MISSING_FIELD
          7                                              | body                    | MALFORMED
          """)
  void badBodiesAndSeriesAreOneErrorEach(String body, String where, ErrorCode code) {
    assertThat(decode(body)).isEmpty();
    assertThat(onlyError().where()).isEqualTo(where);
    assertThat(onlyError().code()).isEqualTo(code);
  }

  @Test
  void whatStandsBeforeASyntaxErrorIsStored() {
    String good = "{\"samples\":[\n{\"tag\":\"A\",\"ts\":1,\"value\":2},\n";
    for (String rest :
        List.of(
            "{\"tag\":\"B\",\"ts\":1,\"value\":2,}]}",
            "{\"tag\":\"B\",\"ts\":1",
            "{\"tag\":\"B\",\"ts\":01,\"value\":2}]}",
            "{\"tag\":\"B\" \"ts\":1}]}",
            "{\"tag\":\"B\n\"}]}",
            "",
            "]",
            "{'tag':1}",
            "[".repeat(100) + "]".repeat(100) + "]}")) {
      assertThat(decode(good + rest)).as(rest).containsExactly(integer("A", 1, 2));
      assertThat(onlyError().where()).isEqualTo("body");
      assertThat(onlyError().code()).isEqualTo(ErrorCode.MALFORMED);
      assertThat(onlyError().message())
          .containsPattern("line=[34], column=\\d+")
          .doesNotContain("Source", "enable");
    }
    assertThat(decode("[{\"tag\":\"A\",\"ts\":1,\"value\":2}] x")).hasSize(1);
    assertThat(onlyError().where()).isEqualTo("body");
    for (String empty : List.of("", "  ", "\"x\"", "nul", "\u0000")) {
      assertThat(decode(empty)).isEmpty();
      assertThat(onlyError().where()).isEqualTo("body");
    }
    assertThat(decode("[]".getBytes(StandardCharsets.UTF_16LE), TimeUnitCode.NS)).isEmpty();
    assertThat(onlyError().message()).contains("UTF-16");
  }

  @Test
  void hugeNamesTextsAndNumbersCostTheirItem() {
    String huge = "a".repeat(1 << 20);
    String digits = "1".repeat(1 << 20);
    for (String item :
        List.of(
            "{\"tag\":\"" + huge + "\",\"ts\":1,\"value\":1}",
            "{\"tag\":\"" + "ä".repeat(257) + "\",\"ts\":1,\"value\":1}",
            "{\"tag\":\"A\",\"ts\":1,\"value\":\"" + huge + "\"}",
            "{\"tag\":\"A\",\"ts\":\"" + digits + "\",\"value\":1}",
            "{\"tag\":\"A\",\"ts\":" + digits + ",\"value\":1}",
            "{\"tag\":\"A\",\"ts\":1,\"value\":" + digits + "}",
            "{\"tag\":\"A\",\"ts\":1,\"value\":1." + digits + "}",
            "{\"tag\":\"A\",\"ts\":1,\"value\":1,\"status\":\"" + huge + "\"}",
            "{\"tag\":\"A\",\"ts\":1,\"value\":1,\"status\":" + digits + "}",
            "{\"tag\":\"A\",\"ts\":1,\"value\":1,\"" + huge + "\":1}")) {
      assertThat(decode("[" + item + ",{\"tag\":\"B\",\"ts\":1,\"value\":2}]"))
          .containsExactly(integer("B", 1, 2));
      assertThat(onlyError().message().length()).isLessThan(400);
      assertThat(onlyError().where()).startsWith("[0]");
      assertThat(onlyError().where().length()).isLessThan(200);
    }
  }

  @Test
  void textThatIsNotUtf8CostsItsItem() {
    byte[] body =
        "[{\"tag\":\"A\",\"ts\":1,\"value\":\"_\"},{\"tag\":\"B\",\"ts\":1,\"value\":\"ä€😀\"}]"
            .getBytes(StandardCharsets.UTF_8);
    body[28] = (byte) 0xC0;
    assertThat(decode(body, TimeUnitCode.NS)).containsExactly(text("B", 1, "ä€😀"));
    assertThat(onlyError().where()).isEqualTo("[0]");
    assertThat(onlyError().message()).contains("not UTF-8").contains("offset=28");
  }

  @Test
  void threeBadItemsOfTenThousandAreNamed() {
    StringBuilder body = new StringBuilder("{\"samples\":[");
    for (int i = 0; i < 10_000; i++) {
      body.append(i == 0 ? "" : ",").append("{\"tag\":\"T").append(i % 10).append("\",\"ts\":");
      body.append(i % 4000 == 17 ? "\"x\"" : i).append(",\"value\":").append(i / 4.0).append('}');
    }
    assertThat(decode(body + "]}")).hasSize(9_997);
    assertThat(report.errors())
        .extracting(ItemError::where)
        .containsExactly("samples[17].ts", "samples[4017].ts", "samples[8017].ts");
  }

  @Test
  void whatTheSinkCannotHelpIsThrownOn() {
    assertThatThrownBy(() -> decode("[{\"tag\":\"pressed\",\"ts\":1,\"value\":2}]"))
        .isInstanceOf(HistorianException.class)
        .hasMessage("full");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void mutatedBodiesNeverThrow(long seed) {
    Random random = new Random(seed);
    byte[] good =
        """
        {"samples":[{"tag":"A","ts":"2026-11-22T08:00:00Z","value":1.5e3,"status":"Good"},
        {"tag":"Bä","ts":17,"value":null},{"tag":"C","ts":"18","value":"text\\n"}],
        "series":[{"samples":[[1,2,"Bad"],[3,true]],"tag":"D"},{"tag":"E","samples":[[1,5]]}]}
        """
            .getBytes(StandardCharsets.UTF_8);
    byte[] likely = "\"\\,:{}[] \ntfn0-.e".getBytes(StandardCharsets.UTF_8);
    List<Integer> stored = new ArrayList<>();
    for (int i = 0; i < 20_000; i++) {
      byte[] body = good.clone();
      for (int k = random.nextInt(4); k >= 0; k--) {
        int at = random.nextInt(body.length);
        body[at] =
            random.nextInt(3) == 0
                ? (byte) random.nextInt(256)
                : likely[random.nextInt(likely.length)];
      }
      stored.add(decode(body, TimeUnitCode.NS).size());
      assertThat(stored.getLast() == 6 || report.errorCount() > 0).isTrue();
    }
    assertThat(stored).contains(6);
  }
}
