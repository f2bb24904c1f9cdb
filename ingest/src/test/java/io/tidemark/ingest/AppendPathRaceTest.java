package io.tidemark.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.model.Direction;
import io.tidemark.model.Principal;
import io.tidemark.model.ReadView;
import io.tidemark.model.SampleBlock;
import io.tidemark.model.SampleCursor;
import io.tidemark.model.TagDefinition;
import io.tidemark.model.TimeRange;
import io.tidemark.model.WriteOrder;
import io.tidemark.testing.QueryContexts;
import io.tidemark.testing.Rounds;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Many sessions write through the ring while one thread appends, one forces and one seals: an
 * acknowledgement comes once, with its level, after its rows; sessions that share pooled builders
 * never share samples; a tag is made once, whoever comes first.
 */
@Timeout(120)
class AppendPathRaceTest {
  private static final long START = AppendPathHarness.START;
  private static final int WRITERS = 4;

  @TempDir Path folder;

  private static long rows(ReadView view, int tagId, int writer) {
    SampleBlock block = new SampleBlock();
    long rows = 0;
    try (SampleCursor cursor =
        view.scan(
            QueryContexts.permissive(view, START, ZoneOffset.UTC),
            tagId,
            TimeRange.ALL,
            Direction.FORWARD)) {
      for (int count; (count = cursor.next(block)) > 0; rows += count) {
        for (int row = 0; row < count; row++) {
          if (block.doubles()[row] != writer) {
            throw new AssertionError("writer " + writer + " has a row of " + block.doubles()[row]);
          }
        }
      }
    }
    return rows;
  }

  private static void write(AppendPathHarness harness, int writer, int requests) {
    Principal principal = new Principal("writer" + writer);
    String tag = "W" + writer;
    for (int request = 0; request < requests; request++) {
      AckLevel level = request % 3 == 0 ? AckLevel.JOURNALED : AckLevel.SYNCED;
      Ack ack;
      try (WriteSession session = harness.ingress.openSession(principal, level)) {
        for (int row = 0; row < 5; row++) {
          session.decimal(tag, START + request * 5L + row, writer, 0);
          session.decimal("shared" + request, START + writer, writer, 0);
        }
        ack = session.finish();
      }
      long sequence = ack.await(30, TimeUnit.SECONDS);
      long reached =
          level == AckLevel.SYNCED
              ? harness.store.writer().syncedSequence()
              : harness.store.writer().appendedSequence();
      if (sequence <= 0 || reached < sequence || ack.transactionTimeMicros() <= 0) {
        throw new AssertionError(level + " of " + sequence + " came at " + reached);
      }
      TagDefinition definition = harness.store.tags().find(tag);
      try (ReadView view = harness.store.openReadView()) {
        assertThat(WriteOrder.journalSequence(view.upToOrder())).isGreaterThanOrEqualTo(sequence);
        assertThat(rows(view, definition.id(), writer)).isEqualTo((request + 1) * 5L);
      }
    }
  }

  @Test
  void everyAcknowledgementComesOnceAndAfterWhatItPromises() throws Exception {
    int requests = Rounds.of(150);
    ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();
    try (AppendPathHarness harness = new AppendPathHarness(folder).start()) {
      List<Thread> threads = new ArrayList<>();
      for (int w = 0; w < WRITERS; w++) {
        int writer = w;
        threads.add(
            Thread.ofPlatform()
                .start(
                    () -> {
                      try {
                        write(harness, writer, requests);
                      } catch (Throwable e) {
                        failures.add(e);
                      }
                    }));
      }
      for (Thread thread : threads) {
        thread.join();
      }
      assertThat(failures).isEmpty();
      assertThat(harness.store.tags().size()).isEqualTo(WRITERS + requests);
      for (TagDefinition tag : harness.store.tags().all()) {
        assertThat(harness.store.tags().byId(tag.id())).isEqualTo(tag);
        assertThat(harness.store.tags().find(tag.name())).isEqualTo(tag);
      }
      // All slots came back: none is missing, none is there twice.
      assertThat(openAll(harness.path.acks())).isEqualTo(1024);
    }
  }

  private static int openAll(AckTable acks) {
    List<Integer> slots = new ArrayList<>();
    for (int i = 0; i < 1024; i++) {
      slots.add(acks.open(AckLevel.SYNCED).slot());
    }
    assertThat(slots).doesNotHaveDuplicates();
    return slots.size();
  }
}
