package io.tidemark.storage;

import io.tidemark.catalog.TagTable;
import io.tidemark.model.SampleBlock;
import io.tidemark.model.TagDefinition;
import io.tidemark.storage.io.EnvelopeCheck;
import io.tidemark.storage.io.FileBytes;
import io.tidemark.storage.io.Finding;
import io.tidemark.storage.manifest.Manifest;
import io.tidemark.storage.segment.ChunkIndex;
import io.tidemark.storage.segment.SegmentInspector;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Checks segments against what the manifest says about them. One thread. */
final class SegmentCheck {
  private static final int TAGS_NAMED_MAX = 10;

  private final StoreVerifier verifier;
  private final TagTable tags;
  private final CheckTally tally;
  private final @Nullable UUID storeId;
  private final SampleBlock block = new SampleBlock();

  SegmentCheck(StoreVerifier verifier, TagTable tags, CheckTally tally, @Nullable UUID storeId) {
    this.verifier = verifier;
    this.tags = tags;
    this.tally = tally;
    this.storeId = storeId;
  }

  /** What is lost with a whole segment. */
  static String lost(Manifest.Segment segment) {
    return segment.rows() == 0
        ? "all samples of the segment"
        : "all "
            + segment.rows()
            + " samples of the segment, of all its tags, source times "
            + StoreVerifier.range(segment.firstTimeNs(), segment.lastTimeNs());
  }

  /**
   * Checks a segment.
   *
   * @param claim what the manifest says; rows are 0 if no manifest says anything
   * @return whether all of its rows can be read
   */
  boolean check(FileBytes file, Manifest.Segment claim) throws IOException {
    boolean isClaimed = claim.rows() > 0;
    SegmentInspector segment =
        new SegmentInspector(
            file,
            new EnvelopeCheck.Claim(
                SegmentInspector.MAGIC,
                storeId,
                claim.id(),
                isClaimed ? claim.bytes() : -1,
                lost(claim)),
            this::accept);
    if (!segment.indexIsWhole()) {
      return false;
    }
    boolean checksBytes = verifier.mode() != StoreVerifier.Mode.QUICK;
    boolean bodyIsWhole = !checksBytes || segment.bodyIsWhole();
    Walk walk = new Walk(segment, verifier.mode() == StoreVerifier.Mode.DEEP, checksBytes);
    boolean whole = segment.index(walk::chunk, walk::frame);
    if (!bodyIsWhole && whole && walk.faults == 0) {
      // Each block is one, then; but one of them is another one's.
      walk = new Walk(segment, true, true);
      walk.isCounted = false;
      segment.index(walk::chunk, (sequence, time, producer) -> {});
    }
    if (isClaimed && whole) {
      compare(file.name(), claim, walk);
    }
    reportUndefined(file.name(), claim, walk.undefined);
    return whole && bodyIsWhole && walk.faults == 0;
  }

  private void accept(Finding finding) {
    Integer tagId = finding.tagId();
    TagDefinition tag = tagId == null ? null : tags.byId(tagId);
    tally.accept(tagId == null || tag == null ? finding : finding.ofTag(tagId, tag.name()));
  }

  private final class Walk {
    private final SegmentInspector segment;
    private final boolean decodes;
    private final boolean checksBytes;
    private final TreeSet<Integer> undefined = new TreeSet<>();
    private boolean isCounted = true;
    private int faults;
    private long rows;
    private long firstTimeNs = Long.MAX_VALUE;
    private long lastTimeNs = Long.MIN_VALUE;
    private long firstOrder = Long.MAX_VALUE;
    private long lastOrder = Long.MIN_VALUE;
    private long lastFrame = Long.MIN_VALUE;
    private boolean framesAscend = true;
    private long firstFrame = Long.MAX_VALUE;

    Walk(SegmentInspector segment, boolean decodes, boolean checksBytes) {
      this.segment = segment;
      this.decodes = decodes;
      this.checksBytes = checksBytes;
    }

    void frame(long sequence, long transactionTimeMicros, long producerId) {
      framesAscend &= sequence > lastFrame;
      firstFrame = Math.min(firstFrame, sequence);
      lastFrame = Math.max(lastFrame, sequence);
    }

    void chunk(ChunkIndex chunk) throws IOException {
      if (tags.byId(chunk.tagId()) == null) {
        undefined.add(chunk.tagId());
      }
      firstTimeNs = Math.min(firstTimeNs, chunk.firstTimeNs());
      lastTimeNs = Math.max(lastTimeNs, chunk.lastTimeNs());
      firstOrder = Math.min(firstOrder, chunk.firstOrder());
      lastOrder = Math.max(lastOrder, chunk.lastOrder());
      long borderTime = Long.MIN_VALUE;
      long borderOrder = Long.MIN_VALUE;
      for (int i = 0; i < chunk.blockCount(); i++) {
        ChunkIndex.Block place = chunk.block(i);
        rows += place.rows();
        if (isCounted && checksBytes) {
          tally.block(place.rows());
        }
        Finding fault = checksBytes ? segment.checkBytes(chunk, i) : null;
        if (fault == null && decodes) {
          fault = segment.checkRows(chunk, i, block);
          if (fault == null) {
            long time = block.sourceTimesNs()[0];
            long order = block.orders()[0];
            if (time < borderTime || (time == borderTime && order <= borderOrder)) {
              fault = border(chunk, i, "block begins before the one ahead of it ends");
            }
            borderTime = block.sourceTimesNs()[block.count() - 1];
            borderOrder = block.orders()[block.count() - 1];
          }
        } else if (place.firstTimeNs() < borderTime) {
          fault = fault != null ? fault : border(chunk, i, "blocks are not in the order of time");
        } else {
          borderTime = place.lastTimeNs();
          borderOrder = Long.MIN_VALUE;
        }
        if (fault != null) {
          faults++;
          accept(fault);
        }
      }
    }

    private Finding border(ChunkIndex chunk, int index, String what) {
      ChunkIndex.Block place = chunk.block(index);
      return Finding.damage(segment.name(), what)
          .at(place.offset())
          .inBlock(index)
          .ofTag(chunk.tagId(), null)
          .between(place.firstTimeNs(), place.lastTimeNs())
          .losing("answers may be wrong around the block");
    }
  }

  private void compare(String name, Manifest.Segment claim, Walk walk) {
    List<String> should = new ArrayList<>();
    List<String> is = new ArrayList<>();
    differ("rows", claim.rows(), walk.rows, should, is);
    differ("firstTimeNs", claim.firstTimeNs(), walk.firstTimeNs, should, is);
    differ("lastTimeNs", claim.lastTimeNs(), walk.lastTimeNs, should, is);
    differ("firstOrder", claim.firstOrder(), walk.firstOrder, should, is);
    differ("lastOrder", claim.lastOrder(), walk.lastOrder, should, is);
    if (!should.isEmpty()) {
      accept(
          Finding.damage(name, "manifest says other things about the segment than its index")
              .expected(String.join(", ", should), String.join(", ", is))
              .losing("samples outside of what the manifest says may be left out of answers"));
    }
    if (!walk.framesAscend
        || walk.firstFrame > claim.firstOrder() >>> 16
        || walk.lastFrame < claim.lastOrder() >>> 16) {
      accept(
          Finding.damage(name, "list of frames does not fit the samples")
              .expected(
                  "sequences "
                      + (claim.firstOrder() >>> 16)
                      + ".."
                      + (claim.lastOrder() >>> 16)
                      + ", ascending",
                  walk.firstFrame + ".." + walk.lastFrame)
              .losing("who wrote some samples, and when"));
    }
  }

  private static void differ(
      String field, long claim, long index, List<String> should, List<String> is) {
    if (claim != index) {
      should.add(field + "=" + claim);
      is.add(field + "=" + index);
    }
  }

  private void reportUndefined(String name, Manifest.Segment claim, SortedSet<Integer> undefined) {
    if (undefined.isEmpty() || verifier.mode() != StoreVerifier.Mode.DEEP) {
      return;
    }
    List<Integer> some = undefined.stream().limit(TAGS_NAMED_MAX).toList();
    Finding finding =
        Finding.damage(name, "tags are not defined anywhere")
            .ofTag(undefined.first(), null)
            .expected("", undefined.size() + " tags, ids " + some)
            .losing("name and definition of these tags, and so the way to their samples");
    accept(claim.rows() > 0 ? finding.between(claim.firstTimeNs(), claim.lastTimeNs()) : finding);
  }

  /** Looks for samples that two segments hold. Only those whose write orders overlap can. */
  void rowsInTwoSegments(List<Manifest.Segment> segments) {
    for (int i = 0; i < segments.size(); i++) {
      for (int k = i + 1; k < segments.size(); k++) {
        Manifest.Segment a = segments.get(i);
        Manifest.Segment b = segments.get(k);
        if (a.rows() > 0
            && b.rows() > 0
            && a.firstOrder() <= b.lastOrder()
            && b.firstOrder() <= a.lastOrder()) {
          verifier.segmentAgain(
              a,
              storeId,
              first ->
                  verifier.segmentAgain(
                      b,
                      storeId,
                      second -> {
                        try {
                          compareRows(first, second);
                        } catch (IOException e) {
                          throw new UncheckedIOException(e);
                        }
                      }));
        }
      }
    }
  }

  private void compareRows(SegmentInspector first, SegmentInspector second) throws IOException {
    List<ChunkIndex> chunks = new ArrayList<>();
    second.index(chunks::add, (sequence, time, producer) -> {});
    first.index(
        chunk -> {
          for (ChunkIndex other : chunks) {
            if (other.tagId() == chunk.tagId()
                && other.firstOrder() <= chunk.lastOrder()
                && chunk.firstOrder() <= other.lastOrder()
                && other.firstTimeNs() <= chunk.lastTimeNs()
                && chunk.firstTimeNs() <= other.lastTimeNs()) {
              compareRows(first, chunk, second, other);
            }
          }
        },
        (sequence, time, producer) -> {});
  }

  private void compareRows(
      SegmentInspector first, ChunkIndex a, SegmentInspector second, ChunkIndex b)
      throws IOException {
    Rows left = new Rows(first, a);
    Rows right = new Rows(second, b);
    long both = 0;
    long firstNs = 0;
    long lastNs = 0;
    while (left.load() && right.load()) {
      int order = left.compareTo(right);
      if (order == 0) {
        firstNs = both == 0 ? left.timeNs() : firstNs;
        lastNs = left.timeNs();
        both++;
      }
      left.row += order <= 0 ? 1 : 0;
      right.row += order >= 0 ? 1 : 0;
    }
    if (both > 0) {
      accept(
          Finding.damage(second.name(), "samples are in two segments")
              .ofTag(a.tagId(), null)
              .between(firstNs, lastNs)
              .expected("", both + " samples are in " + first.name() + " too")
              .losing("nothing; all versions of these samples are shown twice"));
    }
  }

  /** Rows of a chunk, one after the other. */
  private static final class Rows {
    private final SegmentInspector segment;
    private final ChunkIndex chunk;
    private final SampleBlock block = new SampleBlock();
    private int next;
    private int row;

    Rows(SegmentInspector segment, ChunkIndex chunk) {
      this.segment = segment;
      this.chunk = chunk;
    }

    boolean load() throws IOException {
      while (row >= block.count()) {
        if (next == chunk.blockCount() || segment.checkRows(chunk, next++, block) != null) {
          return false;
        }
        row = 0;
      }
      return true;
    }

    long timeNs() {
      return block.sourceTimesNs()[row];
    }

    int compareTo(Rows other) {
      int times = Long.compare(timeNs(), other.timeNs());
      return times != 0
          ? times
          : Long.compare(block.orders()[row], other.block.orders()[other.row]);
    }
  }
}
