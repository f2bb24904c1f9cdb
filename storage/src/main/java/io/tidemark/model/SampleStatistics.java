package io.tidemark.model;

/**
 * What a block says about its rows without being decoded. Numbers cover Good rows with a value;
 * they are NaN and times 0 where there is none (text, states, no Good row).
 *
 * @param good rows of class Good that carry a value
 * @param uncertain rows of class Uncertain
 * @param bad rows of class Bad, and Good ones without a value
 * @param sum sum of the Good values
 * @param minimum smallest Good value
 * @param minimumTimeNs its earliest source time
 * @param maximum largest Good value
 * @param maximumTimeNs its earliest source time
 */
public record SampleStatistics(
    int good,
    int uncertain,
    int bad,
    double sum,
    double minimum,
    long minimumTimeNs,
    double maximum,
    long maximumTimeNs) {

  /** Statistics of the block's rows. NaN values count as Good but enter no extreme. */
  public static SampleStatistics of(SampleBlock block) {
    int good = 0;
    int uncertain = 0;
    int bad = 0;
    double sum = 0;
    double minimum = Double.NaN;
    double maximum = Double.NaN;
    long minimumTime = 0;
    long maximumTime = 0;
    boolean numeric = block.type().isNumeric();
    for (int i = 0; i < block.count(); i++) {
      int status = block.statuses()[i];
      if (Quality.isUncertain(status)) {
        uncertain++;
      } else if (Quality.isBad(status) || !block.isPresent(i)) {
        bad++;
      } else {
        good++;
        if (numeric) {
          double value = block.number(i);
          sum += value;
          if (value < minimum || (Double.isNaN(minimum) && !Double.isNaN(value))) {
            minimum = value;
            minimumTime = block.sourceTimesNs()[i];
          }
          if (value > maximum || (Double.isNaN(maximum) && !Double.isNaN(value))) {
            maximum = value;
            maximumTime = block.sourceTimesNs()[i];
          }
        }
      }
    }
    return new SampleStatistics(
        good,
        uncertain,
        bad,
        numeric && good > 0 ? sum : Double.NaN,
        minimum,
        minimumTime,
        maximum,
        maximumTime);
  }
}
