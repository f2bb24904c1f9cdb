package io.tidemark.engine;

import io.tidemark.engine.Health.Reason;
import io.tidemark.engine.Health.ReasonCode;
import io.tidemark.engine.Historian.DamageReport;
import io.tidemark.engine.Historian.DamagedPart;
import io.tidemark.forward.ForwardStatus;
import io.tidemark.ingest.append.AppendPath;
import io.tidemark.model.ReadView;
import io.tidemark.model.TagDefinition;
import io.tidemark.storage.SampleStore;
import io.tidemark.storage.damage.Damage;
import io.tidemark.storage.damage.DamageList;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Looks at the parts of the engine and says how it is. Safe from any thread. */
final class EngineHealth {
  /** Parts that the health report names one by one. */
  private static final int DAMAGED_PARTS_MAX = 20;

  /** A force that runs longer than this is worth a look. */
  private static final long SLOW_FORCE_NS = 1_000_000_000;

  /** A server that does not take samples for longer than this is worth a look. */
  private static final long FORWARD_BLOCKED_NS = 5_000_000_000L;

  private final SampleStore store;
  private final AppendPath path;
  private final Supplier<@Nullable ForwardStatus> forwarding;

  EngineHealth(SampleStore store, AppendPath path, Supplier<@Nullable ForwardStatus> forwarding) {
    this.store = store;
    this.path = path;
    this.forwarding = forwarding;
  }

  /**
   * What was seen, apart from how it was seen.
   *
   * @param failed whether the journal or a seal failed
   * @param diskFull whether free space is below its minimum
   * @param diskLow whether it soon may be
   * @param space free space in words
   * @param forceNs how long the force under way has run, 0 if there is none
   * @param pushedBack whether writes wait for a seal
   * @param missing ranges of frames that were forced and are gone
   * @param forwarding how samples get to another server, or null
   */
  record Seen(
      boolean failed,
      boolean diskFull,
      boolean diskLow,
      String space,
      long forceNs,
      boolean pushedBack,
      List<String> missing,
      DamageReport damage,
      @Nullable ForwardStatus forwarding) {}

  Health now(boolean failed) {
    SampleStore.Recovery found = store.recovery();
    List<String> missing = found.missing().stream().map(Object::toString).toList();
    DamageReport damage = damage();
    Seen seen =
        new Seen(
            failed,
            store.writer().isDiskFull(),
            store.isDiskLow(),
            store.describeSpace(),
            path.syncAgent().forceUnderWayNanos(),
            store.writer().isPushedBack(),
            missing,
            damage,
            forwarding.get());
    try (ReadView view = store.openReadView()) {
      return Health.of(
          reasons(seen),
          version(),
          null,
          new Health.Store(
              store.tags().size(),
              view.dataVersion(),
              new Health.Recovery(
                  found.replayedFrames(), found.replayedSamples(), missing, found.ignoredFrames()),
              damage));
    }
  }

  /** A reason for everything that is not as it should be. */
  static List<Reason> reasons(Seen seen) {
    List<Reason> reasons = new ArrayList<>();
    if (seen.failed()) {
      reasons.add(
          new Reason(ReasonCode.JOURNAL_FAILED, "nothing is acknowledged any more, restart"));
    }
    if (seen.diskFull()) {
      reasons.add(
          new Reason(
              ReasonCode.DISK_FULL,
              "too little room on the disk, samples are refused, queries go on: " + seen.space()));
    } else if (seen.diskLow()) {
      reasons.add(
          new Reason(
              ReasonCode.DISK_LOW,
              "free space is below store.freePercentLow, make room: " + seen.space()));
    }
    if (!seen.missing().isEmpty()) {
      reasons.add(
          new Reason(
              ReasonCode.DATA_LOST,
              "the journal missed frames that were forced, at the last start: frames="
                  + String.join(", ", seen.missing())));
    }
    if (seen.damage().total() > 0) {
      reasons.add(
          new Reason(
              ReasonCode.DATA_DAMAGED,
              "parts of files cannot be read, the rest is served: parts="
                  + seen.damage().total()
                  + ", samplesLost="
                  + seen.damage().rows()
                  + ", firstFile="
                  + seen.damage().parts().getFirst().file()));
    }
    if (seen.forceNs() > SLOW_FORCE_NS) {
      reasons.add(
          new Reason(
              ReasonCode.FORCE_SLOW,
              String.format(
                  Locale.ROOT,
                  "the disk takes long to force the journal, acknowledgements wait: seconds=%.1f",
                  seen.forceNs() / 1e9)));
    }
    if (seen.pushedBack()) {
      reasons.add(
          new Reason(
              ReasonCode.SEAL_LAG,
              "samples come faster than they are sealed, writes wait for memory"));
    }
    ForwardStatus forwarding = seen.forwarding();
    ForwardStatus.Trouble trouble = forwarding == null ? null : forwarding.trouble();
    if (trouble != null && trouble.sinceNs() > FORWARD_BLOCKED_NS) {
      reasons.add(
          new Reason(
              ReasonCode.FORWARD_BLOCKED,
              String.format(
                  Locale.ROOT,
                  "samples are kept here, the server in forward.to does not take them: lane=%s,"
                      + " seconds=%d, %s",
                  trouble.lane(),
                  trouble.sinceNs() / 1_000_000_000L,
                  trouble.reason())));
    }
    return reasons;
  }

  private DamageReport damage() {
    DamageList.Report found = store.damage();
    List<DamagedPart> parts = new ArrayList<>();
    for (Damage part : found.entries()) {
      if (parts.size() == DAMAGED_PARTS_MAX) {
        break;
      }
      TagDefinition tag = part.tagId() < 0 ? null : store.tags().byId(part.tagId());
      parts.add(
          new DamagedPart(
              part.file(),
              part.part(),
              tag == null ? null : tag.name(),
              part.offset(),
              part.firstTimeNs(),
              part.lastTimeNs(),
              part.rows(),
              part.foundAtMicros() * 1_000,
              part.message()));
    }
    return new DamageReport(found.total(), found.rows(), parts);
  }

  /** Version of this program. */
  static String version() {
    String version = EngineHealth.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }
}
