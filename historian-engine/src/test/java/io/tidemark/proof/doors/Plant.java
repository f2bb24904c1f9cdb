package io.tidemark.proof.doors;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.proof.Api;
import io.tidemark.proof.TestServer;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A small plant over four days with a clock change in Berlin, written through the door: tags of
 * every type, with samples that are late, repeated, replaced, Bad, Uncertain or without a value. A
 * day of it lies in a merged segment, more in sealed ones with late ones beside them, the end is
 * hot. The server's clock stands.
 */
final class Plant {
  /** First instant of the plant. */
  static final long START_NS = 1_792_713_600_000_000_000L; // 2026-10-23T00:00:00Z

  static final long HOUR_NS = 3_600_000_000_000L;
  static final long DAY_NS = 24 * HOUR_NS;

  /** When the last samples but those of the future were taken. */
  static final long END_NS = START_NS + 3 * DAY_NS + 18 * HOUR_NS;

  /** What the server's clock says. */
  static final long NOW_NS = START_NS + 4 * DAY_NS;

  /** Names that are no tags. */
  static final List<String> UNKNOWN = List.of("C.NONE", "X.*");

  /** A tag without samples. */
  static final String EMPTY = "C.EMPTY";

  private static final long MINUTE_NS = 60_000_000_000L;
  private static final String SERIES = "application/json";
  private static final int ONE_REQUEST = 4_000;

  /* Ends of what each seal takes, in hours. Once the last begins, the first day is merged. */
  private static final int[] SEALED_HOURS = {12, 24, 60, 78};

  private static final List<String> STATES = List.of("Closed", "Opening", "Open", "=Fault;\"x\"");
  private static final List<String> BAD =
      List.of("Bad_NoCommunication", "Bad_SensorFailure", "Bad", "0x80550000");
  private static final List<String> DOUBTED = List.of("Uncertain", "Uncertain_LastUsableValue");
  private static final Object[] ODD = {
    "NaN", "Infinity", "-Infinity", -0.0, 0.0, Double.MIN_VALUE, Double.MAX_VALUE, 1e-310, 0.1, 1e22
  };
  private static final String[] WORDS = {
    "B-1", "", "=1+1", "a,\"b\";c", "Grün 😀", "two\nlines", " blank ", "-5", "1.5", "true"
  };

  /** A sample to send; a null value without a status is none. */
  private record Sample(String tag, long timeNs, @Nullable Object value, @Nullable String status) {}

  private final Random random = new Random(20261025);
  private final List<Sample> samples = new ArrayList<>();
  private final Map<String, List<Long>> times = new TreeMap<>();

  Plant() {
    make("C.F64", 1.5, i -> 50 + 20 * Math.sin(i / 40.0) + random.nextInt(1000) / 1000.0);
    make("C.F64S", 17, i -> (double) (i % 9 * 10));
    make("C.F32", 7, i -> (double) (float) (i * 0.1 - 3));
    make("C.I64", 11, i -> i % 5 == 0 ? 9_007_199_254_740_993L + i : (long) (i * 7 % 100));
    make("C.I64S", 23, i -> -9_007_199_254_740_993L * (i % 3) - i % 7);
    make("C.I32", 13, i -> (long) (i * i % 1000 - 500));
    make("C.B", 29, i -> random.nextInt(3) > 0);
    make("C.D", 31, i -> (long) random.nextInt(STATES.size()));
    make("C.S", 37, i -> WORDS[random.nextInt(WORDS.length)]);
    make("C.ODD", 41, i -> ODD[i % ODD.length]);
    make("C.ALL", 53, i -> (double) (i % 4));
    make("C.FIRST", 59, i -> (double) (i % 6));
    make("C.METER", 5, new Meter()::reading);
    make("C.COUNT", 9, i -> (long) (i * 3 % 997));
    samples.removeIf(sample -> sample.tag.equals("C.COUNT") && sample.timeNs % 3 == 0);
    samples.add(new Sample("C.ONE", START_NS + DAY_NS + 1, 42.5, DOUBTED.getLast()));
    for (int i = 0; i < 5; i++) {
      samples.add(new Sample("C.BAD", START_NS + i * 11 * HOUR_NS, 1.0 * i, BAD.get(i % 3)));
    }
    for (String tag : List.of("C.F64", "C.D", "C.S")) { // not yet: current leaves them out
      samples.add(
          new Sample(tag, NOW_NS + 5 * MINUTE_NS, tag.equals("C.F64") ? 1.0 : "Open", null));
    }
    samples.forEach(
        sample -> times.computeIfAbsent(sample.tag, tag -> new ArrayList<>()).add(sample.timeNs));
    times.values().forEach(all -> all.sort(null));
  }

  /** A meter up to 1000 that rolls over, falls a little, is reset, and once leaps. */
  private static final class Meter {
    private double reading = 900;

    double reading(int i) {
      double leap = i == 500 ? 50_000 : 0;
      reading = i % 311 == 310 ? 0 : i % 97 == 96 ? reading - 0.5 : reading + (i % 7) * 0.75;
      reading = reading >= 1000 ? reading - 1000 : reading;
      return reading + leap;
    }
  }

  /** Values by number of the sample. */
  private interface Values {
    Object at(int i);
  }

  /** Samples of a tag about every some minutes, few of them twice. */
  private void make(String tag, double minutes, Values values) {
    long timeNs = START_NS + random.nextInt(1_000_000_000);
    for (int i = 0; timeNs < END_NS; i++) {
      boolean isOutage = (i + tag.length()) % 83 < 4;
      int fate = random.nextInt(40);
      Object value = values.at(i);
      String status =
          isOutage
              ? BAD.getFirst()
              : fate == 0
                  ? BAD.get(random.nextInt(BAD.size()))
                  : fate == 1 ? DOUBTED.get(random.nextInt(DOUBTED.size())) : null;
      boolean isWithout = status != null && (isOutage || fate == 0) && random.nextBoolean();
      samples.add(new Sample(tag, timeNs, isWithout ? null : value, status));
      if (fate == 2) {
        samples.add(new Sample(tag, timeNs, value, null)); // another, or the same again
        samples.add(new Sample(tag, timeNs, values.at(i), "Good_LocalOverride"));
      }
      timeNs += (long) (minutes * MINUTE_NS) + random.nextLong(MINUTE_NS);
    }
  }

  /** A clock that stands at {@link #NOW_NS}. */
  static Clock clock() {
    return Clock.fixed(Instant.ofEpochSecond(0, NOW_NS), ZoneOffset.UTC);
  }

  /** Times of a tag's samples, ascending; empty if it has none. */
  List<Long> times(String tag) {
    return times.getOrDefault(tag, List.of());
  }

  /** All tags, also those without samples. */
  List<String> tags() {
    List<String> tags = new ArrayList<>(times.keySet());
    tags.add(EMPTY);
    return tags;
  }

  /**
   * Defines the tags and writes the samples, with seals in between; waits until all is settled.
   *
   * @param api of who may do that
   */
  void writeInto(TestServer server, Api api) {
    Api.expect(api.send("PUT", "/api/v1/tags", SERIES, definitions()));
    long fromNs = Long.MIN_VALUE;
    List<Sample> late = new ArrayList<>();
    for (int hours : SEALED_HOURS) {
      long toNs = START_NS + hours * HOUR_NS;
      late = write(api, fromNs, toNs, late);
      server.engine().sealNow();
      fromNs = toNs;
    }
    awaitMerges(server);
    late = write(api, fromNs, Long.MAX_VALUE, late);
    send(api, late);
    assertThat(server.engine().sizes().hotRows()).as("rows that are not sealed").isPositive();
  }

  /**
   * Writes the samples of some hours with those that are late for the hours before, shuffled.
   *
   * @return what stays behind: one in thirty
   */
  private List<Sample> write(Api api, long fromNs, long toNs, List<Sample> late) {
    List<Sample> now = new ArrayList<>(late);
    List<Sample> later = new ArrayList<>();
    for (Sample sample : samples) {
      if (sample.timeNs >= fromNs && sample.timeNs < toNs) {
        (random.nextInt(30) == 0 ? later : now).add(sample);
      }
    }
    now.sort(Comparator.comparingLong(Sample::timeNs));
    for (int i = 0; i < now.size(); i += 10) {
      java.util.Collections.swap(now, i, random.nextInt(now.size()));
    }
    send(api, now);
    return later;
  }

  private void send(Api api, List<Sample> some) {
    for (int from = 0; from < some.size(); from += ONE_REQUEST) {
      List<Sample> part = some.subList(from, Math.min(some.size(), from + ONE_REQUEST));
      HttpResponse<String> response = api.send("POST", "/api/v1/write", SERIES, json(part));
      assertThat(response.statusCode()).as(response.body()).isEqualTo(204);
    }
  }

  private static String json(List<Sample> some) {
    ObjectMapper mapper = new ObjectMapper();
    ArrayNode all = mapper.createArrayNode();
    for (Sample sample : some) {
      ObjectNode each = all.addObject().put("tag", sample.tag).put("ts", sample.timeNs);
      each.putPOJO("value", sample.value);
      if (sample.status != null) {
        each.put("status", sample.status);
      }
    }
    return all.toString();
  }

  /** Merges change nothing that is read but the order in which numbers are added. */
  private static void awaitMerges(TestServer server) {
    int segments = server.engine().sizes().segments();
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (server.engine().sizes().segments() == segments && System.nanoTime() - deadline < 0) {
      LockSupport.parkNanos(10_000_000);
    }
    assertThat(server.engine().sizes().segments()).as("segments").isLessThan(segments);
  }

  private static String definitions() {
    ObjectMapper mapper = new ObjectMapper();
    ArrayNode tags = mapper.createArrayNode();
    for (String tag : List.of("C.F64", "C.ODD", "C.ONE", "C.BAD", "C.METER", EMPTY)) {
      tags.addObject().put("name", tag).put("type", "float64").put("uom", "kg/h");
    }
    tags.addObject().put("name", "C.F64S").put("type", "float64").put("step", true);
    tags.addObject().put("name", "C.F32").put("type", "float32").put("uom", "degC");
    tags.addObject().put("name", "C.I64").put("type", "int64").put("step", false);
    tags.addObject().put("name", "C.I64S").put("type", "int64").put("step", true);
    tags.addObject().put("name", "C.COUNT").put("type", "int64").put("step", false);
    tags.addObject().put("name", "C.I32").put("type", "int32").put("step", false);
    tags.addObject().put("name", "C.B").put("type", "bool");
    tags.addObject().put("name", "C.D").put("type", "digital").putPOJO("states", STATES);
    tags.addObject().put("name", "C.S").put("type", "string");
    tags.addObject().put("name", "C.ALL").put("type", "float64").put("duplicates", "keep-all");
    tags.addObject().put("name", "C.FIRST").put("type", "float64").put("duplicates", "keep-first");
    return "{\"tags\":" + tags + "}";
  }
}
