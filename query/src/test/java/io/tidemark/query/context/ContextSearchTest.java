package io.tidemark.query.context;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.model.Direction;
import io.tidemark.model.TimeRange;
import io.tidemark.query.context.ContextSearch.Filter;
import io.tidemark.query.context.ContextSearch.Place;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Objects are found by how they lie to a window, as a look at every one would find them. */
class ContextSearchTest {
  /** Seconds; no end while it runs. */
  private record Step(
      String id, String batch, String unit, String name, long start, @Nullable Long end) {}

  private final JournaledContext context = new JournaledContext();

  private static long ns(long second) {
    return second * 1_000_000_000L;
  }

  private List<String> ids(ContextSearch search) {
    return context.store().search(search).stream().map(ContextRow::id).toList();
  }

  private static ContextSearch search(
      IntervalSearch mode, long start, long end, Filter filter, Direction direction) {
    return new ContextSearch(
        ContextKind.STEPS,
        mode,
        new TimeRange(ns(start), ns(end)),
        filter,
        direction,
        null,
        Integer.MAX_VALUE);
  }

  /** The predicates of the modes as they are defined. */
  private static boolean finds(IntervalSearch mode, Step step, long a, long b) {
    long s = step.start;
    Long e = step.end;
    return switch (mode) {
      case OVERLAPPED -> e == null ? s < b : s == e ? a <= s && s < b : s < b && e > a;
      case INCLUSIVE -> s >= a && e != null && e <= b;
      case START_INCLUSIVE -> a <= s && s <= b;
      case END_INCLUSIVE -> e != null && a <= e && e <= b;
      case IN_PROGRESS -> e == null && s <= b;
    };
  }

  @ParameterizedTest
  @CsvSource({
    "OVERLAPPED,      across before over inside instant atStart open",
    "INCLUSIVE,       inside instant atStart atEnd",
    "START_INCLUSIVE, over inside instant atStart atEnd open after",
    "END_INCLUSIVE,   before inside instant atStart atEnd touching",
    "IN_PROGRESS,     open early after",
  })
  void modesAreWhatTheyAreCalled(IntervalSearch mode, String expected) {
    context.put(ContextKind.BATCHES, "B", "{}");
    Map<String, Long[]> steps =
        Map.ofEntries(
            Map.entry("across", new Long[] {50L, 250L}),
            Map.entry("before", new Long[] {50L, 150L}),
            Map.entry("over", new Long[] {150L, 250L}),
            Map.entry("inside", new Long[] {120L, 180L}),
            Map.entry("instant", new Long[] {150L, 150L}),
            Map.entry("atStart", new Long[] {100L, 100L}),
            Map.entry("atEnd", new Long[] {200L, 200L}),
            Map.entry("touching", new Long[] {50L, 100L}),
            Map.entry("open", new Long[] {150L, null}),
            Map.entry("early", new Long[] {10L, null}),
            Map.entry("after", new Long[] {200L, null}),
            Map.entry("long ago", new Long[] {10L, 20L}),
            Map.entry("later", new Long[] {300L, 320L}));
    steps.forEach((id, times) -> put(new Step(id, "B", "R1", "Heat", times[0], times[1])));
    List<String> wanted = new ArrayList<>(List.of(expected.split(" ")));
    if (mode == IntervalSearch.OVERLAPPED) {
      wanted.add("early");
    }
    assertThat(ids(search(mode, 100, 200, Filter.ALL, Direction.FORWARD)))
        .containsExactlyInAnyOrderElementsOf(wanted);
  }

  private void put(Step step) {
    context.put(
        ContextKind.STEPS,
        step.id,
        "{'batchId':'%s','unitId':'%s','name':'%s','startTime':'%s','endTime':%s}"
            .formatted(
                step.batch,
                step.unit,
                step.name,
                ContextTimes.format(ns(step.start)),
                step.end == null ? "null" : "'" + ContextTimes.format(ns(step.end)) + "'"));
  }

  @ParameterizedTest
  @MethodSource("io.tidemark.testing.Seeds#some")
  void everySearchFindsWhatALookAtEveryObjectFinds(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < 4; i++) {
      context.put(
          ContextKind.BATCHES, "B" + i, "{'productId':'P" + i % 2 + "','orderId':'O" + i + "'}");
    }
    Map<String, Step> steps = new TreeMap<>();
    for (int round = 0; round < 200; round++) {
      Step step = randomStep(random);
      steps.put(step.id, step); // often one that is there: corrected
      put(step);
    }
    for (int i = 0; i < 200; i++) {
      long a = random.nextLong(-5, 110);
      long b = a + random.nextLong(1, 60);
      IntervalSearch mode = IntervalSearch.values()[random.nextInt(5)];
      Direction direction = Direction.values()[random.nextInt(2)];
      Filter filter = randomFilter(random);
      Comparator<Step> order = Comparator.comparingLong(Step::start).thenComparing(Step::id);
      List<String> expected =
          steps.values().stream()
              .filter(step -> finds(mode, step, a, b) && passes(filter, step))
              .sorted(direction == Direction.FORWARD ? order : order.reversed())
              .map(Step::id)
              .toList();
      ContextSearch search = search(mode, a, b, filter, direction);
      assertThat(ids(search)).as("seed=%d %s", seed, search).isEqualTo(expected);
      assertThat(inPages(search, 1 + random.nextInt(5))).isEqualTo(expected);
    }
  }

  private static Step randomStep(SplittableRandom random) {
    long start = random.nextLong(0, 100);
    Long end =
        switch (random.nextInt(5)) {
          case 0 -> (Long) start;
          case 1 -> null;
          case 2 -> start + random.nextLong(1, 80);
          default -> start + random.nextLong(1, 8);
        };
    return new Step(
        "S" + random.nextInt(120),
        "B" + random.nextInt(4),
        "R" + random.nextInt(3),
        random.nextBoolean() ? "Heat" : "Cool",
        start,
        end);
  }

  private static Filter randomFilter(SplittableRandom random) {
    return new Filter(
        random.nextInt(3) == 0 ? "R" + random.nextInt(4) : null,
        random.nextInt(4) == 0 ? "B" + random.nextInt(5) : null,
        random.nextInt(4) == 0 ? "P" + random.nextInt(3) : null,
        random.nextInt(6) == 0 ? "O" + random.nextInt(5) : null,
        random.nextInt(4) == 0 ? "heat" : null);
  }

  private static boolean passes(Filter filter, Step step) {
    int batch = Integer.parseInt(step.batch.substring(1));
    return (filter.unitId() == null || filter.unitId().equals(step.unit))
        && (filter.batchId() == null || filter.batchId().equals(step.batch))
        && (filter.productId() == null || filter.productId().equals("P" + batch % 2))
        && (filter.orderId() == null || filter.orderId().equals("O" + batch))
        && (filter.name() == null || filter.name().equalsIgnoreCase(step.name));
  }

  private List<String> inPages(ContextSearch search, int limit) {
    List<String> ids = new ArrayList<>();
    Place after = null;
    while (true) {
      List<ContextRow> rows =
          context
              .store()
              .search(
                  new ContextSearch(
                      search.kind(),
                      search.mode(),
                      search.window(),
                      search.filter(),
                      search.direction(),
                      after,
                      limit));
      rows.forEach(row -> ids.add(row.id()));
      if (rows.size() < limit) {
        return ids;
      }
      after = Place.of(rows.getLast());
    }
  }

  @Test
  void ordersAreFoundToo() {
    context.put(ContextKind.ORDERS, "O1", "{'productId':'P1','startTime':'1970-01-01T00:00:10Z'}");
    context.put(ContextKind.ORDERS, "O2", "{'plannedStart':'1970-01-01T00:00:10Z'}");
    ContextSearch search =
        new ContextSearch(
            ContextKind.ORDERS,
            IntervalSearch.IN_PROGRESS,
            TimeRange.ALL,
            new Filter(null, null, "P1", "O1", null),
            Direction.BACKWARD,
            null,
            10);
    assertThat(ids(search)).containsExactly("O1");
  }
}
