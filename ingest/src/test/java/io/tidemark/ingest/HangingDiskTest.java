package io.tidemark.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.model.Principal;
import io.tidemark.testing.HangingDisk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A disk whose forces hang: nothing is acknowledged, memory stays bounded, and it goes on. */
class HangingDiskTest {
  private static final Principal WRITER = new Principal("writer");

  @TempDir Path folder;

  @Test
  @Timeout(value = 2, unit = TimeUnit.MINUTES)
  void writersArePushedBackAndNobodyIsToldThatItIsSafe() throws IOException {
    HangingDisk hanging = new HangingDisk();
    try (AppendPathHarness harness = new AppendPathHarness(hanging.disk(), folder).start()) {
      send(harness, 0).await(30, TimeUnit.SECONDS);
      hanging.hang();
      List<Ack> open = new ArrayList<>();
      HistorianException refusal = null;
      for (int i = 1; refusal == null; i++) {
        try {
          open.add(send(harness, i));
        } catch (HistorianException e) {
          refusal = e;
        }
      }
      assertThat(refusal.code()).isEqualTo(ErrorCode.BACK_PRESSURED);
      assertThat(open.size()).isGreaterThan(10);
      Ack first = open.getFirst();
      assertThatThrownBy(() -> first.await(50, TimeUnit.MILLISECONDS))
          .isInstanceOfSatisfying(
              HistorianException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.UNAVAILABLE));
      assertThat(harness.path.syncAgent().forceUnderWayNanos()).isPositive();
      assertThat(harness.store.writer().syncedSequence())
          .isLessThan(harness.store.writer().appendedSequence());
      hanging.release();
      for (Ack ack : open) {
        ack.await(60, TimeUnit.SECONDS);
      }
      assertThat(send(harness, 1_000_000).await(30, TimeUnit.SECONDS)).isPositive();
      assertThat(harness.path.syncAgent().forceUnderWayNanos()).isZero();
    }
    try (AppendPathHarness harness = new AppendPathHarness(folder)) {
      assertThat(harness.store.recovery().missing()).isEmpty();
    }
  }

  /** One request of one sample. */
  private static Ack send(AppendPathHarness harness, long number) {
    WriteSession session = harness.ingress.openSession(WRITER, AckLevel.SYNCED);
    try {
      session.decimal("T", AppendPathHarness.START + number, number, 0);
      return session.finish();
    } finally {
      session.close();
    }
  }
}
