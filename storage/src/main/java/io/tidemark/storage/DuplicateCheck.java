package io.tidemark.storage;

import io.tidemark.catalog.TagTable;
import io.tidemark.model.DamageRule;
import io.tidemark.model.Direction;
import io.tidemark.model.DuplicateRule;
import io.tidemark.model.SampleBlock;
import io.tidemark.model.SampleFlags;
import io.tidemark.model.SampleFrame;
import io.tidemark.model.SampleType;
import io.tidemark.model.TagDefinition;
import io.tidemark.model.TimeRange;
import io.tidemark.model.WriteMode;
import io.tidemark.storage.hot.HotTable;
import io.tidemark.storage.scan.LostRanges;
import io.tidemark.storage.scan.SampleRun;
import io.tidemark.storage.scan.ScanFilter;
import io.tidemark.storage.segment.Chunk;
import io.tidemark.storage.segment.SegmentReader;
import io.tidemark.storage.segment.SegmentRun;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Finds samples whose storing depends on whether another of the same tag and time is there: those
 * of tags that take no second one, and those that are written by {@link WriteMode#INSERT} or {@link
 * WriteMode#REPLACE}. It rejects them in the frame: the verdict is journaled with it, so that a
 * replay need not find it again. Samples newer than all before them, nearly all of a live plant's,
 * cost one comparison. Writer's thread.
 */
final class DuplicateCheck {
  private static final int NEWEST_MAX = 1 << 20;

  private final TagTable tags;

  /* Greatest source time of each tag of that rule, once it was asked for. */
  private final Map<Integer, Long> newest = new HashMap<>();

  private long generation = -1;

  DuplicateCheck(TagTable tags) {
    this.tags = tags;
  }

  private record Place(int tagId, long timeNs) {}

  /** Whether a frame of a mode has to be looked at. */
  boolean mayReject(WriteMode mode) {
    return mode != WriteMode.UPDATE || tags.anyRejectsDuplicates();
  }

  /**
   * Rejects rows.
   *
   * @param frame its rows open
   * @return how many
   */
  int reject(SampleFrame frame, StoreSnapshot snapshot) {
    WriteMode mode = frame.mode();
    if (mode != WriteMode.UPDATE) {
      return rejectByMode(frame, mode, snapshot);
    }
    if (generation != tags.generation()) {
      newest.clear(); // a tag of another rule is not followed
      generation = tags.generation();
    }
    int rejected = 0;
    Map<Place, Integer> seen = null; // rows that are stored
    for (int row = 0; row < frame.rowCount(); row++) {
      int tagId = frame.tagId(row);
      TagDefinition tag = tags.byId(tagId);
      if (tag == null || tag.duplicates() != DuplicateRule.REJECT) {
        continue;
      }
      if (seen == null) {
        seen = new HashMap<>();
      }
      long timeNs = frame.timeNs(row);
      Place place = new Place(tagId, timeNs);
      Integer held = seen.get(place);
      boolean clashes =
          held != null
              ? !isSame(frame, held, row)
              : timeNs <= newest(tagId, snapshot) && clashes(frame, row, snapshot);
      if (!clashes) {
        seen.putIfAbsent(place, row);
      } else {
        frame.reject(row);
        rejected++;
      }
    }
    if (seen != null) {
      for (Place place : seen.keySet()) {
        newest.merge(place.tagId(), place.timeNs(), Math::max);
      }
      if (newest.size() > NEWEST_MAX) {
        newest.clear();
      }
    }
    return rejected;
  }

  private int rejectByMode(SampleFrame frame, WriteMode mode, StoreSnapshot snapshot) {
    int rejected = 0;
    Set<Place> stored = new HashSet<>();
    for (int row = 0; row < frame.rowCount(); row++) {
      Place place = new Place(frame.tagId(row), frame.timeNs(row));
      boolean isThere =
          stored.contains(place)
              || anyRun(place.tagId, place.timeNs, snapshot, SampleRun::ensureLoaded);
      if (isThere == (mode == WriteMode.INSERT)) {
        frame.reject(row);
        rejected++;
      } else {
        stored.add(place);
      }
    }
    return rejected;
  }

  private long newest(int tagId, StoreSnapshot snapshot) {
    Long known = newest.get(tagId);
    if (known != null) {
      return known;
    }
    long found = Long.MIN_VALUE;
    for (SegmentReader segment : snapshot.segments().segments()) {
      for (Chunk chunk : segment.chunks(tagId)) {
        found = Math.max(found, chunk.lastTimeNs());
      }
    }
    ScanFilter backward =
        new ScanFilter(TimeRange.ALL, Direction.BACKWARD, Long.MIN_VALUE, Long.MAX_VALUE);
    for (HotTable table : new @Nullable HotTable[] {snapshot.frozen(), snapshot.active()}) {
      SampleRun run = table == null ? null : table.run(tagId, backward);
      if (run != null && run.ensureLoaded()) {
        found = Math.max(found, run.block().sourceTimesNs()[run.row()]);
      }
    }
    newest.put(tagId, found);
    return found;
  }

  /** Whether another sample is there; an identical one is no clash. */
  private static boolean clashes(SampleFrame frame, int row, StoreSnapshot snapshot) {
    return anyRun(frame.tagId(row), frame.timeNs(row), snapshot, run -> clashes(frame, row, run));
  }

  /** Whether what is stored of a tag at a time, run by run, makes a condition true. */
  private static boolean anyRun(
      int tagId, long timeNs, StoreSnapshot snapshot, Predicate<SampleRun> condition) {
    if (timeNs == Long.MAX_VALUE) {
      return false; // no range holds it
    }
    ScanFilter filter =
        new ScanFilter(
            new TimeRange(timeNs, timeNs + 1), Direction.FORWARD, Long.MIN_VALUE, Long.MAX_VALUE);
    for (SegmentReader segment : snapshot.segments().segments()) {
      for (Chunk chunk : segment.chunks(tagId)) {
        if (chunk.firstTimeNs() <= timeNs
            && timeNs <= chunk.lastTimeNs()
            && condition.test(
                new SegmentRun(chunk, filter, DamageRule.CONTAIN, new LostRanges()))) {
          return true;
        }
      }
    }
    for (HotTable table : new @Nullable HotTable[] {snapshot.frozen(), snapshot.active()}) {
      SampleRun run = table == null ? null : table.run(tagId, filter);
      if (run != null && condition.test(run)) {
        return true;
      }
    }
    return false;
  }

  private static boolean clashes(SampleFrame frame, int row, SampleRun run) {
    while (run.ensureLoaded()) {
      SampleBlock block = run.block();
      for (int i = run.row(); i < block.count(); i++) {
        if (!isSame(frame, row, block, i)) {
          return true;
        }
      }
      run.advance(block.count() - run.row());
    }
    return false;
  }

  private static boolean isSame(SampleFrame frame, int a, int b) {
    return frame.status(a) == frame.status(b)
        && frame.flags(a) == frame.flags(b)
        && frame.typeCode(a) == frame.typeCode(b)
        && ((frame.flags(a) & SampleFlags.PRESENT) == 0
            || (frame.typeCode(a) == SampleType.STRING.code()
                ? frame.text(a).equals(frame.text(b))
                : frame.valueBits(a) == frame.valueBits(b)));
  }

  private static boolean isSame(SampleFrame frame, int row, SampleBlock block, int i) {
    if (frame.status(row) != block.statuses()[i]
        || frame.flags(row) != block.flags()[i]
        || frame.typeCode(row) != block.type().code()) {
      return false;
    }
    if ((frame.flags(row) & SampleFlags.PRESENT) == 0) {
      return true;
    }
    return block.type() == SampleType.STRING
        ? frame.text(row).equals(block.texts()[i])
        : frame.valueBits(row)
            == (block.type().isReal()
                ? Double.doubleToRawLongBits(block.doubles()[i])
                : block.longs()[i]);
  }
}
