package io.tidemark.engine;

import io.tidemark.ingest.AckLevel;
import io.tidemark.ingest.Ingress;
import io.tidemark.ingest.TagChange;
import io.tidemark.ingest.WriteSession;
import io.tidemark.model.HistorianException;
import io.tidemark.model.Principal;
import io.tidemark.model.SampleType;
import io.tidemark.model.StatusCodes;
import io.tidemark.model.TagDefinition;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the server's metrics into the store itself, as tags {@code sys.*} beside those of the
 * plant: {@code tidemark_ring_fill_ratio} is {@code sys.ring.fill.ratio}. One thread.
 */
final class SysTags {
  private static final Logger LOG = LoggerFactory.getLogger(SysTags.class);
  private static final String PREFIX = "tidemark.";
  private static final Map<String, String> UNITS = Map.of("bytes", "By", "seconds", "s");

  private final EngineMetrics metrics;
  private final Ingress ingress;
  private final LongSupplier epochNs;
  private final Map<String, TagDefinition> tags = new HashMap<>();

  SysTags(EngineMetrics metrics, Ingress ingress, LongSupplier epochNs) {
    this.metrics = metrics;
    this.ingress = ingress;
    this.epochNs = epochNs;
  }

  /** Writes a sample of each metric, at one time. Does not wait for the disk. */
  void write() {
    long nowNs = epochNs.getAsLong();
    try (WriteSession session = ingress.openSession(Principal.SYSTEM, AckLevel.JOURNALED)) {
      metrics.read(
          (name, description, unit, value) -> {
            if (name.startsWith(PREFIX) && Double.isFinite(value)) {
              session.decimal(tag(name, description, unit), nowNs, value, StatusCodes.GOOD);
            }
          });
      session.finish();
    } catch (HistorianException e) {
      LOG.warn("metrics are not stored this time: {}", e.getMessage());
    }
  }

  private TagDefinition tag(String name, String description, @Nullable String unit) {
    return tags.computeIfAbsent(
        "sys." + name.substring(PREFIX.length()),
        tag ->
            ingress
                .putTag(
                    tag,
                    new TagChange(
                        SampleType.FLOAT64,
                        unit == null ? null : UNITS.getOrDefault(unit, unit),
                        description,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null),
                    Principal.SYSTEM)
                .tag());
  }
}
