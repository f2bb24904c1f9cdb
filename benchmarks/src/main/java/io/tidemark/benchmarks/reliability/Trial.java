package io.tidemark.benchmarks.reliability;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.SplittableRandom;

/**
 * What one call of {@link Fault#run} is given.
 *
 * @param lab the machine and its tools
 * @param folder an empty folder of its own; kept if the outcome is bad
 * @param seed where everything random comes from
 * @param index number of batches of this fault that were recorded before
 * @param runs how many runs are wanted at most
 * @param step called after each run within the batch
 */
record Trial(Lab lab, Path folder, long seed, int index, long runs, Runnable step) {
  /** Always the same for the same seed; neighbouring seeds have nothing in common. */
  Random random() {
    return new Random(new SplittableRandom(seed).nextLong());
  }

  /** A folder in the trial's own; made. */
  Path subfolder(String name) throws IOException {
    return Files.createDirectories(folder.resolve(name));
  }
}
