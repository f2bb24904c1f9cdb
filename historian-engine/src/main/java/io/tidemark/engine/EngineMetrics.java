package io.tidemark.engine;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Measurement;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.tidemark.engine.security.Access;
import io.tidemark.forward.ForwardStatus;
import io.tidemark.ingest.AckLevel;
import io.tidemark.ingest.append.AppendPath;
import io.tidemark.model.ErrorCode;
import io.tidemark.query.sql.SqlLoad;
import io.tidemark.storage.SampleStore;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The server's counters in the Prometheus text format. The counters themselves are plain fields of
 * what they count, read when somebody asks: nothing on a hot path knows of this, but for the time
 * that a request waits, which the agents tell. No label names a tag.
 */
final class EngineMetrics {
  private static final Duration[] LATENCIES = {
    Duration.ofMillis(1),
    Duration.ofMillis(2),
    Duration.ofMillis(5),
    Duration.ofMillis(10),
    Duration.ofMillis(20),
    Duration.ofMillis(50),
    Duration.ofMillis(100),
    Duration.ofMillis(500),
    Duration.ofSeconds(2),
    Duration.ofSeconds(10)
  };

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

  private final Map<AckLevel, Timer> latencies = new EnumMap<>(AckLevel.class);

  EngineMetrics() {
    for (AckLevel level : AckLevel.values()) {
      latencies.put(
          level,
          Timer.builder("tidemark.ack.latency")
              .description("From the opening of a write to its acknowledgement.")
              .tag("level", level.name().toLowerCase(Locale.ROOT))
              .serviceLevelObjectives(LATENCIES)
              .register(registry));
    }
  }

  /** A write was acknowledged. Any thread. */
  void acknowledged(AckLevel level, long nanos) {
    Timer timer = latencies.get(level);
    if (timer != null) {
      timer.record(nanos, TimeUnit.NANOSECONDS);
    }
  }

  /** What a metric says at the moment; a name may come several times, with other labels. */
  interface Reading {
    /**
     * A value.
     *
     * @param name with points, its labels behind it
     * @param unit of the value, or null
     */
    void is(String name, String description, @Nullable String unit, double value);
  }

  /** Reads all counters and gauges. */
  void read(Reading reading) {
    for (Meter meter : registry.getMeters()) {
      StringBuilder name = new StringBuilder(meter.getId().getName());
      for (Tag label : meter.getId().getTags()) {
        name.append('.').append(label.getValue());
      }
      String description = String.valueOf(meter.getId().getDescription());
      String unit = meter.getId().getBaseUnit();
      for (Measurement measurement : meter.measure()) {
        String part =
            switch (measurement.getStatistic()) {
              case TOTAL_TIME, TOTAL -> ".total";
              case MAX -> ".max";
              case COUNT -> meter instanceof Timer ? ".count" : "";
              default -> "";
            };
        reading.is(name + part, description, unit, measurement.getValue());
      }
    }
  }

  /** Counts what the parts of the engine do, from now on. */
  void observe(
      SampleStore store,
      AppendPath path,
      ClockWatch clock,
      DoubleSupplier contextChanges,
      Supplier<SqlLoad> sql,
      Access access,
      SampleQuarantine quarantine) {
    counter(
        "tidemark.quarantine.samples",
        "Samples that a rule refused and that were to be kept.",
        null,
        quarantine::samples);
    for (ErrorCode code : SampleQuarantine.KEPT) {
      FunctionCounter.builder(
              "tidemark.ingest.refused.samples", this, self -> quarantine.samples(code))
          .tag("reason", code.name().toLowerCase(Locale.ROOT))
          .description("Samples that a rule refused.")
          .register(registry);
    }
    counter(
        "tidemark.quarantine.dropped",
        "Those that had to go since the quarantine is bounded.",
        null,
        quarantine::dropped);
    counter(
        "tidemark.ingest.samples", "Samples appended.", null, () -> path.appendAgent().samples());
    counter("tidemark.ingest.frames", "Frames appended.", null, () -> path.appendAgent().frames());
    counter(
        "tidemark.ingest.repeats",
        "Frames of numbered requests that were stored before and not stored again.",
        null,
        () -> path.appendAgent().repeats());
    counter(
        "tidemark.ingest.duplicates.rejected",
        "Samples refused since there is another one of their time.",
        null,
        () -> path.appendAgent().rejectedSamples());
    counter(
        "tidemark.clock.steps",
        "Times that the wall clock was set by more than a second.",
        null,
        clock::steps);
    gauge(
        "tidemark.clock.step",
        "The last such step, forward positive.",
        "seconds",
        clock::lastStepSeconds);
    counter(
        "tidemark.scrub.rounds",
        "Times that all sealed files were read to find damage.",
        null,
        store::scrubRounds);
    counter("tidemark.journal.forces", "Group commits.", null, () -> path.syncAgent().forces());
    counter(
        "tidemark.journal.force",
        "Time spent in group commits.",
        "seconds",
        () -> path.syncAgent().forceNanos() / 1e9);
    gauge(
        "tidemark.journal.unsealed",
        "Journal on disk.",
        "bytes",
        () -> store.sizes().journalBytes());
    gauge(
        "tidemark.ring.fill.ratio",
        "Hand-over in use.",
        null,
        () -> (double) path.ring().size() / path.ring().capacity());
    gauge("tidemark.hot", "Recent samples in memory.", "bytes", () -> store.sizes().hotBytes());
    gauge("tidemark.hot.samples", "Recent samples in memory.", null, () -> store.sizes().hotRows());
    gauge("tidemark.segments", "Live segments.", null, () -> store.sizes().segments());
    gauge(
        "tidemark.segment", "Bytes of live segments.", "bytes", () -> store.sizes().segmentBytes());
    gauge(
        "tidemark.segment.samples",
        "Samples in live segments.",
        null,
        () -> store.sizes().segmentRows());
    gauge(
        "tidemark.damage.parts",
        "Parts of files that cannot be read, as far as noticed.",
        null,
        () -> store.damage().total());
    gauge(
        "tidemark.damage.samples",
        "Samples in them that are lost.",
        null,
        () -> store.damage().rows());
    gauge("tidemark.tags", "Tags.", null, () -> store.tags().size());
    counter("tidemark.context.changes", "Context objects changed.", null, contextChanges);
    gauge("tidemark.storage.free", "Space left on the disk.", "bytes", store::usableBytes);
    gauge(
        "tidemark.retention.segments",
        "Segments that retention dropped since the store was made.",
        null,
        () -> store.dropped().segments());
    gauge("tidemark.retention.samples", "Samples in them.", null, () -> store.dropped().rows());
    gauge("tidemark.views", "Snapshots that readers hold.", null, store::openViews);
    gauge(
        "tidemark.sql.running",
        "Statements that run or stream to their clients.",
        null,
        () -> sql.get().running());
    gauge(
        "tidemark.sql.waiting",
        "Statements that wait for their turn.",
        null,
        () -> sql.get().waiting());
    counter(
        "tidemark.sql.refused",
        "Statements that never ran: too many waited, or their time was over first.",
        null,
        () -> sql.get().refused());
    gauge(
        "tidemark.sql.sessions",
        "Sessions of the SQL engine in use.",
        null,
        () -> sql.get().sessions() + sql.get().plannerSessions());
    gauge("tidemark.accounts", "Accounts.", null, () -> access.accounts().all().size());
    counter("tidemark.logins.failed", "Logins refused.", null, access::failedLogins);
    gauge("tidemark.sql.scans", "Scans that statements may read.", null, () -> sql.get().scans());
  }

  /** Adds what is sent to another server. */
  void forwarding(Supplier<ForwardStatus> status) {
    counter(
        "tidemark.forward.samples",
        "Samples that the other server has acknowledged.",
        null,
        () -> status.get().samplesSent());
    counter(
        "tidemark.forward.requests",
        "Requests with them.",
        null,
        () -> status.get().requestsSent());
    counter("tidemark.forward.retries", "Requests sent again.", null, () -> status.get().repeats());
    counter(
        "tidemark.forward.refused",
        "Samples that the other server would not take.",
        null,
        () -> status.get().refused());
    gauge(
        "tidemark.forward.backlog.frames",
        "Frames that wait behind what is new.",
        null,
        () -> status.get().backlogFrames());
    gauge(
        "tidemark.forward.live.lag",
        "Age of the oldest new frame that is not acknowledged.",
        "seconds",
        () -> status.get().liveLagSeconds());
    gauge(
        "tidemark.forward.backlog.lag",
        "Age of the oldest frame of the backlog.",
        "seconds",
        () -> status.get().backlogLagSeconds());
  }

  /** All of them as text. */
  String text() {
    return registry.scrape();
  }

  void counter(String name, String help, @Nullable String unit, DoubleSupplier of) {
    // The object is referred to weakly, so it must not be the supplier that nobody else holds.
    FunctionCounter.builder(name, this, self -> of.getAsDouble())
        .description(help)
        .baseUnit(unit)
        .register(registry);
  }

  void gauge(String name, String help, @Nullable String unit, DoubleSupplier of) {
    Gauge.builder(name, of, DoubleSupplier::getAsDouble)
        .description(help)
        .baseUnit(unit)
        .strongReference(true)
        .register(registry);
  }
}
