package io.tidemark.csv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.model.HistorianException;
import io.tidemark.query.context.ContextKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Orders, batches and the like from a CSV file. */
class CsvObjectsTest {
  @TempDir Path folder;

  private final List<String> objects = new ArrayList<>();
  private final List<String> badRows = new ArrayList<>();

  private long read(ContextKind kind, String text, UnaryOperator<CsvMapping.Builder> options)
      throws IOException {
    Path file = Files.writeString(folder.resolve("objects.csv"), text);
    return CsvObjects.open(file, kind, options.apply(CsvMapping.builder()).build())
        .run(
            new CsvObjects.Sink() {
              @Override
              public void object(String json, long line) {
                objects.add(line + " " + json);
              }

              @Override
              public void badRow(long line, String column, String reason) {
                badRows.add(line + " " + column + ": " + reason);
              }
            },
            CsvProgress.NONE);
  }

  @Test
  void headingsAreFieldsInAnyUsualSpelling() throws IOException {
    read(
        ContextKind.ORDERS,
        "order_id,productId,Quantity [kg],Planned Start,status\n"
            + "PO-1,P-1,500.5,2024-03-05 08:00,Running\n"
            + "PO-2,,,2024-03-05T08:00:00Z,\n",
        options -> options.zone(ZoneId.of("Europe/Berlin")));
    assertThat(objects)
        .containsExactly(
            "2 {\"orderId\":\"PO-1\",\"productId\":\"P-1\",\"quantity\":500.5,\"quantityUom\":\"kg\","
                + "\"plannedStart\":\"2024-03-05T07:00:00Z\",\"status\":\"Running\"}",
            "3 {\"orderId\":\"PO-2\",\"plannedStart\":\"2024-03-05T08:00:00Z\"}");
    assertThat(badRows).isEmpty();
  }

  @Test
  void rowsThatCannotBeUsedHaveLineColumnAndReason() throws IOException {
    long rows =
        read(
            ContextKind.STEPS,
            "batch_id;name;instance;start_time\n"
                + "B1;Heat;1;2024-03-05T08:00Z\n"
                + "B1;Heat;one;2024-03-05T08:00Z\n"
                + "B1;Heat;2;tomorrow\n"
                + "B1;Heat\n"
                + ";;;\n",
            options -> options);
    assertThat(rows).isEqualTo(5);
    assertThat(objects).hasSize(1);
    assertThat(badRows).hasSize(4);
    assertThat(badRows.get(0)).isEqualTo("3 instance: not a whole number: value=\"one\"");
    assertThat(badRows.get(1)).startsWith("4 start_time: ");
    assertThat(badRows.get(2)).startsWith("5 : row has another number of cells");
    assertThat(badRows.get(3)).isEqualTo("6 : row is blank");
  }

  @Test
  void aFormatForTimesMayBeGiven() throws IOException {
    read(
        ContextKind.BATCHES,
        "batch_id,start_time\nB1,03/04/2024 06:00\n",
        options -> options.timeFormat("dd/MM/yyyy HH:mm"));
    assertThat(objects)
        .containsExactly("2 {\"batchId\":\"B1\",\"startTime\":\"2024-04-03T06:00:00Z\"}");
  }

  @Test
  void aColumnThatIsNoFieldNamesTheNearest() throws IOException {
    assertThatThrownBy(
            () -> read(ContextKind.BATCHES, "batch_id,start_tme\nB1,\n", options -> options))
        .hasMessageContaining("column=\"start_tme\"")
        .hasMessageContaining("nearest=start_time")
        .extracting(e -> ((HistorianException) e).hint())
        .asString()
        .contains("--ignore");
    read(ContextKind.BATCHES, "batch_id,note\nB1,x\n", options -> options.ignore("note"));
    assertThat(objects).containsExactly("2 {\"batchId\":\"B1\"}");
  }

  @Test
  void objectsNeedAnIdUnlessItIsComposed() throws IOException {
    assertThatThrownBy(() -> read(ContextKind.ORDERS, "status\nRunning\n", options -> options))
        .hasMessageContaining("no column is the id: field=order_id");
    read(ContextKind.STEPS, "batchId,name\nB1,Heat\n", options -> options);
    assertThat(objects).hasSize(1);
  }
}
