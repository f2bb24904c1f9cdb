package io.tidemark.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.model.Direction;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.Float32;
import io.tidemark.model.HistorianException;
import io.tidemark.model.Principal;
import io.tidemark.model.QueryContext;
import io.tidemark.model.ReadView;
import io.tidemark.model.SampleBlock;
import io.tidemark.model.SampleCursor;
import io.tidemark.model.SampleType;
import io.tidemark.model.TagDefinition;
import io.tidemark.model.TimeRange;
import io.tidemark.testing.QueryContexts;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class IngressTest {
  private static final long START = AppendPathHarness.START;
  private static final Principal WRITER = new Principal("writer");

  @TempDir Path folder;

  private static ErrorCode codeOf(Runnable action) {
    try {
      action.run();
      return null;
    } catch (HistorianException e) {
      return e.code();
    }
  }

  private static List<Double> values(AppendPathHarness harness, String tag) {
    List<Double> values = new ArrayList<>();
    TagDefinition definition = harness.store.tags().find(tag);
    SampleBlock block = new SampleBlock();
    try (ReadView view = harness.store.openReadView()) {
      QueryContext context = QueryContexts.permissive(view, START, ZoneOffset.UTC);
      try (SampleCursor cursor =
          view.scan(context, definition.id(), TimeRange.ALL, Direction.FORWARD)) {
        for (int count; (count = cursor.next(block)) > 0; ) {
          for (int row = 0; row < count; row++) {
            values.add(block.number(row));
          }
        }
      }
    }
    return values;
  }

  @Test
  void manyWritersLoseNothingAndSeeTheirOwnWrites() throws Exception {
    int writers = 4;
    int requests = 40;
    int rows = 500;
    try (AppendPathHarness harness = new AppendPathHarness(folder).start()) {
      List<Thread> threads = new ArrayList<>();
      List<Throwable> failures = java.util.Collections.synchronizedList(new ArrayList<>());
      for (int w = 0; w < writers; w++) {
        String tag = "W" + w;
        threads.add(
            Thread.ofPlatform()
                .start(
                    () -> {
                      try {
                        for (int request = 0; request < requests; request++) {
                          WriteSession session =
                              harness.ingress.openSession(WRITER, AckLevel.SYNCED);
                          for (int row = 0; row < rows; row++) {
                            int i = request * rows + row;
                            session.decimal(tag, START - 1_000_000_000L * i, i, 0);
                            session.decimal("shared", START + i, i, 0);
                          }
                          session.finish().await(30, TimeUnit.SECONDS);
                          assertThat(values(harness, tag)).hasSize((request + 1) * rows);
                        }
                      } catch (Throwable e) {
                        failures.add(e);
                      }
                    }));
      }
      for (Thread thread : threads) {
        thread.join();
      }
      assertThat(failures).isEmpty();
      assertThat(harness.store.sizes().segments()).isPositive();
    }
    try (AppendPathHarness harness = new AppendPathHarness(folder)) {
      for (int w = 0; w < writers; w++) {
        assertThat(values(harness, "W" + w)).hasSize(requests * rows);
      }
      assertThat(values(harness, "shared")).hasSize(requests * rows);
    }
  }

  @ParameterizedTest
  @EnumSource(AckLevel.class)
  void anAcknowledgementComesOnlyWithItsLevel(AckLevel level) throws Exception {
    try (AppendPathHarness harness = new AppendPathHarness(folder)) {
      WriteSession session = harness.ingress.openSession(WRITER, level);
      session.decimal("A", START, 1.0, 0);
      Ack ack = session.finish();
      assertThat(codeOf(() -> ack.await(0, TimeUnit.NANOSECONDS))).isEqualTo(ErrorCode.UNAVAILABLE);
      harness.path.appendAgent().doWork();
      assertThat(codeOf(() -> ack.await(0, TimeUnit.NANOSECONDS)))
          .isEqualTo(level == AckLevel.JOURNALED ? null : ErrorCode.UNAVAILABLE);
      harness.path.syncAgent().doWork();
      assertThat(ack.await(0, TimeUnit.NANOSECONDS)).isPositive();
    }
  }

  @Test
  void aFullRingPushesBackAndTakesAgainOnceDrained() throws Exception {
    try (AppendPathHarness harness = new AppendPathHarness(folder)) {
      WriteSession session = harness.ingress.openSession(WRITER, AckLevel.SYNCED);
      String text = "x".repeat(60_000);
      assertThatThrownBy(
              () -> {
                for (int i = 0; i < 1000; i++) {
                  session.text("T", START + i, text, 0);
                }
              })
          .isInstanceOfSatisfying(
              HistorianException.class,
              e -> assertThat(e.code()).isEqualTo(ErrorCode.BACK_PRESSURED));
      session.close();
      harness.step();
      WriteSession again = harness.ingress.openSession(WRITER, AckLevel.SYNCED);
      again.text("T", START, text, 0);
      Ack ack = again.finish();
      harness.step();
      assertThat(ack.await(0, TimeUnit.NANOSECONDS)).isPositive();
    }
  }

  @Test
  void aSessionWaitsForRoomAsLongAsItWasTold() throws Exception {
    try (AppendPathHarness harness = new AppendPathHarness(folder)) {
      WriteSession hasty = harness.ingress.openSession(WRITER, AckLevel.SYNCED);
      hasty.offerWait(0);
      String text = "x".repeat(60_000);
      assertThat(
              codeOf(
                  () -> {
                    for (int i = 0; i < 1000; i++) {
                      hasty.text("T", START + i, text, 0);
                    }
                  }))
          .isEqualTo(ErrorCode.BACK_PRESSURED);
      hasty.close();
      WriteSession patient = harness.ingress.openSession(WRITER, AckLevel.SYNCED);
      patient.offerWait(TimeUnit.MINUTES.toNanos(10));
      AtomicReference<Ack> ack = new AtomicReference<>();
      Thread writer =
          Thread.ofPlatform()
              .start(
                  () -> {
                    for (int i = 0; i < 200; i++) {
                      patient.text("T", START + i, text, 0);
                      patient.decimal("P", START + i, i, 0);
                    }
                    ack.set(patient.finish());
                  });
      while (writer.getState() != Thread.State.TIMED_WAITING) {
        assertThat(writer.isAlive()).isTrue();
      }
      while (writer.isAlive()) {
        harness.step();
      }
      harness.step();
      assertThat(ack.get().await(0, TimeUnit.NANOSECONDS)).isPositive();
      assertThat(values(harness, "P")).hasSize(200);
    }
  }

  @Test
  void everySampleIsJudgedAgainstItsTag() throws Exception {
    try (AppendPathHarness harness = new AppendPathHarness(folder)) {
      harness.ingress.putTag("I", TagChange.ofType(SampleType.INT64), WRITER);
      harness.ingress.putTag("F", TagChange.ofType(SampleType.FLOAT64), WRITER);
      harness.ingress.putTag("B", TagChange.ofType(SampleType.BOOL), WRITER);
      harness.ingress.putTag("S", TagChange.ofType(SampleType.STRING), WRITER);
      harness.ingress.putTag(
          "D",
          new TagChange(
              SampleType.DIGITAL,
              null,
              null,
              null,
              null,
              null,
              List.of("Closed", "Open"),
              null,
              null),
          WRITER);
      try (WriteSession session = harness.ingress.openSession(WRITER, AckLevel.SYNCED)) {
        assertThat(codeOf(() -> session.decimal("I", START, 1.5, 0)))
            .isEqualTo(ErrorCode.WRONG_TYPE);
        assertThat(codeOf(() -> session.integer("F", START, 7, 0))).isNull();
        assertThat(codeOf(() -> session.integer("B", START, 2, 0)))
            .isEqualTo(ErrorCode.OUT_OF_RANGE);
        assertThat(codeOf(() -> session.integer("S", START, 2, 0))).isEqualTo(ErrorCode.WRONG_TYPE);
        assertThat(codeOf(() -> session.text("F", START, "x", 0))).isEqualTo(ErrorCode.WRONG_TYPE);
        assertThat(codeOf(() -> session.text("D", START, "Ajar", 0)))
            .isEqualTo(ErrorCode.UNKNOWN_STATE);
        assertThat(codeOf(() -> session.text("D", START, "Open", 0))).isNull();
        assertThat(codeOf(() -> session.integer("D", START, 2, 0)))
            .isEqualTo(ErrorCode.OUT_OF_RANGE);
        assertThat(codeOf(() -> session.text("S", START, "x".repeat(70_000), 0)))
            .isEqualTo(ErrorCode.TOO_LONG);
        assertThat(codeOf(() -> session.decimal("F", START + 601_000_000_000L, 1, 0)))
            .isEqualTo(ErrorCode.TOO_FAR_IN_FUTURE);
        assertThat(codeOf(() -> session.decimal("a\u0000b", START, 1, 0)))
            .isEqualTo(ErrorCode.BAD_NAME);
        assertThat(codeOf(() -> session.decimal("x".repeat(600), START, 1, 0)))
            .isEqualTo(ErrorCode.TOO_LONG);
      }
    }
  }

  @Test
  void narrowTagsTakeWhatFitsAndNameTheLimit() throws Exception {
    try (AppendPathHarness harness = new AppendPathHarness(folder)) {
      harness.ingress.putTag("F", TagChange.ofType(SampleType.FLOAT32), WRITER);
      harness.ingress.putTag("I", TagChange.ofType(SampleType.INT32), WRITER);
      WriteSession session = harness.ingress.openSession(WRITER, AckLevel.SYNCED);
      session.decimal("F", START, 0.1, 0);
      session.integer("F", START + 1, 16_777_217, 0); // widens, and is rounded to even
      session.integer("F", START + 2, (1L << 54) + (1L << 30) + 1, 0); // once, not by a double
      session.decimal("F", START + 3, Double.NEGATIVE_INFINITY, 0);
      session.decimal("F", START + 4, -0.0, 0);
      session.decimal("F", START + 5, 1e-60, 0);
      session.decimal("F", START + 6, 0x1.fffffefffffffp127, 0); // nearest is the greatest
      session.decimal("F", START + 7, Float32.widen(Float.intBitsToFloat(0xffa0_0001)), 0);
      for (double value : new double[] {0x1.ffffffp127, -1e39, Double.MAX_VALUE}) {
        assertThatThrownBy(() -> session.decimal("F", START + 8, value, 0))
            .isInstanceOfSatisfying(
                HistorianException.class,
                e -> assertThat(e.code()).isEqualTo(ErrorCode.OUT_OF_RANGE))
            .hasMessageContaining("tag=\"F\", type=float32, value=" + value)
            .hasMessageContaining("allowed=-3.4028235E38 to 3.4028235E38");
      }
      for (long value : new long[] {Integer.MIN_VALUE, -1, Integer.MAX_VALUE}) {
        session.integer("I", START + value, value, 0);
      }
      for (long value : new long[] {1L << 31, -(1L << 31) - 1, 1L << 32, Long.MIN_VALUE}) {
        assertThatThrownBy(() -> session.integer("I", START, value, 0))
            .isInstanceOfSatisfying(
                HistorianException.class,
                e -> assertThat(e.code()).isEqualTo(ErrorCode.OUT_OF_RANGE))
            .hasMessageContaining("tag=\"I\", type=int32, value=" + value)
            .hasMessageContaining("allowed=-2147483648 to 2147483647");
      }
      assertThat(codeOf(() -> session.decimal("I", START, 1.0, 0))).isEqualTo(ErrorCode.WRONG_TYPE);
      assertThat(codeOf(() -> session.bool("I", START, true, 0))).isEqualTo(ErrorCode.WRONG_TYPE);
      assertThat(codeOf(() -> session.text("F", START, "1", 0))).isEqualTo(ErrorCode.WRONG_TYPE);
      session.finish();
      harness.step();
      assertThat(values(harness, "F").stream().map(Double::doubleToRawLongBits))
          .containsExactly(
              Double.doubleToRawLongBits(0.1f),
              Double.doubleToRawLongBits(16_777_216),
              Double.doubleToRawLongBits(0x1.000002p54),
              Double.doubleToRawLongBits(Double.NEGATIVE_INFINITY),
              Double.doubleToRawLongBits(-0.0),
              0L,
              Double.doubleToRawLongBits(Float.MAX_VALUE),
              0xfff4_0000_2000_0000L);
      assertThat(values(harness, "I"))
          .containsExactly((double) Integer.MIN_VALUE, -1.0, (double) Integer.MAX_VALUE);
    }
  }

  @Test
  void whoWroteAndWhoMadeATagIsRecorded() throws Exception {
    try (AppendPathHarness harness = new AppendPathHarness(folder)) {
      WriteSession session = harness.ingress.openSession(WRITER, AckLevel.SYNCED);
      session.decimal("A", START, 1.0, 0);
      Ack ack = session.finish();
      harness.step();
      ack.await(0, TimeUnit.NANOSECONDS);
      assertThat(harness.store.tags().find("A").changedBy()).isEqualTo("writer");
    }
    try (AppendPathHarness harness = new AppendPathHarness(folder)) {
      assertThat(harness.store.tags().find("A").changedBy()).isEqualTo("writer");
      assertThat(harness.store.tags().find("A").changedAtMicros()).isEqualTo(START / 1000);
      assertThat(harness.store.producers().find("writer")).isNotNull();
    }
  }

  @Test
  void aTagChangesItsDefinitionInVersions() throws Exception {
    try (AppendPathHarness harness = new AppendPathHarness(folder)) {
      TagDefinition first =
          harness.ingress.putTag("A", TagChange.ofType(SampleType.FLOAT64), WRITER).tag();
      assertThat(first.version()).isEqualTo(1);
      assertThat(harness.ingress.putTag("A", TagChange.ofType(SampleType.FLOAT64), WRITER).ack())
          .isNull();
      TagDefinition second =
          harness
              .ingress
              .putTag(
                  "A",
                  new TagChange(null, "degC", null, true, 0.0, 100.0, null, null, null),
                  WRITER)
              .tag();
      assertThat(second.id()).isEqualTo(first.id());
      assertThat(second.uuid()).isEqualTo(first.uuid());
      assertThat(second.version()).isEqualTo(2);
      assertThat(second.stepped()).isTrue();
      assertThat(
              codeOf(
                  () ->
                      harness.ingress.putTag(
                          "A",
                          new TagChange(null, null, null, null, 5.0, 1.0, null, null, null),
                          WRITER)))
          .isEqualTo(ErrorCode.OUT_OF_RANGE);
    }
  }
}
