package io.tidemark.demo;

import io.tidemark.engine.Historian;
import io.tidemark.engine.Historian.TagChange;
import io.tidemark.engine.HistorianEngine;
import io.tidemark.ingest.AckLevel;
import io.tidemark.ingest.WriteSession;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.model.Principal;
import io.tidemark.model.TimeRange;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The demo plant's way into a server in the same process: the ordinary sessions and context writes.
 */
public final class EngineTarget implements DemoTarget {
  private static final long ACK_TIMEOUT_SECONDS = 60;

  private final HistorianEngine engine;

  /** A target over a running engine. */
  public EngineTarget(HistorianEngine engine) {
    this.engine = engine;
  }

  @Override
  public void defineTags(List<DemoTag> tags) {
    for (DemoTag tag : tags) {
      engine.putTag(
          tag.name(),
          new TagChange(
              tag.type().label(),
              tag.uom(),
              tag.description(),
              tag.stepped(),
              Double.isNaN(tag.rangeLow()) ? null : tag.rangeLow(),
              Double.isNaN(tag.rangeHigh()) ? null : tag.rangeHigh(),
              tag.states().isEmpty() ? null : tag.states(),
              null,
              null),
          Principal.SYSTEM);
    }
  }

  @Override
  public void context(String bulkJson) {
    Historian.BulkResult result = engine.putContextBulk(bulkJson, Principal.SYSTEM);
    if (!result.errors().isEmpty()) {
      throw new HistorianException(
          ErrorCode.INTERNAL, "the plant's own context was refused: " + result.errors().getFirst());
    }
  }

  @Override
  public void write(DemoPlant plant, TimeRange range) {
    List<DemoTag> tags = plant.tags();
    try (WriteSession session = engine.openSession(Principal.SYSTEM, AckLevel.SYNCED)) {
      plant.generate(
          range,
          new DemoSink() {
            @Override
            public void number(int tagIndex, long timeNs, double value, int status) {
              session.decimal(tags.get(tagIndex).name(), timeNs, value, status);
            }

            @Override
            public void state(int tagIndex, long timeNs, int ordinal, int status) {
              session.integer(tags.get(tagIndex).name(), timeNs, ordinal, status);
            }

            @Override
            public void text(int tagIndex, long timeNs, String text, int status) {
              session.text(tags.get(tagIndex).name(), timeNs, text, status);
            }

            @Override
            public void absent(int tagIndex, long timeNs, int status) {
              session.absent(tags.get(tagIndex).name(), timeNs, status);
            }
          });
      session.finish().await(ACK_TIMEOUT_SECONDS, TimeUnit.SECONDS);
    }
  }
}
