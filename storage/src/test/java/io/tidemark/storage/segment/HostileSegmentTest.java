package io.tidemark.storage.segment;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.model.DamageRule;
import io.tidemark.model.SampleBlock;
import io.tidemark.model.SampleStatistics;
import io.tidemark.model.SampleType;
import io.tidemark.storage.codec.ByteOutput;
import io.tidemark.storage.damage.DamageList;
import io.tidemark.storage.io.FileEnvelope;
import io.tidemark.storage.io.StoreDirectory;
import io.tidemark.testing.FaultDisk;
import io.tidemark.testing.Mutations;
import io.tidemark.testing.SampleGenerators;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Blocks and segments with crafted lengths, counts and offsets and the right checksums: refused, or
 * read as something, at a price that the file's size bounds.
 */
@Timeout(300)
class HostileSegmentTest {
  private static final Path FOLDER = Path.of("/segments");
  private static final UUID STORE = new UUID(1, 2);
  private static final long START = 1_700_000_000_000_000_000L;
  private static final int BLOCKS = 400;
  private static final int SEGMENTS = 300;
  private static final int CHUNK_BLOCKS = 40;

  /* An exception and a line of the log for each block that cannot be read. */
  private static final long BLOCK_DAMAGE_BYTES = 1 << 16;

  private static SampleBlock block(SampleType type, long seed, int rows) {
    SampleBlock block = new SampleBlock();
    block.reset(type);
    long[] times = SampleGenerators.times(seed, rows, START);
    double[] reals = SampleGenerators.reals(type, seed, rows);
    long[] integrals = SampleGenerators.integrals(type, seed, rows);
    int[] statuses = SampleGenerators.statuses(seed, rows);
    for (int i = 0; i < rows; i++) {
      switch (type) {
        case FLOAT64, FLOAT32 -> block.appendDouble(times[i], reals[i], true, statuses[i]);
        case STRING -> block.appendText(times[i], "text " + integrals[i] % 5, statuses[i]);
        case INT64, INT32, BOOL, DIGITAL ->
            block.appendLong(times[i], integrals[i], true, statuses[i]);
      }
      block.orders()[i] = (100L + seed) << 16 | i;
    }
    return block;
  }

  @ParameterizedTest
  @MethodSource("io.tidemark.testing.Seeds#some")
  void hostileBlocksAreRefusedOrRead(long seed) {
    Random random = new Random(seed);
    BlockFormat format = new BlockFormat();
    SampleBlock into = new SampleBlock();
    into.texts();
    for (SampleType type : SampleType.values()) {
      SampleBlock block = block(type, seed, 1 + random.nextInt(SampleBlock.CAPACITY));
      ByteOutput honest = new ByteOutput(1024);
      format.encode(block, new SharedColumns(), 64, honest);
      byte[] bytes = Arrays.copyOf(honest.array(), honest.length());
      for (int i = 0; i < BLOCKS; i++) {
        // Half of them cut as well.
        int length = random.nextBoolean() ? bytes.length : 1 + random.nextInt(bytes.length);
        byte[] hostile = Arrays.copyOf(bytes, length);
        Mutations.mutate(hostile, 0, hostile.length, random);
        CRC32C crc = new CRC32C();
        crc.update(hostile);
        ChunkIndex index = new ChunkIndex(1, type);
        index.add(64, length, (int) crc.getValue(), block, new SampleStatistics());
        Mutations.survives(
            "seed=" + seed + ", type=" + type + ", i=" + i,
            8L * length,
            () ->
                format.decode(
                    hostile,
                    index,
                    0,
                    BlockFormat.Columns.ALL,
                    into,
                    (at, count, to) -> false,
                    "x"));
      }
    }
  }

  private static FaultDisk segment(long seed) throws IOException {
    FaultDisk disk = new FaultDisk();
    StoreDirectory directory = StoreDirectory.open(disk, FOLDER);
    FrameLog frames = new FrameLog();
    for (int i = 0; i < 20; i++) {
      frames.add(100 + seed + i, 5_000 + i, i % 3);
    }
    try (SegmentWriter writer = new SegmentWriter(directory, STORE, 7)) {
      int tag = 3;
      for (SampleType type : SampleType.values()) {
        writer.startChunk(tag++, type);
        writer.append(block(type, seed, 40));
      }
      writer.startChunk(tag, SampleType.DIGITAL); // of many blocks: statistics of two levels
      SampleBlock block = new SampleBlock();
      for (int i = 0; i < CHUNK_BLOCKS; i++) {
        block.reset(SampleType.DIGITAL);
        for (int row = 0; row < 3; row++) {
          block.appendLong(START + i * 10L + row, (i + row) % 5, true, 0);
          block.orders()[row] = (100L + seed) << 16;
        }
        writer.append(block);
      }
      writer.commit(frames);
    }
    return disk;
  }

  private static void read(FaultDisk disk) {
    DamageList damage = new DamageList(() -> 0L);
    StoreDirectory directory = StoreDirectory.open(disk, FOLDER);
    try (SegmentReader segment = SegmentReader.open(directory, STORE, 7, damage)) {
      segment.scrub();
      segment.frames();
    }
  }

  @ParameterizedTest
  @MethodSource("io.tidemark.testing.Seeds#some")
  void hostileSegmentsAreRefusedOrRead(long seed) throws IOException {
    Random random = new Random(seed);
    FaultDisk disk = segment(seed);
    Path file = FOLDER.resolve(SegmentWriter.fileName(7));
    Path copy = FOLDER.resolve(IndexCopy.fileName(7));
    byte[] honest = disk.bytes(file).clone();
    int footer = honest.length - FileEnvelope.FOOTER_LENGTH;
    ByteBuffer parsed = ByteBuffer.wrap(honest).order(ByteOrder.LITTLE_ENDIAN);
    int index = (int) parsed.getLong(footer + 16);
    int directory = footer - 8 - parsed.getInt(footer - 8);
    long bytesMax = 64L * honest.length + CHUNK_BLOCKS * BLOCK_DAMAGE_BYTES;
    for (int i = 0; i < SEGMENTS; i++) {
      byte[] hostile = disk.bytes(file);
      System.arraycopy(honest, 0, hostile, 0, honest.length);
      int part = random.nextInt(4);
      int from = part == 0 ? 4 : part == 1 ? index : part == 2 ? footer + 8 : directory;
      int to = part == 0 ? 60 : part == 1 ? directory : part == 2 ? footer + 24 : footer - 8;
      Mutations.mutate(hostile, from, to, random);
      ByteBuffer bytes = ByteBuffer.wrap(hostile).order(ByteOrder.LITTLE_ENDIAN);
      bytes.putInt(60, FileEnvelope.crc(bytes, 0, 60));
      if (part == 1) {
        repairIndexes(bytes, index, directory, footer);
      }
      bytes.putInt(footer - 4, FileEnvelope.crc(bytes, directory, footer - 8 - directory));
      bytes.putInt(footer + 24, FileEnvelope.crc(bytes, 0, footer));
      bytes.putInt(footer + 28, FileEnvelope.crc(bytes, footer, 28));
      String what = "seed=" + seed + ", i=" + i;
      // With its copy, which then serves, and without.
      Mutations.survives(what, bytesMax, () -> read(disk));
      FaultDisk alone = disk.afterKill();
      alone.delete(copy);
      Mutations.survives(what + ", alone", bytesMax, () -> read(alone));
    }
  }

  /** Makes the checksums of chunk indexes and frames those of the bytes. */
  private static void repairIndexes(ByteBuffer bytes, int index, int directory, int footer) {
    int frames = (int) bytes.getLong(directory + 16);
    int framesLength = bytes.getInt(directory + 24);
    bytes.putInt(directory + 28, FileEnvelope.crc(bytes, frames, framesLength));
    int entry = directory + 36 + bytes.getInt(directory + 32) + 4;
    for (; entry < footer - 8; entry += SegmentDirectory.ENTRY_LENGTH) {
      int length = bytes.getInt(entry + 12);
      int offset = (int) bytes.getLong(entry + 16);
      assertThat(offset).isBetween(index, directory);
      int statisticsLength = varint(bytes, offset + 4);
      if (statisticsLength >= 0 && statisticsLength <= directory - offset - length) {
        bytes.putInt(offset, FileEnvelope.crc(bytes, offset + length, statisticsLength));
      }
      bytes.putInt(entry + 24, FileEnvelope.crc(bytes, offset, length));
    }
  }

  private static int varint(ByteBuffer bytes, int from) {
    long value = 0;
    for (int at = from, shift = 0; shift < 35; at++, shift += 7) {
      value |= (bytes.get(at) & 0x7FL) << shift;
      if (bytes.get(at) >= 0) {
        break;
      }
    }
    return value > Integer.MAX_VALUE ? -1 : (int) value;
  }

  @Test
  void aBlockInTheOthersPlaceIsNoticed() throws IOException {
    FaultDisk disk = new FaultDisk();
    StoreDirectory directory = StoreDirectory.open(disk, FOLDER);
    SampleBlock block = new SampleBlock();
    block.reset(SampleType.INT64);
    for (int i = 0; i < 10; i++) {
      block.appendLong(START + i, 42, true, 0);
      block.orders()[i] = 1L << 16 | i;
    }
    try (SegmentWriter writer = new SegmentWriter(directory, STORE, 7)) {
      for (int tag = 0; tag < 2; tag++) {
        Arrays.fill(block.longs(), 0, 10, 42 + tag); // the same length, times and orders
        writer.startChunk(tag, SampleType.INT64);
        writer.append(block);
      }
      FrameLog frames = new FrameLog();
      frames.add(1, 1, 0);
      writer.commit(frames);
    }
    DamageList damage = new DamageList(() -> 0L);
    try (SegmentReader segment = SegmentReader.open(directory, STORE, 7, damage)) {
      ChunkIndex.Block first = index(segment, 0).block(0);
      ChunkIndex.Block second = index(segment, 1).block(0);
      assertThat(first.length()).isEqualTo(second.length());
      byte[] bytes = disk.bytes(FOLDER.resolve(SegmentWriter.fileName(7)));
      byte[] kept = Arrays.copyOfRange(bytes, (int) first.offset(), (int) second.offset());
      System.arraycopy(bytes, (int) second.offset(), bytes, (int) first.offset(), kept.length);
      System.arraycopy(kept, 0, bytes, (int) second.offset(), kept.length);
    }
    try (SegmentReader segment = SegmentReader.open(directory, STORE, 7, damage)) {
      try (BlockDecoder decoder = BlockDecoder.take()) {
        for (int tag = 0; tag < 2; tag++) {
          ChunkIndex index = index(segment, tag);
          assertThat(segment.read(index, 0, decoder, block, DamageRule.CONTAIN)).isFalse();
        }
      }
    }
    assertThat(damage.report().entries()).hasSize(2);
  }

  private static ChunkIndex index(SegmentReader segment, int tag) {
    return requireNonNull(segment.chunks(tag).getFirst().index(DamageRule.STRICT));
  }
}
