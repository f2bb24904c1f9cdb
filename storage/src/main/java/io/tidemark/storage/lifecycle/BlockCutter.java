package io.tidemark.storage.lifecycle;

import io.tidemark.model.SampleBlock;
import io.tidemark.model.SampleType;
import io.tidemark.model.WriteOrder;
import io.tidemark.storage.segment.SegmentWriter;
import io.tidemark.storage.segment.SequenceSet;
import java.io.IOException;

/**
 * Cuts a tag's rows, which come in (time, order), into blocks of a segment. Exact repeats of the
 * row before (same time, value, flags and status) are left out; rows of one time stay in one block
 * where they fit.
 *
 * <p>A row's place in its frame is not kept, only that among the tag's rows of the same frame and
 * time: where many tags change now and then, the place says as much as ten bits a row, and all that
 * asks for it is which of several samples of one time is the last. Belongs to one writer.
 */
final class BlockCutter {
  /* Text of one block; a block is cut early rather than grow with 64 KiB strings. */
  private static final int BLOCK_TEXT_CHARS_MAX = 1 << 20;

  private final SegmentWriter writer;
  private final SampleBlock out = new SampleBlock();
  private final SequenceSet sequences;
  private long textChars;
  private long lastTimeNs;
  private long lastOrder;

  /**
   * One that has cut nothing yet.
   *
   * @param firstSequence no row came with a frame below it
   */
  BlockCutter(SegmentWriter writer, long firstSequence) {
    this.writer = writer;
    sequences = new SequenceSet(firstSequence);
  }

  /** Starts the chunk of a tag; the one before was finished. */
  void start(int tagId, SampleType type) {
    writer.startChunk(tagId, type);
    out.reset(type);
    textChars = 0;
    lastOrder = -1;
  }

  /** Adds rows of a block. */
  void append(SampleBlock in, int from, int to) throws IOException {
    int row = from;
    while (row < to) {
      int end = in.type() == SampleType.STRING ? row : endOfLater(in, row, to);
      if (end > row) {
        out.appendRange(in, row, end - row);
        long[] orders = out.orders();
        for (int at = out.count() - (end - row); at < out.count(); at++) {
          orders[at] = WriteOrder.of(WriteOrder.journalSequence(orders[at]), 0);
        }
        lastTimeNs = out.sourceTimesNs()[out.count() - 1];
        lastOrder = orders[out.count() - 1];
        row = end;
      } else {
        appendRow(in, row++);
      }
    }
  }

  /** End of the rows from one on that fit and are each later than the one before. */
  private int endOfLater(SampleBlock in, int from, int to) {
    long[] times = in.sourceTimesNs();
    if (lastOrder != -1 && times[from] <= lastTimeNs) {
      return from;
    }
    int end = Math.min(to, from + SampleBlock.CAPACITY - out.count());
    int row = from + 1;
    while (row < end && times[row] > times[row - 1]) {
      row++;
    }
    return Math.min(row, end);
  }

  private void appendRow(SampleBlock in, int row) throws IOException {
    if (in.type() == SampleType.STRING) {
      String text = in.texts()[row];
      textChars += text == null ? 0 : text.length();
    }
    if (out.count() == SampleBlock.CAPACITY || textChars > BLOCK_TEXT_CHARS_MAX) {
      cut(in.sourceTimesNs()[row]);
    }
    out.appendFrom(in, row);
    int last = out.count() - 1;
    number(last);
    if (last > 0
        && out.sourceTimesNs()[last] == out.sourceTimesNs()[last - 1]
        && out.sameContent(last, last - 1)) {
      out.count(last);
    }
  }

  private void number(int row) {
    long time = out.sourceTimesNs()[row];
    long sequence = WriteOrder.journalSequence(out.orders()[row]);
    boolean follows = time == lastTimeNs && sequence == WriteOrder.journalSequence(lastOrder);
    lastTimeNs = time;
    lastOrder = WriteOrder.of(sequence, follows ? WriteOrder.index(lastOrder) + 1 : 0);
    out.orders()[row] = lastOrder;
  }

  /** Writes what is there, but for rows of the time that comes next. */
  private void cut(long nextTimeNs) throws IOException {
    int count = out.count();
    int keep = count;
    while (keep > 0 && out.sourceTimesNs()[keep - 1] == nextTimeNs) {
      keep--;
    }
    if (keep == 0 || keep == count) {
      flush();
      return;
    }
    SampleBlock rest = new SampleBlock();
    rest.reset(out.type());
    rest.appendRange(out, keep, count - keep);
    out.count(keep);
    flush();
    out.appendRange(rest, 0, rest.count());
  }

  private void flush() throws IOException {
    if (out.count() > 0) {
      sequences.addOrders(out.orders(), out.count());
      writer.append(out);
      out.count(0);
    }
    textChars = 0;
  }

  /** Frames that the rows written came with. */
  SequenceSet sequences() {
    return sequences;
  }

  /** Ends the chunk. */
  void finish() throws IOException {
    flush();
  }
}
