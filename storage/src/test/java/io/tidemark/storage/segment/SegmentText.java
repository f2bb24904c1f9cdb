package io.tidemark.storage.segment;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.model.DamageRule;
import io.tidemark.model.SampleBlock;
import io.tidemark.model.SampleStatistics;
import io.tidemark.model.SampleStatistics.Count;
import io.tidemark.model.SampleStatistics.Real;
import io.tidemark.model.SampleType;
import io.tidemark.storage.damage.DamageList;
import io.tidemark.storage.io.Disk;
import io.tidemark.storage.io.StoreDirectory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;

/** What a segment holds, line by line as {@code read_segment.py} prints it, but read in Java. */
record SegmentText(List<String> rows, List<String> statistics, List<String> frames) {
  /** Reads all of a segment and checks statistics against rows. */
  static SegmentText read(Path folder, UUID storeId, long segmentId) {
    SegmentText text = new SegmentText(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    DamageList damage = new DamageList(() -> 0L);
    StoreDirectory directory = StoreDirectory.open(Disk.REAL, folder);
    try (SegmentReader segment = SegmentReader.open(directory, storeId, segmentId, damage)) {
      segment.verifyBytes();
      for (int tag : segment.tagIds()) {
        segment.chunks(tag).forEach(text::chunk);
      }
      FrameLog frames = segment.frames();
      for (int i = 0; i < frames.count(); i++) {
        text.frames.add(frame(frames, i));
      }
    }
    assertThat(damage.report().entries()).isEmpty();
    return text;
  }

  /** Places and frames, which the copy of an index holds, without the segment itself. */
  static SegmentText readCopy(Path folder, UUID storeId, long segmentId) {
    SegmentText text = new SegmentText(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    StoreDirectory directory = StoreDirectory.open(Disk.REAL, folder);
    IndexArea copy = IndexCopy.read(directory, storeId, segmentId);
    for (SegmentDirectory.Entry entry : copy.directory().entries()) {
      text.places(entry.tagId(), entry.type(), copy.chunk(entry));
    }
    FrameLog frames = copy.frames();
    for (int i = 0; i < frames.count(); i++) {
      text.frames.add(frame(frames, i));
    }
    return text;
  }

  private void chunk(Chunk chunk) {
    ChunkIndex index = requireNonNull(chunk.index(DamageRule.STRICT));
    places(chunk.tagId(), chunk.type(), index);
    int top = -1;
    if (index.hasStatistics() || index.blockCount() > 1) {
      assertThat(index.hasStatistics()).isTrue();
      // Of few blocks only their own nodes are stored.
      top = index.blockCount() > ChunkIndex.FAN_OUT ? index.levelCount() - 1 : 0;
    }
    SampleStatistics stored = new SampleStatistics();
    SampleStatistics ofRows = new SampleStatistics();
    for (int level = top; level >= 0; level--) {
      for (int node = 0; node < index.nodeCount(level); node++) {
        index.statistics(level, node, stored);
        assertThat(chunk.recompute(index, level, node, ofRows)).isTrue();
        if (!stored.sameAs(ofRows)) {
          assertThat(node(chunk.tagId(), chunk.type(), level, node, stored))
              .as("statistics of the rows")
              .isEqualTo(node(chunk.tagId(), chunk.type(), level, node, ofRows));
        }
        statistics.add(node(chunk.tagId(), chunk.type(), level, node, stored));
      }
    }
    SampleBlock block = new SampleBlock();
    try (BlockDecoder decoder = BlockDecoder.take()) {
      for (int i = 0; i < index.blockCount(); i++) {
        chunk.segment().read(index, i, decoder, block, DamageRule.STRICT);
        rows(chunk.tagId(), block, rows);
      }
    }
  }

  /** Adds a line for each row. */
  static void rows(int tagId, SampleBlock block, List<String> lines) {
    for (int row = 0; row < block.count(); row++) {
      lines.add(
          start(tagId, block.type())
              + field("time", block.sourceTimesNs()[row])
              + ",\"value\":"
              + value(block, row)
              + ",\"status\":"
              + Integer.toUnsignedString(block.statuses()[row])
              + ",\"flags\":"
              + Byte.toUnsignedInt(block.flags()[row])
              + field("order", block.orders()[row])
              + "}");
    }
  }

  private static String value(SampleBlock block, int row) {
    if (!block.isPresent(row)) {
      return "null";
    }
    if (block.type() == SampleType.STRING) {
      return quoted(requireNonNull(block.texts()[row]));
    }
    return block.type().isIntegral()
        ? "\"" + block.longs()[row] + "\""
        : "\"" + bits(block.doubles()[row]) + "\"";
  }

  private void places(int tagId, SampleType type, ChunkIndex index) {
    for (int i = 0; i < index.blockCount(); i++) {
      ChunkIndex.Block block = index.block(i);
      boolean sharesBorder =
          i > 0 && index.lastTimeNs(i - 1) == block.firstTimeNs()
              || i + 1 < index.blockCount() && index.firstTimeNs(i + 1) == block.lastTimeNs();
      statistics.add(
          start(tagId, type)
              + (",\"block\":" + i)
              + field("offset", block.offset())
              + (",\"length\":" + block.length())
              + (",\"crc\":\"" + HexFormat.of().toHexDigits(block.crc()) + "\"")
              + (",\"flags\":" + ((block.hasEqualTimes() ? 1 : 0) | (sharesBorder ? 2 : 0)))
              + field("rows", block.rows())
              + field("first time", block.firstTimeNs())
              + field("last time", block.lastTimeNs())
              + field("smallest order", block.firstOrder())
              + field("greatest order", block.lastOrder())
              + "}");
    }
  }

  private static String node(
      int tagId, SampleType type, int level, int node, SampleStatistics statistics) {
    StringBuilder line = new StringBuilder(start(tagId, type));
    line.append(",\"level\":").append(level).append(",\"node\":").append(node);
    line.append(field("rows", statistics.get(Count.ROWS)))
        .append(field("first time", statistics.get(Count.FIRST_TIME)))
        .append(field("last time", statistics.get(Count.LAST_TIME)))
        .append(field("good", statistics.get(Count.GOOD)))
        .append(field("uncertain", statistics.get(Count.UNCERTAIN)))
        .append(field("bad", statistics.get(Count.BAD)))
        .append(field("usable", statistics.get(Count.USABLE)))
        .append(field("first usable", statistics.get(Count.FIRST_USABLE)))
        .append(field("last usable", statistics.get(Count.LAST_USABLE)))
        .append(field("minimum time", statistics.get(Count.MINIMUM_TIME)))
        .append(field("maximum time", statistics.get(Count.MAXIMUM_TIME)))
        .append(field("good time", statistics.get(Count.GOOD_NS)))
        .append(field("held time", statistics.get(Count.HELD_NS)))
        .append(field("longest gap", statistics.get(Count.LONGEST_GAP_NS)))
        .append(field("decreases", statistics.get(Count.DECREASES)));
    if (type.isNumeric() || type == SampleType.DIGITAL) {
      line.append(field("first", bits(statistics.get(Real.FIRST))))
          .append(field("last", bits(statistics.get(Real.LAST))));
    }
    if (type.isNumeric()) {
      line.append(field("minimum", bits(statistics.get(Real.MINIMUM))))
          .append(field("maximum", bits(statistics.get(Real.MAXIMUM))))
          .append(field("sum", bits(statistics.get(Real.SUM))))
          .append(field("squares", bits(statistics.get(Real.SQUARES))))
          .append(field("stepped integral", bits(statistics.get(Real.STEPPED_INTEGRAL))))
          .append(field("sloped integral", bits(statistics.get(Real.SLOPED_INTEGRAL))))
          .append(field("stepped squares", bits(statistics.get(Real.STEPPED_SQUARES))))
          .append(field("sloped squares", bits(statistics.get(Real.SLOPED_SQUARES))))
          .append(field("rises", bits(statistics.get(Real.RISES))));
    }
    if (type == SampleType.BOOL || type == SampleType.DIGITAL) {
      line.append(",\"states\":").append(states(statistics));
    }
    return line.append('}').toString();
  }

  private static String states(SampleStatistics statistics) {
    if (statistics.stateCount() < 0) {
      return "null";
    }
    List<String> states = new ArrayList<>();
    for (int i = 0; i < statistics.stateCount(); i++) {
      states.add(
          "[\"%d\",\"%d\",\"%d\"]"
              .formatted(statistics.state(i), statistics.stateRows(i), statistics.stateNs(i)));
    }
    return "[" + String.join(",", states) + "]";
  }

  private static String frame(FrameLog frames, int index) {
    return "{\"sequence\":\""
        + frames.sequence(index)
        + "\""
        + field("transaction time", frames.transactionTimeMicros(index))
        + field("producer", frames.producerId(index))
        + "}";
  }

  private static String start(int tagId, SampleType type) {
    return "{\"tag\":" + tagId + ",\"type\":\"" + type.label() + "\"";
  }

  private static String field(String name, long value) {
    return field(name, Long.toString(value));
  }

  private static String field(String name, String value) {
    return ",\"" + name + "\":\"" + value + "\"";
  }

  private static String bits(double value) {
    return HexFormat.of().toHexDigits(Double.doubleToRawLongBits(value));
  }

  /** Text in JSON, everything but printable ASCII escaped. */
  private static String quoted(String text) {
    StringBuilder quoted = new StringBuilder("\"");
    for (char c : text.toCharArray()) {
      switch (c) {
        case '"', '\\' -> quoted.append('\\').append(c);
        case '\n' -> quoted.append("\\n");
        case '\t' -> quoted.append("\\t");
        default -> {
          if (c >= ' ' && c <= '~') {
            quoted.append(c);
          } else {
            quoted.append("\\u").append(HexFormat.of().toHexDigits(c));
          }
        }
      }
    }
    return quoted.append('"').toString();
  }
}
