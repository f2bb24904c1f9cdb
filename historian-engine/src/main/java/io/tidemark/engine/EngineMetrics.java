package io.tidemark.engine;

import io.tidemark.ingest.append.AppendPath;
import io.tidemark.storage.SampleStore;

/** Renders the server's counters in the Prometheus text format. No label names a tag. */
final class EngineMetrics {
  private final StringBuilder out = new StringBuilder();

  private EngineMetrics() {}

  static String text(SampleStore store, AppendPath path, long contextChanges) {
    SampleStore.Sizes sizes = store.sizes();
    EngineMetrics metrics = new EngineMetrics();
    metrics.counter(
        "tidemark_ingest_samples_total", "Samples appended.", path.appendAgent().samples());
    metrics.counter(
        "tidemark_ingest_frames_total", "Frames appended.", path.appendAgent().frames());
    metrics.counter("tidemark_journal_forces_total", "Group commits.", path.syncAgent().forces());
    metrics.counter(
        "tidemark_journal_force_seconds_total",
        "Time spent in group commits.",
        path.syncAgent().forceNanos() / 1e9);
    metrics.gauge("tidemark_journal_unsealed_bytes", "Journal on disk.", sizes.journalBytes());
    metrics.gauge(
        "tidemark_ring_fill_ratio",
        "Hand-over in use.",
        (double) path.ring().size() / path.ring().capacity());
    metrics.gauge("tidemark_hot_bytes", "Recent samples in memory.", sizes.hotBytes());
    metrics.gauge("tidemark_hot_samples", "Recent samples in memory.", sizes.hotRows());
    metrics.gauge("tidemark_segments", "Live segments.", sizes.segments());
    metrics.gauge("tidemark_segment_bytes", "Bytes of live segments.", sizes.segmentBytes());
    metrics.gauge("tidemark_segment_samples", "Samples in live segments.", sizes.segmentRows());
    metrics.gauge("tidemark_tags", "Tags.", store.tags().size());
    metrics.counter("tidemark_context_changes_total", "Context objects changed.", contextChanges);
    metrics.gauge("tidemark_storage_free_bytes", "Space left on the disk.", store.usableBytes());
    return metrics.out.toString();
  }

  private void counter(String name, String help, double value) {
    add(name, help, "counter", value);
  }

  private void gauge(String name, String help, double value) {
    add(name, help, "gauge", value);
  }

  private void add(String name, String help, String type, double value) {
    out.append("# HELP ").append(name).append(' ').append(help).append('\n');
    out.append("# TYPE ").append(name).append(' ').append(type).append('\n');
    out.append(name).append(' ');
    if (value == Math.rint(value) && Math.abs(value) < 1e15) {
      out.append((long) value);
    } else {
      out.append(value);
    }
    out.append('\n');
  }
}
