package io.tidemark.benchmarks.reliability;

import io.tidemark.testing.DamageTrials;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Damage to the files of a small store with samples of five types, corrections, records and an
 * unsealed journal. Each damage is followed by an opening and a read of everything; wrong is a
 * value that is not the right one, a loss that is not named, or damage that nobody notices.
 */
final class DamagedFiles implements Fault {
  private static final int SLICE_BYTES = 256;
  private static final long STORE_SEED = 1;

  private interface Batch {
    DamageTrials.Score of(DamageTrials trials) throws IOException;
  }

  private interface Batches {
    List<Batch> of(DamageTrials trials) throws IOException;
  }

  private final String name;
  private final String number;
  private final String injection;
  private final boolean mustBeNoticed;
  private final List<Batch> batches;

  /* Made at the first run. */
  private @org.jspecify.annotations.Nullable DamageTrials trials;

  private DamagedFiles(
      String name, String number, String injection, boolean mustBeNoticed, Batches batches) {
    this.name = name;
    this.number = number;
    this.injection = injection;
    this.mustBeNoticed = mustBeNoticed;
    try {
      this.batches = batches.of(new DamageTrials(STORE_SEED));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static DamagedFiles flips() {
    return new DamagedFiles(
        "bit-flips",
        "F17",
        "each of the 8 bits of each byte that means something is flipped, one at a time",
        true,
        trials -> {
          List<Batch> slices = new ArrayList<>();
          for (Path file : trials.files()) {
            int length = trials.length(file);
            for (int from = 0; from < length; from += SLICE_BYTES) {
              int at = from;
              slices.add(each -> each.flips(file, at, at + SLICE_BYTES, true));
            }
          }
          return slices;
        });
  }

  static DamagedFiles meaninglessFlips() {
    return new DamagedFiles(
        "padding-flips",
        "F17",
        "a bit of each byte that means nothing (padding, sealed frames, unused space) is flipped",
        false,
        trials -> List.of(DamageTrials::meaninglessFlips));
  }

  static DamagedFiles truncations() {
    return new DamagedFiles(
        "truncations",
        "F16",
        "each file is cut at each length (the journal: within its frames)",
        true,
        trials -> {
          List<Batch> files = new ArrayList<>();
          for (Path file : trials.files()) {
            files.add(each -> each.truncations(file, 1));
          }
          return files;
        });
  }

  static DamagedFiles zeroedSectors() {
    return new DamagedFiles(
        "zeroed-sectors",
        "F17",
        "each sector of 512 bytes is overwritten with zeros",
        true,
        trials -> List.of(DamageTrials::zeroedSectors));
  }

  static DamagedFiles misplaced() {
    return new DamagedFiles(
        "misplaced-files",
        "F18",
        "each file is deleted, copied over each other one, swapped with it, or replaced by that"
            + " of another store",
        true,
        trials ->
            List.of(
                DamageTrials::foreignFiles,
                DamageTrials::swappedFiles,
                DamageTrials::missingFiles));
  }

  static DamagedFiles missingManifests() {
    return new DamagedFiles(
        "missing-manifests",
        "F18",
        "each manifest is deleted; the newest is found again out of the other files",
        false,
        trials -> List.of(DamageTrials::missingManifests));
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public String number() {
    return number;
  }

  @Override
  public String injection() {
    return injection;
  }

  /** Every damage once: counted in batches, see {@link #isDone}. */
  @Override
  public long wanted() {
    return Long.MAX_VALUE;
  }

  @Override
  public boolean isDone(long runs, int recordedBatches) {
    return recordedBatches >= batches.size();
  }

  @Override
  public Outcome run(Trial trial) throws IOException {
    DamageTrials made = trials;
    if (made == null) {
      made = new DamageTrials(STORE_SEED);
      trials = made;
    }
    DamageTrials.Score score = batches.get(trial.index() % batches.size()).of(made);
    Outcome outcome = new Outcome();
    outcome.runs = score.trials();
    outcome.wrong = score.wrong().size();
    score.wrong().forEach(outcome::problem);
    outcome.note("the store refuses to open", score.count(DamageTrials.Verdict.REFUSED));
    outcome.note("opens and names the damage", score.count(DamageTrials.Verdict.REPORTED));
    outcome.note(
        "only a spare copy is hit: found by the scrub", score.count(DamageTrials.Verdict.SCRUBBED));
    if (mustBeNoticed) {
      outcome.wrong += score.unreported().size();
      score.unreported().forEach(each -> outcome.problem("unnoticed: " + each));
    } else {
      outcome.note("same answers", score.count(DamageTrials.Verdict.UNREPORTED));
    }
    trial.step().run();
    return outcome;
  }
}
