package io.tidemark.query.context;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class ContextRecordTest {
  /** The example of {@code docs/format/context-record.md}. */
  private static final String EXAMPLE = "00000000 01000000 03030300 0500502d313030 040054696465";

  private static byte[] bytes(String hex) {
    return HexFormat.of().parseHex(hex.replace(" ", ""));
  }

  private static HistorianException refusal(byte[] payload) {
    ContextStore store = new ContextStore();
    List<HistorianException> thrown = new ArrayList<>();
    assertThatExceptionOfType(HistorianException.class)
        .isThrownBy(() -> store.apply(payload, "p", 1, 0))
        .satisfies(thrown::add);
    assertThat(store.generation()).as("nothing is applied").isZero();
    assertThat(store.journalSequence()).isEqualTo(-1);
    return thrown.getFirst();
  }

  @Test
  void theDocumentedExampleIsWhatIsWrittenAndRead() {
    ContextRecord record = new ContextRecord();
    record.add(ContextKind.PRODUCTS, Arrays.asList("P-100", "Tide", null));
    assertThat(record.payloads()).containsExactly(bytes(EXAMPLE));

    ContextStore store = new ContextStore();
    store.apply(bytes(EXAMPLE), "p", 1, 0);
    assertThat(store.row(ContextKind.PRODUCTS, "P-100").values())
        .containsExactly("P-100", "Tide", null);
  }

  @Test
  void aRowOfFewerColumnsHasNullInTheOthers() {
    assertThat(ContextRecord.decode(bytes("00000000 01000000 03010100 0100 50")))
        .containsExactly(
            new ContextRecord.Row(ContextKind.PRODUCTS, Arrays.asList("P", null, null)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''                                          | CORRUPT        | too short",
        "00000000 010000                             | CORRUPT        | too short",
        "01000000 01000000 03010100 0100 50          | FORMAT_TOO_NEW | formatVersion=1",
        "00000100 01000000 03010100 0100 50          | CORRUPT        | reserved",
        "00000000 00000000                           | CORRUPT        | rowCount=0",
        "00000000 ffffffff 03010100 0100 50          | CORRUPT        | rowCount=4294967295",
        "00000000 ffffff7f 03010100 0100 50          | CORRUPT        | rowCount=2147483647",
        "00000000 02000000 03010100 0100 50          | CORRUPT        | rowCount=2",
        "00000000 02000000 03010100 0200 5051        | CORRUPT        | within a row",
        "00000000 01000000 0a010100 0100 50          | CORRUPT        | kindCode=10",
        "00000000 01000000 00010100 0100 50          | CORRUPT        | kindCode=0",
        "00000000 01000000 03040100 0100 50          | FORMAT_TOO_NEW | columnCount=4",
        "00000000 01000000 03030200 0100 50          | CORRUPT        | without key",
        "00000000 01000000 03010300 0100 50 0100 50  | CORRUPT        | column that is not there",
        "00000000 01000000 03010100 ffff 50          | CORRUPT        | longer than the payload",
        "00000000 01000000 03010100 0100             | CORRUPT        | longer than the payload",
        "00000000 01000000 03010100 0100 ff          | CORRUPT        | UTF-8",
        "00000000 01000000 03010100 0300 eda080      | CORRUPT        | UTF-8",
        "00000000 01000000 03010100 0100 07          | CORRUPT        | control character",
        "00000000 01000000 03010100 0000             | CORRUPT        | blank",
        "00000000 01000000 03010100 0100 50 00       | CORRUPT        | after the last row",
        "00000000 01000000 05040900 0100 4c 000000000000f07f | CORRUPT | not finite",
      })
  void aDamagedPayloadIsRefusedAndSaysWhy(String hex, ErrorCode code, String mentioned) {
    assertThat(refusal(bytes(hex)))
        .returns(code, HistorianException::code)
        .satisfies(e -> assertThat(e.messageText()).contains(mentioned));
  }

  @Test
  void aPayloadThatIsTooLongIsRefused() {
    assertThat(refusal(new byte[ContextRecord.PAYLOAD_BYTES_MAX + 1]).messageText())
        .contains("too long");
  }

  @ParameterizedTest
  @MethodSource("io.tidemark.testing.Seeds#some")
  void everyRowComesBack(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    ContextRecord record = new ContextRecord();
    List<ContextRecord.Row> rows = rows(random, 200);
    rows.forEach(row -> record.add(row.kind(), row.values()));
    List<ContextRecord.Row> read = new ArrayList<>();
    record.payloads().forEach(payload -> read.addAll(ContextRecord.decode(payload)));
    assertThat(read).isEqualTo(rows);
  }

  @ParameterizedTest
  @MethodSource("io.tidemark.testing.Seeds#some")
  void anyBytesAreReadOrRefusedButNothingElse(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    ContextRecord record = new ContextRecord();
    rows(random, 5).forEach(row -> record.add(row.kind(), row.values()));
    byte[] good = record.payloads().getFirst();
    for (int i = 0; i < 500; i++) {
      byte[] damaged =
          Arrays.copyOf(good, random.nextInt(8) == 0 ? random.nextInt(good.length) : good.length);
      for (int k = random.nextInt(1, 4); k > 0 && damaged.length > 0; k--) {
        damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
      }
      try {
        assertThat(ContextRecord.decode(damaged)).isNotEmpty();
      } catch (HistorianException e) {
        assertThat(e.code()).isIn(ErrorCode.CORRUPT, ErrorCode.FORMAT_TOO_NEW);
      }
    }
  }

  private static List<ContextRecord.Row> rows(SplittableRandom random, int count) {
    List<ContextRecord.Row> rows = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      ContextKind kind = ContextKind.values()[random.nextInt(ContextKind.values().length)];
      List<@Nullable Object> values = new ArrayList<>();
      for (ContextColumn column : kind.columns()) {
        boolean absent = !values.isEmpty() && random.nextInt(3) == 0;
        values.add(absent ? null : value(column.type(), random));
      }
      rows.add(new ContextRecord.Row(kind, values));
    }
    return rows;
  }

  private static Object value(ContextColumn.Type type, SplittableRandom random) {
    return switch (type) {
      case TEXT -> List.of("x", "O'Neil\"; --", "Größe", "🌊 tide", "漢字").get(random.nextInt(5));
      case TIME, BIGINT -> random.nextLong();
      case DOUBLE -> random.nextDouble(-1e9, 1e9);
      case BOOLEAN -> random.nextBoolean();
    };
  }
}
