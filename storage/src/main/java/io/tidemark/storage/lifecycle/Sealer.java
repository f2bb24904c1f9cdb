package io.tidemark.storage.lifecycle;

import io.tidemark.model.Direction;
import io.tidemark.model.SampleBlock;
import io.tidemark.model.SampleType;
import io.tidemark.model.TimeRange;
import io.tidemark.storage.hot.HotTable;
import io.tidemark.storage.io.StoreDirectory;
import io.tidemark.storage.manifest.Manifest;
import io.tidemark.storage.scan.SampleRun;
import io.tidemark.storage.scan.ScanFilter;
import io.tidemark.storage.segment.SegmentWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Writes frozen tables into level-0 segments. Lossless: all versions are kept, only exact repeats
 * of a sample (same time, value, flags and status) are dropped.
 */
public final class Sealer {
  /* Text of one block; a block is cut early rather than grow with 64 KiB strings. */
  private static final int BLOCK_TEXT_CHARS_MAX = 1 << 20;

  private static final ScanFilter EVERYTHING =
      new ScanFilter(TimeRange.ALL, Direction.FORWARD, Long.MIN_VALUE, Long.MAX_VALUE);

  private Sealer() {}

  /** Writes all samples of a frozen table into a new segment and commits the file. */
  public static Manifest.Segment writeSegment(
      HotTable table, StoreDirectory directory, UUID storeId, long segmentId) throws IOException {
    try (SegmentWriter writer = new SegmentWriter(directory, storeId, segmentId)) {
      for (int tagId : table.tagIds()) {
        SampleRun run = table.run(tagId, EVERYTHING);
        if (run != null) {
          writeTag(writer, tagId, run);
        }
      }
      SegmentWriter.Written written = writer.commit(table.frames());
      return new Manifest.Segment(
          segmentId,
          0,
          written.rows(),
          written.bytes(),
          written.firstTimeNs(),
          written.lastTimeNs(),
          written.firstOrder(),
          written.lastOrder());
    }
  }

  /** A tag's rows come sorted; a tag that changed its type gets one chunk per type. */
  private static void writeTag(SegmentWriter writer, int tagId, SampleRun run) throws IOException {
    Map<SampleType, List<SampleBlock>> others = new EnumMap<>(SampleType.class);
    SampleType first = null;
    SampleBlock out = new SampleBlock();
    while (run.ensureLoaded()) {
      SampleBlock in = run.block();
      if (first == null) {
        first = in.type();
        out.reset(first);
        writer.startChunk(tagId, first);
      }
      if (in.type() == first) {
        copy(in, run.row(), out, writer);
      } else {
        SampleBlock rest = new SampleBlock();
        rest.reset(in.type());
        rest.appendRange(in, run.row(), in.count() - run.row());
        others.computeIfAbsent(in.type(), type -> new ArrayList<>()).add(rest);
      }
      run.advance(in.count() - run.row());
    }
    if (out.count() > 0) {
      writer.append(out);
    }
    for (Map.Entry<SampleType, List<SampleBlock>> other : others.entrySet()) {
      writer.startChunk(tagId, other.getKey());
      out.reset(other.getKey());
      for (SampleBlock block : other.getValue()) {
        copy(block, 0, out, writer);
      }
      if (out.count() > 0) {
        writer.append(out);
      }
    }
  }

  private static void copy(SampleBlock in, int from, SampleBlock out, SegmentWriter writer)
      throws IOException {
    long textChars = 0;
    for (int row = from; row < in.count(); row++) {
      if (in.type() == SampleType.STRING) {
        String text = in.texts()[row];
        textChars += text == null ? 0 : text.length();
      }
      if (out.count() == SampleBlock.CAPACITY || textChars > BLOCK_TEXT_CHARS_MAX) {
        writer.append(out);
        out.reset(in.type());
        textChars = 0;
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
}
