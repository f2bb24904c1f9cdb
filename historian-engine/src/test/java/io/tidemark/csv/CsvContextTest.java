package io.tidemark.csv;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Batches and phases that the columns of a file show. */
class CsvContextTest {
  private static final UnaryOperator<CsvMapping.Builder> COLUMNS =
      options -> options.batchColumn("Batch").phaseColumn("Phase").unitId("R9");

  @TempDir Path folder;

  /** A wide file from rows {@code mm:ss batch phase}. */
  private Imported rows(String... rows) throws IOException {
    StringBuilder text = new StringBuilder("Time,Batch,Phase,A\n");
    for (String row : rows) {
      String[] cells = row.split(" ", -1);
      text.append("2024-03-05T00:")
          .append(cells[0])
          .append("Z,")
          .append(cells[1])
          .append(',')
          .append(cells[2])
          .append(",1\n");
    }
    return Imported.of(folder, text.toString(), COLUMNS);
  }

  private static String interval(String id, String start, String end) {
    return id + " 2024-03-05T00:" + start + "Z 2024-03-05T00:" + end + "Z";
  }

  @Test
  void aPhaseEndsWhereTheNextBeginsAndTheLastOneStepAfterItsLastRow() throws IOException {
    Imported imported =
        rows("00:00 B1 Heat", "01:00 B1 Heat", "02:00 B1 Cool", "03:00 B1 Cool", "10:00 B2 Heat");
    assertThat(imported.batches())
        .containsExactly(interval("B1", "00:00", "04:00"), interval("B2", "10:00", "11:00"));
    assertThat(imported.phases())
        .containsExactly(
            interval("B1/Heat", "00:00", "02:00"),
            interval("B1/Cool", "02:00", "04:00"),
            interval("B2/Heat", "10:00", "11:00"));
  }

  @Test
  void aBatchOfOneRowInAFileOfOneRowStaysOpen() throws IOException {
    assertThat(rows("00:00 B1 Heat").batches()).containsExactly("B1 2024-03-05T00:00:00Z open");
    assertThat(rows("00:00 B1 Heat").phases()).containsExactly("B1/Heat 2024-03-05T00:00:00Z open");
  }

  @Test
  void aPhaseThatComesAgainIsAnotherInstance() throws IOException {
    assertThat(rows("00:00 B1 Heat", "01:00 B1 Cool", "02:00 B1 Heat", "03:00 B1 Heat").phases())
        .containsExactly(
            interval("B1/Heat", "00:00", "01:00"),
            interval("B1/Cool", "01:00", "02:00"),
            interval("B1/Heat#2", "02:00", "04:00"));
  }

  @Test
  void rowsWithoutAPhaseEndTheOneBefore() throws IOException {
    assertThat(rows("00:00 B1 Heat", "01:00 B1 ", "02:00 B1 Heat").phases())
        .containsExactly(
            interval("B1/Heat", "00:00", "01:00"), interval("B1/Heat#2", "02:00", "03:00"));
  }

  @Test
  void rowsWithoutABatchBelongToNone() throws IOException {
    Imported imported = rows("00:00  Heat", "01:00 B1 Heat", "02:00 B1 Heat", "03:00  ");
    assertThat(imported.batches()).containsExactly(interval("B1", "01:00", "03:00"));
    assertThat(imported.samples).hasSize(4);
  }

  @Test
  void batchesMayRunAtTheSameTimeRowByRow() throws IOException {
    Imported imported =
        rows("00:00 B1 Heat", "00:00 B2 Heat", "01:00 B1 Cool", "01:00 B2 Heat", "02:00 B1 Cool");
    assertThat(imported.batches())
        .containsExactly(interval("B1", "00:00", "03:00"), interval("B2", "00:00", "02:00"));
    assertThat(imported.phases())
        .containsExactly(
            interval("B1/Heat", "00:00", "01:00"),
            interval("B1/Cool", "01:00", "03:00"),
            interval("B2/Heat", "00:00", "02:00"));
  }

  @Test
  void theLongFormTagByTagHasEachPhaseOnce() throws IOException {
    Imported imported =
        Imported.of(
            folder,
            """
            Time,Batch,Phase,Tag,Value
            2024-03-05T00:00:00Z,B1,Heat,A,1
            2024-03-05T00:02:00Z,B1,Cool,A,1
            2024-03-05T00:03:00Z,B1,Cool,A,1
            2024-03-05T00:00:30Z,B1,Heat,B,1
            2024-03-05T00:01:30Z,B1,Cool,B,1
            2024-03-05T00:02:30Z,B1,Cool,B,1
            """,
            COLUMNS);
    assertThat(imported.phases().stream().map(phase -> phase.split(" ")[0] + phase.split(" ")[1]))
        .containsExactly("B1/Heat2024-03-05T00:00:00Z", "B1/Cool2024-03-05T00:01:30Z");
  }

  @Test
  void bodiesNameWhatOthersReferToFirstAndHoldNoMoreThanAsked() throws IOException {
    Imported imported =
        Imported.of(
            folder,
            "Time,Batch,A\n2024-03-05T00:00:00Z,1,1\n2024-03-05T00:01:00Z,2,1\n",
            options ->
                options
                    .batchColumn("Batch")
                    .batchPrefix("X-")
                    .unitId("R9")
                    .productId("P-1")
                    .orderId("PO-1"));
    List<String> bodies = imported.result.context().bodies(3);
    assertThat(bodies).hasSize(2);
    JsonNode first = new ObjectMapper().readTree(bodies.get(0));
    JsonNode second = new ObjectMapper().readTree(bodies.get(1));
    assertThat(first.path("equipment").path(0).path("equipmentId").asText()).isEqualTo("R9");
    assertThat(first.path("products").path(0).path("productId").asText()).isEqualTo("P-1");
    assertThat(first.path("orders").path(0).path("orderId").asText()).isEqualTo("PO-1");
    assertThat(second.path("batches").findValuesAsText("batchId")).containsExactly("X-1", "X-2");
    assertThat(second.path("batches").path(0).path("unitId").asText()).isEqualTo("R9");
  }
}
