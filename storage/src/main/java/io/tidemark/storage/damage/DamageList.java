package io.tidemark.storage.damage;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The damage found since the store was opened, each part once. Bounded. Safe from any thread. */
public final class DamageList {
  /** Most entries kept; what is found beyond is only counted, once each time. */
  public static final int ENTRIES_MAX = 4096;

  private static final Logger LOG = LoggerFactory.getLogger(DamageList.class);

  /**
   * What was found.
   *
   * @param total parts; at least the length of the list
   * @param rows rows that are lost
   * @param entries in the order they were found, at most {@link #ENTRIES_MAX}
   */
  public record Report(long total, long rows, List<Damage> entries) {}

  private record Place(String file, String part, int tagId, long offset) {}

  private final LongSupplier epochMicros;
  private final Map<Place, Damage> entries = new LinkedHashMap<>();
  private long beyond;
  private long rows;

  /**
   * An empty list.
   *
   * @param epochMicros wall clock, microseconds since the epoch
   */
  public DamageList(LongSupplier epochMicros) {
    this.epochMicros = epochMicros;
  }

  /** Notes that rows of a block cannot be read. */
  public void block(
      String file,
      int tagId,
      int block,
      long offset,
      long firstTimeNs,
      long lastTimeNs,
      long lostRows,
      Throwable cause) {
    add(file, "block", tagId, block, offset, firstTimeNs, lastTimeNs, lostRows, text(cause));
  }

  /** Notes that a whole segment cannot be read, whatever tags it holds. */
  public void segment(
      String file, long firstTimeNs, long lastTimeNs, long lostRows, Throwable cause) {
    add(file, "segment", -1, -1, 0, firstTimeNs, lastTimeNs, lostRows, text(cause));
  }

  /** Notes that a part cannot be read for which another copy serves. */
  public void spare(String file, String part, Throwable cause) {
    add(file, part, -1, -1, 0, 0, 0, 0, text(cause));
  }

  /** Notes that a journal file is damaged in a way that says nothing of the frames it lost. */
  public void journal(String file, String message) {
    add(file, "journal", -1, -1, 0, 0, 0, 0, message);
  }

  private static String text(Throwable cause) {
    String message = cause.getMessage();
    return message == null ? cause.toString() : message;
  }

  private synchronized void add(
      String file,
      String part,
      int tagId,
      int block,
      long offset,
      long firstTimeNs,
      long lastTimeNs,
      long lostRows,
      String message) {
    Place place = new Place(file, part, tagId, offset);
    if (entries.containsKey(place)) {
      return;
    }
    if (entries.size() == ENTRIES_MAX) {
      beyond++;
      return;
    }
    rows += lostRows;
    entries.put(
        place,
        new Damage(
            file,
            part,
            tagId,
            block,
            offset,
            firstTimeNs,
            lastTimeNs,
            lostRows,
            epochMicros.getAsLong(),
            message));
    LOG.error(
        "damage found: file={}, part={}, tagId={}, block={}, offset={}, rows={}: {}",
        file,
        part,
        tagId,
        block,
        offset,
        lostRows,
        message);
  }

  /** What was found so far. */
  public synchronized Report report() {
    return new Report(entries.size() + beyond, rows, List.copyOf(entries.values()));
  }
}
