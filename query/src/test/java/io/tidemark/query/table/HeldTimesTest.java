package io.tidemark.query.table;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** When a batch stood still is told by its events of type Held and Paused. */
class HeldTimesTest {
  private static final long NOW_NS = 120;

  private Connection duckDb;

  @BeforeEach
  void open() throws SQLException {
    duckDb = DriverManager.getConnection("jdbc:duckdb:");
    try (Statement statement = duckDb.createStatement()) {
      statement.execute(
          "CREATE TABLE events (id VARCHAR PRIMARY KEY, type VARCHAR, batch_id VARCHAR,"
              + " start_time_ns BIGINT, end_time_ns BIGINT)");
    }
  }

  @AfterEach
  void close() throws SQLException {
    duckDb.close();
  }

  private void event(
      String id, String type, @Nullable String batchId, long startNs, @Nullable Long endNs)
      throws SQLException {
    try (PreparedStatement insert =
        duckDb.prepareStatement("INSERT OR REPLACE INTO events VALUES (?, ?, ?, ?, ?)")) {
      List<@Nullable Object> values = Arrays.asList(id, type, batchId, startNs, endNs);
      for (int i = 0; i < values.size(); i++) {
        insert.setObject(i + 1, values.get(i));
      }
      insert.execute();
    }
  }

  private List<List<@Nullable Object>> rows(String sql) {
    try (Statement statement = duckDb.createStatement();
        ResultSet found = statement.executeQuery(sql)) {
      List<List<@Nullable Object>> rows = new ArrayList<>();
      while (found.next()) {
        List<@Nullable Object> row = new ArrayList<>();
        for (int i = 1; i <= found.getMetaData().getColumnCount(); i++) {
          row.add(found.getObject(i));
        }
        rows.add(row);
      }
      return rows;
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }

  private HeldTimes held() {
    return HeldTimes.read(this::rows, NOW_NS);
  }

  @Test
  void heldAndPausedAreMergedAndCutToTheInterval() throws SQLException {
    event("1", "Held", "B", 10, 20L);
    event("2", "paused", "B", 15, 30L);
    event("3", "Held", "B", 30, 40L); // touches
    event("4", "Held", "B", 50, 50L); // no time at all
    event("5", "Alarm", "B", 60, 70L);
    event("6", "Held", "C", 60, 70L);
    event("7", "Held", "B", 80, null);
    event("8", "Held", null, 42, 44L);
    HeldTimes held = held();
    assertThat(held.activeNs("B", 0, 100)).containsExactly(0, 10, 40, 80);
    assertThat(held.heldSeconds("B", 0, 100)).isEqualTo(50e-9);
    assertThat(held.activeNs("B", 20, 90)).containsExactly(40, 80);
    assertThat(held.activeNs("B", 40, 80)).containsExactly(40, 80);
    assertThat(held.activeNs("B", 15, 35)).isEmpty();
    event("7", "Held", "B", 80, 85L); // resumed
    assertThat(held().activeNs("B", 0, 100)).containsExactly(0, 10, 40, 80, 85, 100);
    assertThat(held().activeNs("unknown", 0, 100)).containsExactly(0, 100);
    assertThat(held().heldSeconds("unknown", 0, 100)).isZero();
  }

  @ParameterizedTest
  @MethodSource("io.tidemark.testing.Seeds#some")
  void everyInstantIsHeldIfAnEventSaysSo(long seed) throws SQLException {
    SplittableRandom random = new SplittableRandom(seed);
    boolean[] expected = new boolean[(int) NOW_NS];
    for (int i = 0; i < 12; i++) {
      int startNs = random.nextInt(0, 100);
      Long endNs = random.nextInt(8) == 0 ? null : (Long) (startNs + random.nextLong(0, 15));
      String batchId = random.nextInt(4) == 0 ? "C" : "B";
      event("E" + i, random.nextBoolean() ? "Held" : "Paused", batchId, startNs, endNs);
      if (batchId.equals("B")) {
        int until = endNs == null ? (int) NOW_NS : endNs.intValue();
        Arrays.fill(expected, startNs, until, true);
      }
    }
    HeldTimes held = held();
    for (int i = 0; i < 50; i++) {
      int startNs = random.nextInt(0, 110);
      int endNs = startNs + random.nextInt(1, 120 - startNs);
      List<Long> active = new ArrayList<>();
      for (long ns = startNs; ns < endNs; ns++) {
        if (!expected[(int) ns]) {
          boolean goesOn = !active.isEmpty() && active.getLast() == ns;
          active.add(goesOn ? active.removeLast() + 1 : ns);
          if (!goesOn) {
            active.add(ns + 1);
          }
        }
      }
      assertThat(held.activeNs("B", startNs, endNs))
          .isEqualTo(active.stream().mapToLong(Long::longValue).toArray());
      long still = IntStream.range(startNs, endNs).filter(ns -> expected[ns]).count();
      assertThat(held.heldSeconds("B", startNs, endNs)).isEqualTo(still / 1e9);
    }
  }
}
