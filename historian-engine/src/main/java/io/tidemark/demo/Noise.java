package io.tidemark.demo;

/**
 * Random numbers without state: each is a hash of a key and a counter, so that the noise of any
 * instant is known without the noise before it.
 */
final class Noise {
  private static final long GOLDEN = 0x9E37_79B9_7F4A_7C15L;

  private Noise() {}

  /** The key of one stream of numbers. */
  static long key(long seed, long stream) {
    return mix(mix(seed + GOLDEN) ^ mix(stream * GOLDEN + 1));
  }

  /** Uniform in [0, 1). */
  static double uniform(long key, long counter) {
    return (mix(key + counter * GOLDEN) >>> 11) * 0x1p-53;
  }

  /** Uniform in [-1, 1). */
  static double symmetric(long key, long counter) {
    return 2 * uniform(key, counter) - 1;
  }

  /** About normal with mean 0 and deviation 1, never beyond 3.5: the sum of four uniforms. */
  static double gaussian(long key, long counter) {
    long bits = mix(key + counter * GOLDEN);
    long sum = (bits & 0xFFFF) + (bits >>> 16 & 0xFFFF) + (bits >>> 32 & 0xFFFF) + (bits >>> 48);
    return (sum * 0x1p-16 - 2) * 1.7320508075688772;
  }

  /** A smooth wander in [-1, 1) that turns about once in {@code period} counts. */
  static double drift(long key, long counter, long period) {
    long cell = Math.floorDiv(counter, period);
    double x = (double) Math.floorMod(counter, period) / period;
    double smooth = x * x * (3 - 2 * x);
    double from = symmetric(key, cell);
    return from + (symmetric(key, cell + 1) - from) * smooth;
  }

  /* SplitMix64's finaliser. */
  private static long mix(long z) {
    z = (z ^ (z >>> 30)) * 0xBF58_476D_1CE4_E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D0_49BB_1331_11EBL;
    return z ^ (z >>> 31);
  }
}
