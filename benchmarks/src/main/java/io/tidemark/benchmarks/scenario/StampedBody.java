package io.tidemark.benchmarks.scenario;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A body of line protocol whose samples get new times again and again, so that a load of minutes
 * needs no bodies of gigabytes: the values are those of the first scans of {@link WorkloadM}. One
 * thread.
 */
final class StampedBody {
  private static final long SECOND_NS = 1_000_000_000L;
  private static final int DIGITS = Long.toString(WorkloadM.START_NS).length();

  private final byte[] bytes;
  private final int[] places;
  private final int scans;

  private StampedBody(byte[] bytes, int[] places, int scans) {
    this.bytes = bytes;
    this.places = places;
    this.scans = scans;
  }

  /** Some scans of all tags. */
  static StampedBody of(WorkloadM workload, int scans) {
    byte[] body = new LineBodies(workload, LineBodies.Form.NAMED, 0, 1).next(scans);
    List<Integer> places = new ArrayList<>();
    for (int i = 0; i < body.length; i++) {
      if (body[i] == '\n') {
        places.add(i - DIGITS);
      }
    }
    return new StampedBody(body, places.stream().mapToInt(Integer::intValue).toArray(), scans);
  }

  /** The same for another thread. */
  StampedBody copy() {
    return new StampedBody(bytes.clone(), places, scans);
  }

  /** Samples of the body. */
  int samples() {
    return places.length;
  }

  /** The body with the times of a scan and of those after it; owned by this, until the next. */
  byte[] at(long firstScan) {
    int tags = places.length / scans;
    for (int scan = 0; scan < scans; scan++) {
      byte[] time =
          Long.toString(WorkloadM.START_NS + (firstScan + scan) * SECOND_NS)
              .getBytes(StandardCharsets.US_ASCII);
      for (int i = scan * tags; i < (scan + 1) * tags; i++) {
        System.arraycopy(time, 0, bytes, places[i], DIGITS);
      }
    }
    return bytes;
  }
}
