package io.tidemark.engine;

import io.tidemark.engine.Historian.DamageReport;
import io.tidemark.model.OpenProgress;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * How the server is, for {@code /health/*}.
 *
 * @param state the worst that a reason asks for
 * @param reasons why it is not READY, worst first; empty if it is
 * @param opening how far the start is; null once the store is open
 * @param store what is served; null until the store is open
 */
public record Health(
    State state,
    List<Reason> reasons,
    String version,
    @Nullable Opening opening,
    @Nullable Store store) {

  /** States, each worse than the one before. */
  public enum State {
    /** Everything works. */
    READY,
    /** Everything is taken and answered, but somebody should look. */
    DEGRADED,
    /** Questions are answered, samples are refused. */
    READ_ONLY,
    /** The store is being opened; nothing else is answered. */
    STARTING,
    /** What runs is finished, nothing new is taken. */
    DRAINING,
    /** Nothing is acknowledged any more, the process ends. */
    FAILED
  }

  /**
   * Everything that keeps a server from being READY. The name is stable: programs may compare it.
   * Each has a heading of its name in the runbook.
   */
  public enum ReasonCode {
    /** Frames that were forced once are gone from the journal. */
    DATA_LOST(State.DEGRADED),
    /** Parts of sealed files cannot be read. */
    DATA_DAMAGED(State.DEGRADED),
    /** The disk takes long to bring the journal to safety. */
    FORCE_SLOW(State.DEGRADED),
    /** Samples come faster than they can be sealed. */
    SEAL_LAG(State.DEGRADED),
    /** The server that samples are sent to does not take them. */
    FORWARD_BLOCKED(State.DEGRADED),
    /** Room on the disk runs out. */
    DISK_LOW(State.DEGRADED),
    /** Too little free space for samples. */
    DISK_FULL(State.READ_ONLY),
    /** The store is being opened. */
    STARTING(State.STARTING),
    /** The server was asked to stop. */
    DRAINING(State.DRAINING),
    /** The journal or a seal failed. */
    JOURNAL_FAILED(State.FAILED);

    private static final String RUNBOOK = "docs/operations.md";

    private final State state;

    ReasonCode(State state) {
      this.state = state;
    }

    /** The state of a server for this reason alone. */
    public State state() {
      return state;
    }

    /** Page and heading of what to do about it. */
    public String runbook() {
      return RUNBOOK + "#" + name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * A reason.
   *
   * @param message one sentence with the figures
   */
  public record Reason(ReasonCode code, String message) {
    @Override
    public String toString() {
      return code + ": " + message;
    }
  }

  /**
   * How far the opening of the store is: {@code done} of {@code total} bytes of the journal, or
   * files.
   */
  public record Opening(OpenProgress.Phase phase, long done, long total) {
    /** How far the phase is, 0 to 100. */
    public int percent() {
      return total <= 0 ? 0 : (int) Math.min(100, 100.0 * done / total);
    }

    /** Whether the units are bytes; otherwise files or steps. */
    public boolean isBytes() {
      return phase == OpenProgress.Phase.JOURNAL;
    }

    @Override
    public String toString() {
      return "phase=" + phase.label() + ", percent=" + percent();
    }
  }

  /**
   * What is served.
   *
   * @param tags number of tags
   * @param dataVersion token of what is visible now
   * @param recovery what the start took from the journal
   */
  public record Store(long tags, String dataVersion, Recovery recovery, DamageReport damage) {}

  /**
   * What the start took from the journal.
   *
   * @param replayedFrames frames that were not sealed yet
   * @param replayedSamples samples in them
   * @param missing ranges of frames that were forced and are gone
   * @param ignoredFrames frames behind the torn tail of a crash, which nobody was told are safe
   */
  public record Recovery(
      long replayedFrames, long replayedSamples, List<String> missing, long ignoredFrames) {}

  /** A health whose state is the worst of its reasons. */
  static Health of(
      List<Reason> reasons, String version, @Nullable Opening opening, @Nullable Store store) {
    State worst = State.READY;
    for (Reason reason : reasons) {
      if (reason.code().state().compareTo(worst) > 0) {
        worst = reason.code().state();
      }
    }
    List<Reason> worstFirst =
        reasons.stream().sorted((a, b) -> b.code().state().compareTo(a.code().state())).toList();
    return new Health(worst, worstFirst, version, opening, store);
  }

  /** The same with another reason. */
  Health with(Reason reason) {
    return of(
        java.util.stream.Stream.concat(reasons.stream(), java.util.stream.Stream.of(reason))
            .toList(),
        version,
        opening,
        store);
  }

  /** Whether samples are taken and questions answered. */
  public boolean isReady() {
    return state == State.READY || state == State.DEGRADED;
  }
}
