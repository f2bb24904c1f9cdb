package io.tidemark.storage.codec;

/**
 * The loops in which decoding spends its time, on full blocks. {@link ScalarKernels} is the
 * specification and works everywhere; {@link VectorKernels} needs the module {@code
 * jdk.incubator.vector} and gives the very same bits. Stateless.
 */
abstract sealed class Kernels permits ScalarKernels, VectorKernels {
  /** The fastest that this JVM has. {@code -Dtidemark.kernels=scalar} forces the plain loops. */
  static final Kernels BEST = choose();

  private static Kernels choose() {
    boolean hasModule = ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
    return hasModule
            && !"scalar".equals(System.getProperty("tidemark.kernels"))
            && VectorKernels.isFast()
        ? new VectorKernels()
        : new ScalarKernels();
  }

  /**
   * Unpacks 1 024 values that lie in the lanes of {@link BitPacking} and adds a base.
   *
   * @param width 1 to 64
   */
  abstract void unpackLanes(long[] words, int width, long base, long[] out);

  /**
   * Divides integers by a power of ten: the doubles that they are the decimals of.
   *
   * @param integers of a magnitude up to 2^53
   * @param power 10^0 to 10^18
   */
  abstract void decimals(long[] integers, double power, double[] out, int count);
}
