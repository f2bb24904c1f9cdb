package io.tidemark.demo;

/**
 * Takes the samples of the plant, scan by scan in time order; within a scan by tag index. The tag
 * index is the position in {@link DemoPlant#tags()}, the status an OPC UA StatusCode.
 */
public interface DemoSink {
  /** A reading of a float64 tag. */
  void number(int tagIndex, long timeNs, double value, int status);

  /** A state of a digital tag. */
  void state(int tagIndex, long timeNs, int ordinal, int status);

  /** A text of a string tag. */
  void text(int tagIndex, long timeNs, String text, int status);

  /** A sample without a value. */
  void absent(int tagIndex, long timeNs, int status);
}
