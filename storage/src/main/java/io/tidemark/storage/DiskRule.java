package io.tidemark.storage;

/**
 * What a store does about the room on its disk.
 *
 * @param freeBytesMin free space below which writes are refused; queries go on
 * @param freePercentLow free space, in percent of the disk, below which somebody should be told; 0
 *     for never
 * @param ballastBytes size of a file that holds nothing and may be deleted by hand on a full disk,
 *     so that tools can work; 0 for none
 */
public record DiskRule(long freeBytesMin, int freePercentLow, long ballastBytes) {
  /** Refuses below a limit and does nothing else. */
  public static DiskRule freeBytesMin(long bytes) {
    return new DiskRule(bytes, 0, 0);
  }

  /** 256 MiB kept free, told below 10 %, 256 MiB of ballast. */
  public static DiskRule defaults() {
    return new DiskRule(256L << 20, 10, 256L << 20);
  }
}
