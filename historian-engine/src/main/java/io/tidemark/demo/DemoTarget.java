package io.tidemark.demo;

import io.tidemark.model.TimeRange;
import java.util.List;

/**
 * The historian as the demo sees it. Called by one thread at a time; calls block until what they
 * were given is acknowledged. A resource that is short (back-pressure, disk) is a {@link
 * io.tidemark.model.HistorianException} of kind RESOURCES: the same call is then repeated later.
 * All calls can be repeated without harm.
 */
public interface DemoTarget {
  /** Creates the tags, or changes them to these definitions. */
  void defineTags(List<DemoTag> tags);

  /** Upserts context objects, {@code {"batches":[…],"steps":[…]}}. */
  void context(String bulkJson);

  /** Stores the samples that {@link DemoPlant#generate} gives for the range. */
  void write(DemoPlant plant, TimeRange range);
}
