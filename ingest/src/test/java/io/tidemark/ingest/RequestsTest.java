package io.tidemark.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.model.Direction;
import io.tidemark.model.DuplicateRule;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.model.Principal;
import io.tidemark.model.ReadView;
import io.tidemark.model.SampleBlock;
import io.tidemark.model.SampleCursor;
import io.tidemark.model.SampleType;
import io.tidemark.model.TimeRange;
import io.tidemark.testing.QueryContexts;
import java.io.IOException;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Numbered requests, and what is refused for its time. */
class RequestsTest {
  private static final Principal WRITER = new Principal("writer");
  private static final long START = AppendPathHarness.START;

  @TempDir Path folder;

  private static long send(
      AppendPathHarness harness, @Nullable RequestId id, int samples, long firstNs) {
    WriteSession session = harness.ingress.openSession(WRITER, AckLevel.SYNCED, id);
    for (int i = 0; i < samples; i++) {
      session.decimal("T", firstNs + i, i, 0);
    }
    Ack ack = session.finish();
    harness.step();
    return ack.await(1, TimeUnit.SECONDS);
  }

  private static int rows(AppendPathHarness harness) throws IOException {
    int rows = 0;
    SampleBlock block = new SampleBlock();
    try (ReadView view = harness.store.openReadView();
        SampleCursor cursor =
            view.scan(
                QueryContexts.permissive(
                    view, START, ZoneOffset.UTC, io.tidemark.model.VersionMode.ALL),
                harness.store.tags().find("T").id(),
                TimeRange.ALL,
                Direction.FORWARD)) {
      for (int count; (count = cursor.next(block)) > 0; ) {
        rows += count;
      }
    }
    return rows;
  }

  private static ErrorCode refusal(Runnable send) {
    try {
      send.run();
      throw new AssertionError("nothing was refused");
    } catch (HistorianException e) {
      return e.code();
    }
  }

  @Test
  void aRequestOfManyFramesIsStoredOnceHoweverOftenItIsSent() throws IOException {
    try (AppendPathHarness harness = new AppendPathHarness(folder)) {
      int samples = 200_000; // several frames
      long first = send(harness, new RequestId("line-1", 1, 1), samples, START);
      long frames = harness.path.appendAgent().frames();
      assertThat(frames).isGreaterThan(3);
      long again = send(harness, new RequestId("line-1", 1, 1), samples, START);
      assertThat(again).isGreaterThanOrEqualTo(first);
      assertThat(harness.path.appendAgent().frames()).isEqualTo(frames);
      assertThat(harness.path.appendAgent().repeats()).isPositive();
      assertThat(rows(harness)).isEqualTo(samples);
      send(harness, new RequestId("line-1", 1, 2), 10, START + samples);
      send(harness, new RequestId("line-2", 1, 1), 10, START + samples + 10);
      assertThat(rows(harness)).isEqualTo(samples + 20);
      assertThat(refusal(() -> send(harness, new RequestId("line-1", 1, 4), 1, START)))
          .isEqualTo(ErrorCode.SEQUENCE_GAP);
      send(harness, new RequestId("line-1", 2, 1), 1, START);
      assertThat(refusal(() -> send(harness, new RequestId("line-1", 1, 3), 1, START)))
          .isEqualTo(ErrorCode.EPOCH_FENCED);
    }
  }

  @Test
  void aRequestWithoutSamplesCountsToo() throws IOException {
    try (AppendPathHarness harness = new AppendPathHarness(folder)) {
      send(harness, new RequestId("line-1", 1, 1), 1, START);
      send(harness, new RequestId("line-1", 1, 2), 0, START);
      send(harness, new RequestId("line-1", 1, 2), 0, START);
      send(harness, new RequestId("line-1", 1, 3), 1, START + 1);
      assertThat(rows(harness)).isEqualTo(2);
    }
    try (AppendPathHarness harness = new AppendPathHarness(folder)) {
      send(harness, new RequestId("line-1", 1, 3), 1, START + 1);
      send(harness, new RequestId("line-1", 1, 4), 1, START + 2);
      assertThat(rows(harness)).isEqualTo(3);
    }
  }

  @Test
  void namesAndNumbersOfRequestsAreChecked() {
    assertThatThrownBy(() -> new RequestId(" ", 1, 1)).isInstanceOf(HistorianException.class);
    assertThatThrownBy(() -> new RequestId("a\nb", 1, 1)).isInstanceOf(HistorianException.class);
    assertThatThrownBy(() -> new RequestId("a", 0, 1)).isInstanceOf(HistorianException.class);
    assertThatThrownBy(() -> new RequestId("a", 1, 0)).isInstanceOf(HistorianException.class);
  }

  @Test
  void aClockThatIsSetBackRefusesNobodyWhoseClockIsRight() {
    AtomicLong wall = new AtomicLong(1_000_000);
    AtomicLong monotonic = new AtomicLong(77);
    GuardClock clock = new GuardClock(wall::get, monotonic::get);
    monotonic.addAndGet(10);
    wall.addAndGet(10);
    assertThat(clock.nowNs()).isEqualTo(1_000_010);
    wall.addAndGet(-7_200);
    monotonic.addAndGet(5);
    assertThat(clock.nowNs()).isEqualTo(1_000_015);
    wall.addAndGet(20_000);
    assertThat(clock.nowNs()).isEqualTo(1_012_810);
  }

  @Test
  void onlyForecastsMayBeFarAhead() throws IOException {
    try (AppendPathHarness harness = new AppendPathHarness(folder)) {
      harness.ingress.putTag(
          "T",
          new TagChange(SampleType.FLOAT64, null, null, null, null, null, null, null, true),
          WRITER);
      long tomorrow = START + 86_400_000_000_000L;
      send(harness, null, 1, tomorrow);
      assertThat(rows(harness)).isEqualTo(1);
      harness.ingress.putTag(
          "T", new TagChange(null, null, null, null, null, null, null, null, false), WRITER);
      assertThat(refusal(() -> send(harness, null, 1, tomorrow)))
          .isEqualTo(ErrorCode.TOO_FAR_IN_FUTURE);
    }
  }

  @Test
  void aSecondSampleThatIsRejectedIsToldAndTheRestIsStored() throws IOException {
    try (AppendPathHarness harness = new AppendPathHarness(folder)) {
      harness.ingress.putTag(
          "T",
          new TagChange(null, null, null, null, null, null, null, DuplicateRule.REJECT, null),
          WRITER);
      send(harness, null, 10, START);
      WriteSession session = harness.ingress.openSession(WRITER, AckLevel.SYNCED);
      session.decimal("T", START + 3, 99, 0);
      session.decimal("T", START + 4, 4, 0); // the same again
      session.decimal("T", START + 11, 11, 0);
      Ack ack = session.finish();
      harness.step();
      ack.await(1, TimeUnit.SECONDS);
      assertThat(ack.samplesRejected()).isEqualTo(1);
      assertThat(ack.rejections())
          .singleElement()
          .satisfies(
              e -> {
                assertThat(e.code()).isEqualTo(ErrorCode.DUPLICATE);
                assertThat(e.messageText()).contains("tag=\"T\"");
              });
      assertThat(harness.path.appendAgent().rejectedSamples()).isEqualTo(1);
    }
  }
}
