package io.tidemark.storage.hot;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.tidemark.model.Direction;
import io.tidemark.model.SampleFlags;
import io.tidemark.model.SampleFrame;
import io.tidemark.model.SampleFrameBuilder;
import io.tidemark.model.SampleType;
import io.tidemark.model.TimeRange;
import io.tidemark.storage.scan.SampleRun;
import io.tidemark.storage.scan.ScanFilter;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.junit.jupiter.api.Test;

final class HotRowsTest {
  private static final int TAGS = 200;
  private static final int FRAMES = 1500;

  private static final ScanFilter ALL =
      new ScanFilter(TimeRange.ALL, Direction.FORWARD, Long.MIN_VALUE, Long.MAX_VALUE);

  private final ByteBuffer bytes = scan();
  private final SampleFrame frame = new SampleFrame();
  private long sequence;

  private static ByteBuffer scan() {
    SampleFrameBuilder builder = new SampleFrameBuilder();
    for (int tag = 0; tag < TAGS; tag++) {
      builder.addDouble(tag, 1_000, tag, 0);
    }
    return builder.encode(0);
  }

  private void fill(HotTable table, int frames) {
    for (int i = 0; i < frames; i++) {
      frame.wrap(bytes, 0, bytes.remaining());
      sequence++;
      frame.seal(1, sequence, sequence);
      frame.openRows();
      table.append(frame);
    }
  }

  /** Sequence of the first row of a tag and its rows. */
  private static String rows(HotTable table, int tagId) {
    SampleRun run = Objects.requireNonNull(table.run(tagId, ALL));
    long count = 0;
    long sum = 0;
    while (run.ensureLoaded()) {
      for (int row = run.row(); row < run.block().count(); row++) {
        sum += run.block().orders()[row] ^ Double.doubleToLongBits(run.block().doubles()[row]);
        count++;
      }
      run.advance(run.block().count() - run.row());
    }
    return count + " " + sum;
  }

  @Test
  void tablesThatFollowOneAnotherFillTheSameMemory() {
    HotTable table = new HotTable();
    fill(table, FRAMES);
    for (int i = 0; i < 3; i++) {
      HotTable next = table.successor();
      table.release();
      table = next;
      fill(table, FRAMES);
    }
    HotTable next = table.successor();
    table.release();
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    fill(next, FRAMES);
    long allocated = threads.getCurrentThreadAllocatedBytes() - before;
    assertThat(next.rows()).isEqualTo((long) TAGS * FRAMES);
    assertThat((double) allocated / next.rows()).as("bytes a row").isLessThan(1.0);
  }

  @Test
  void whatSomebodyReadsIsNotFilledAgain() {
    HotTable first = new HotTable();
    fill(first, 300);
    String was = rows(first, 7);
    assertThat(first.retain()).isTrue();
    HotTable second = first.successor();
    first.release();
    fill(second, 600);
    assertThat(rows(first, 7)).isEqualTo(was);
    first.release();
    assertThat(first.retain()).isFalse();
    HotTable third = second.successor();
    fill(third, 300);
    assertThat(rows(third, 7)).startsWith("300 ");
    assertThat(rows(second, 7)).startsWith("600 ");
  }

  @Test
  void whatABurstTookIsGivenBack() {
    HotRows rows = new HotRows();
    HotTable burst = new HotTable(rows);
    fill(burst, 2000);
    giveBackAndTakeOne(rows, burst);
    assertThat(rows.freeBytes()).isGreaterThan(1 << 20);
    for (int i = 0; i < 3; i++) {
      HotTable small = new HotTable(rows);
      fill(small, 1);
      giveBackAndTakeOne(rows, small);
    }
    assertThat(rows.freeBytes()).isLessThan(1 << 20);
  }

  /** Takes chunks of the largest size until all that was given back is taken apart. */
  private static void giveBackAndTakeOne(HotRows rows, HotTable table) {
    table.release();
    for (int i = 0; i < TAGS; i++) {
      rows.take(SampleType.FLOAT64, 1);
    }
  }

  @Test
  void aChunkServesAnotherType() {
    HotTable doubles = new HotTable();
    fill(doubles, 40);
    HotTable longs = doubles.successor();
    doubles.release();
    SampleFrameBuilder builder = new SampleFrameBuilder();
    for (int i = 0; i < 20; i++) {
      builder.add(5, SampleType.INT64, i, i, SampleFlags.PRESENT, 0);
    }
    ByteBuffer encoded = builder.encode(0);
    frame.wrap(encoded, 0, encoded.remaining());
    frame.seal(1, 1, 1);
    frame.openRows();
    longs.append(frame);
    SampleRun run = Objects.requireNonNull(longs.run(5, ALL));
    assertThat(run.ensureLoaded()).isTrue();
    assertThat(run.block().type()).isEqualTo(SampleType.INT64);
    assertThat(run.block().longs()[15]).isEqualTo(15);
    assertThat(run.block().count()).isEqualTo(16);
  }
}
