package io.tidemark.storage.lifecycle;

import io.tidemark.model.SampleBlock;
import io.tidemark.model.SampleType;
import io.tidemark.storage.segment.SegmentWriter;
import io.tidemark.storage.segment.SequenceSet;
import java.io.IOException;

/**
 * Cuts a tag's rows, which come in (time, order), into blocks of a segment. Exact repeats of the
 * row before (same time, value, flags and status) are left out; rows of one time stay in one block
 * where they fit. Belongs to one writer.
 */
final class BlockCutter {
  /* Text of one block; a block is cut early rather than grow with 64 KiB strings. */
  private static final int BLOCK_TEXT_CHARS_MAX = 1 << 20;

  private static final long LATE_GAP_NS_MAX = 3_600_000_000_000L;

  private final SegmentWriter writer;
  private final long gapNsMax;
  private final SampleBlock out = new SampleBlock();
  private final SequenceSet sequences = new SequenceSet();
  private long textChars;

  /**
   * A cutter.
   *
   * @param gapNsMax a longer time between two rows ends a block: where rows are few, their blocks
   *     say nothing of the time between
   */
  BlockCutter(SegmentWriter writer, long gapNsMax) {
    this.writer = writer;
    this.gapNsMax = gapNsMax;
  }

  /** Of samples in order of time. */
  static BlockCutter ofMany(SegmentWriter writer) {
    return new BlockCutter(writer, Long.MAX_VALUE);
  }

  /** Of samples that came late, here and there. */
  static BlockCutter ofFew(SegmentWriter writer) {
    return new BlockCutter(writer, LATE_GAP_NS_MAX);
  }

  /** Starts the chunk of a tag; the one before was finished. */
  void start(int tagId, SampleType type) {
    writer.startChunk(tagId, type);
    out.reset(type);
    textChars = 0;
  }

  /** Adds rows of a block. */
  void append(SampleBlock in, int from, int to) throws IOException {
    for (int row = from; row < to; row++) {
      if (in.type() == SampleType.STRING) {
        String text = in.texts()[row];
        textChars += text == null ? 0 : text.length();
      }
      if (out.count() == SampleBlock.CAPACITY || textChars > BLOCK_TEXT_CHARS_MAX) {
        cut(in.sourceTimesNs()[row]);
      } else if (out.count() > 0 && isFar(in.sourceTimesNs()[row])) {
        flush();
      }
      out.appendFrom(in, row);
      int last = out.count() - 1;
      if (last > 0
          && out.sourceTimesNs()[last] == out.sourceTimesNs()[last - 1]
          && out.sameContent(last, last - 1)) {
        out.count(last);
      }
    }
  }

  private boolean isFar(long timeNs) {
    long gap = timeNs - out.sourceTimesNs()[out.count() - 1];
    return gap < 0 || gap > gapNsMax; // ascending: less than nothing is more than a long can say
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
