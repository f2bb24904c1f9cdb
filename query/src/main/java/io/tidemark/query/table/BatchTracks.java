package io.tidemark.query.table;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.model.ReadRule;
import io.tidemark.model.SampleType;
import io.tidemark.model.StatusCodes;
import io.tidemark.model.TagDefinition;
import io.tidemark.query.aggregate.SummaryField;
import io.tidemark.query.retrieval.Retrieval;
import io.tidemark.query.retrieval.SummaryRow;
import io.tidemark.query.table.PlantSelection.Stay;
import io.tidemark.query.table.PlantSelection.Task;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Batches laid over each other. Time counts from the anchor, a step of the batch or the batch
 * itself, and is measured in parts of it (<i>phase-normalised</i>: the same number of points
 * whatever its length) or in seconds from its start (<i>offset</i>, also before it and after it).
 * The time in which a batch was held may be cut out.
 *
 * <p>Point j of n stands for {@code [j/n, (j + 1)/n)} of the anchor: its value is that at the
 * beginning, its percent good that of all of it.
 */
final class BatchTracks {
  static final Parameter ANCHOR =
      new Parameter(
          "anchor",
          "VARCHAR",
          null,
          "anchor",
          "name of a step; without it each phase, or with every the batch");
  static final Parameter POINTS =
      new Parameter("points", "BIGINT", "100", "points", "points of each anchor");
  static final Parameter EVERY =
      new Parameter("every", "INTERVAL", null, "every", "distance in time, in place of points");
  static final Parameter BEFORE =
      new Parameter("before", "INTERVAL", null, "before", "with every: time before the anchor");
  static final Parameter AFTER =
      new Parameter("after", "INTERVAL", null, "after", "with every: time after the anchor");
  static final Parameter SKIP_HELD =
      new Parameter(
          "skip_held", "BOOLEAN", null, null, "cut out the time in which the batch was held");

  static final List<Parameter> PARAMETERS =
      List.of(ANCHOR, POINTS, EVERY, BEFORE, AFTER, SKIP_HELD);

  private static final int POINTS_MAX = 100_000;
  private static final int ROWS_MAX = 20_000_000;
  private static final long POINT_BYTES = 48;

  /** A tag over one anchor. */
  static final class Track {
    final Task task;
    final long[] timesNs;
    private final long endNs;
    private final long[] activeNs;

    /** Of each point: place in the anchor from 0 to 1, NaN outside; seconds from its start. */
    final double[] x;

    final double[] offsetSeconds;
    final @Nullable String[] phases;
    final double[] values;
    final int[] statuses;
    @Nullable String @Nullable [] texts;
    double @Nullable [] percentGood;

    Track(
        Task task,
        long[] timesNs,
        long endNs,
        long[] activeNs,
        double[] x,
        double[] offsetSeconds,
        @Nullable String[] phases) {
      this.task = task;
      this.timesNs = timesNs;
      this.endNs = endNs;
      this.activeNs = activeNs;
      this.x = x;
      this.offsetSeconds = offsetSeconds;
      this.phases = phases;
      values = new double[timesNs.length];
      statuses = new int[timesNs.length];
    }

    int count() {
      return timesNs.length;
    }

    /** The parts of all points' time that count: in the anchor those in which the batch went on. */
    private long[] countingNs() {
      long[] counting = activeNs.clone();
      if (timesNs.length > 0) {
        counting[0] = Math.min(counting[0], timesNs[0]);
        counting[counting.length - 1] = Math.max(counting[counting.length - 1], endNs);
      }
      return counting;
    }

    /** Seconds for which a point stands. */
    double slotSeconds(int point) {
      double next =
          point + 1 < offsetSeconds.length
              ? offsetSeconds[point + 1]
              : point > 0 ? 2 * offsetSeconds[point] - offsetSeconds[point - 1] : activeSeconds();
      return next - offsetSeconds[point];
    }

    private double activeSeconds() {
      long ns = 0;
      for (int i = 0; i < activeNs.length; i += 2) {
        ns += activeNs[i + 1] - activeNs[i];
      }
      return ns / 1e9;
    }
  }

  private final TableCall call;
  private final List<Track> tracks;
  private boolean isRead;
  private boolean hasPercentGood;

  private BatchTracks(TableCall call, List<Track> tracks) {
    this.call = call;
    this.tracks = tracks;
  }

  /** The tracks of a use of a table, without values yet, in order of time. */
  static BatchTracks of(Arguments arguments) {
    return of(arguments, new PlantSelection(arguments));
  }

  /** The tracks of a selection. */
  static BatchTracks of(Arguments arguments, PlantSelection selection) {
    String anchor = arguments.text("anchor");
    Long everyNs = arguments.lengthNs("every");
    List<Stay> stays;
    if (anchor != null) {
      stays = selection.steps(anchor);
    } else if (everyNs != null) {
      stays = selection.batches();
    } else {
      stays = phasesOrBatches(selection);
    }
    TableCall call = arguments.call();
    HeldTimes held =
        arguments.flag("skip_held")
            ? HeldTimes.read(call.plant(), arguments.context().nowNs())
            : null;
    Map<String, List<Stay>> phases =
        everyNs != null && anchor == null ? phasesOf(selection) : Map.of();
    List<Track> tracks = new ArrayList<>();
    long rows = 0;
    for (Task task : selection.tasks(stays)) {
      Stay stay = task.stay();
      long[] active =
          held == null
              ? new long[] {stay.startNs(), stay.endNs()}
              : held.activeNs(stay.batchId(), stay.startNs(), stay.endNs());
      if (stay.startNs() >= stay.endNs() || active.length == 0) {
        continue;
      }
      Track track =
          everyNs == null
              ? normalised(task, active, arguments.whole("points", 1, POINTS_MAX))
              : offset(task, active, everyNs, arguments, phases);
      rows += track.count();
      if (rows > ROWS_MAX) {
        throw new HistorianException(
            ErrorCode.TOO_MANY,
            "too many points: points=" + rows + ", pointsMax=" + ROWS_MAX,
            null,
            "name fewer batches or attributes, or fewer points",
            null);
      }
      arguments.context().memory().reserve(POINT_BYTES * track.count());
      tracks.add(track);
    }
    return new BatchTracks(call, tracks);
  }

  private static List<Stay> phasesOrBatches(PlantSelection selection) {
    List<Stay> stays = new ArrayList<>(selection.phases());
    stays.addAll(selection.batchesWithoutPhases());
    stays.sort(Comparator.comparingLong(Stay::startNs).thenComparing(Stay::batchId));
    return stays;
  }

  private static Map<String, List<Stay>> phasesOf(PlantSelection selection) {
    Map<String, List<Stay>> phases = new HashMap<>();
    for (Stay phase : selection.phasesOfBatches()) {
      phases
          .computeIfAbsent(phase.batchId() + '\0' + phase.unitId(), k -> new ArrayList<>())
          .add(phase);
    }
    return phases;
  }

  private static Track normalised(Task task, long[] active, int points) {
    long length = 0;
    for (int i = 0; i < active.length; i += 2) {
      length += active[i + 1] - active[i];
    }
    long[] times = new long[points];
    double[] x = new double[points];
    double[] offsets = new double[points];
    long q = length / points;
    long r = length % points;
    int stretch = 0;
    long passed = 0; // active time before the stretch
    for (int j = 0; j < points; j++) {
      long at = q * j + r * j / points;
      while (at - passed >= active[stretch + 1] - active[stretch]) {
        passed += active[stretch + 1] - active[stretch];
        stretch += 2;
      }
      times[j] = active[stretch] + (at - passed);
      x[j] = (double) j / points;
      offsets[j] = at / 1e9;
    }
    @Nullable String[] phases = new @Nullable String[points];
    Arrays.fill(phases, task.stay().phase());
    return new Track(task, times, active[active.length - 1], active, x, offsets, phases);
  }

  private static Track offset(
      Task task,
      long[] active,
      long everyNs,
      Arguments arguments,
      Map<String, List<Stay>> phasesByBatch) {
    Stay stay = task.stay();
    long before = roll(arguments, "before") / everyNs;
    long after = roll(arguments, "after");
    long length = 0;
    for (int i = 0; i < active.length; i += 2) {
      length += active[i + 1] - active[i];
    }
    long inside = (length + after + everyNs - 1) / everyNs;
    if (before + inside > POINTS_MAX) {
      throw new HistorianException(
          ErrorCode.TOO_MANY,
          "too many points of a batch: points=" + (before + inside) + ", pointsMax=" + POINTS_MAX);
    }
    int count = (int) (before + inside);
    long[] times = new long[count];
    double[] x = new double[count];
    double[] offsets = new double[count];
    @Nullable String[] phases = new @Nullable String[count];
    List<Stay> ofBatch =
        phasesByBatch.getOrDefault(stay.batchId() + '\0' + stay.unitId(), List.of());
    int stretch = 0;
    long passed = 0;
    for (int j = 0; j < count; j++) {
      long at = (j - before) * everyNs;
      while (stretch + 2 < active.length && at - passed >= active[stretch + 1] - active[stretch]) {
        passed += active[stretch + 1] - active[stretch];
        stretch += 2;
      }
      times[j] = active[stretch] + (at - passed);
      offsets[j] = at / 1e9;
      x[j] = at >= 0 && at < length ? (double) at / length : Double.NaN;
      phases[j] = stay.phase() != null ? stay.phase() : phaseAt(ofBatch, times[j]);
    }
    long endNs = count == 0 ? stay.endNs() : times[count - 1] + everyNs;
    return new Track(task, times, endNs, active, x, offsets, phases);
  }

  private static long roll(Arguments arguments, String name) {
    Long ns = arguments.lengthNs(name);
    return ns == null ? 0 : ns;
  }

  private static @Nullable String phaseAt(List<Stay> phases, long ns) {
    for (Stay phase : phases) {
      if (phase.startNs() <= ns && ns < phase.endNs()) {
        return phase.phase();
      }
    }
    return null;
  }

  List<Track> tracks() {
    return tracks;
  }

  /** Those of them that can be compared with others. */
  BatchTracks comparableWith(BatchTracks others) {
    Set<Subject> subjects =
        others.tracks.stream().map(BatchTracks::subject).collect(Collectors.toSet());
    return new BatchTracks(
        call, tracks.stream().filter(track -> subjects.contains(subject(track))).toList());
  }

  /** Tags that are read. */
  List<TagDefinition> tags() {
    return PlantSelection.tagsOf(tracks.stream().map(track -> track.task).toList());
  }

  long points() {
    return tracks.stream().mapToLong(Track::count).sum();
  }

  /** Reads the values of all tracks, by a rule that is the same every time. Any thread. */
  synchronized void read(ReadRule rule, boolean withPercentGood) {
    if (isRead && (hasPercentGood || !withPercentGood)) {
      return;
    }
    isRead = true;
    hasPercentGood |= withPercentGood;
    Map<Integer, List<Track>> byTag = new TreeMap<>();
    for (Track track : tracks) {
      byTag.computeIfAbsent(track.task.tag().id(), id -> new ArrayList<>()).add(track);
    }
    ByTag.each(
        call.context(),
        tags(),
        tag -> {
          for (Track track : byTag.getOrDefault(tag.id(), List.of())) {
            read(track, rule);
            if (withPercentGood) {
              readPercentGood(track);
            }
          }
          return tag;
        },
        (tag, done) -> {});
  }

  private void read(Track track, ReadRule rule) {
    TagDefinition tag = track.task.tag();
    int[] at = {0};
    Arrays.fill(track.values, Double.NaN);
    Arrays.fill(track.statuses, StatusCodes.BAD_NO_DATA);
    @Nullable String[] texts =
        tag.type() == SampleType.STRING || tag.type() == SampleType.DIGITAL
            ? new @Nullable String[track.count()]
            : null;
    call.queries()
        .read(
            new Retrieval.AtTimes(track.timesNs, Retrieval.AtMode.AUTO, rule),
            tag,
            call.context(),
            block -> {
              for (int i = 0; i < block.count(); i++) {
                int point = at[0]++;
                track.statuses[point] = block.statuses()[i];
                if (block.isShown(i)) {
                  if (block.type() != SampleType.STRING) {
                    track.values[point] = block.number(i);
                  }
                  if (texts != null) {
                    texts[point] =
                        block.type() == SampleType.STRING
                            ? block.texts()[i]
                            : tag.stateText(block.longs()[i]);
                  }
                }
              }
            });
    track.texts = texts;
  }

  private void readPercentGood(Track track) {
    long[] edges = Arrays.copyOf(track.timesNs, track.count() + 1);
    edges[track.count()] = track.endNs;
    // Points of very short anchors fall on the same nanosecond: such slots have no time.
    long[] distinct = Arrays.stream(edges).distinct().toArray();
    double[] percent = new double[track.count()];
    if (distinct.length > 1) {
      Retrieval.Summary usual = new Retrieval.Summary(distinct);
      Retrieval.Summary asked =
          new Retrieval.Summary(
              distinct,
              usual.rule(),
              usual.basis(),
              EnumSet.of(SummaryField.PERCENT_GOOD),
              usual.logarithms(),
              0);
      boolean isCut = track.activeNs.length > 2;
      List<SummaryRow> rows =
          isCut
              ? call.queries()
                  .summarizeWithin(track.countingNs(), asked, track.task.tag(), call.context())
              : call.queries().summarize(asked, track.task.tag(), call.context());
      Map<Long, Double> byStart = new HashMap<>();
      rows.forEach(row -> byStart.put(row.startNs(), row.percentGood()));
      for (int i = 0; i < percent.length; i++) {
        percent[i] = byStart.getOrDefault(edges[i], 0.0);
      }
    }
    track.percentGood = percent;
  }

  /** What tracks are of, so that they can be compared: the same property, or the same tag. */
  record Subject(
      @Nullable String attribute, @Nullable String tag, @Nullable String phase, long instance) {}

  static Subject subject(Track track) {
    Stay stay = track.task.stay();
    String phase = stay.phase();
    return new Subject(
        track.task.attribute(),
        track.task.attribute() == null ? track.task.tag().name() : null,
        phase == null ? null : phase.toLowerCase(Locale.ROOT),
        stay.instance() == null ? 1 : stay.instance());
  }

  /** Ids of the batches that have tracks. */
  Set<String> batchIds() {
    Set<String> ids = new HashSet<>();
    tracks.forEach(track -> ids.add(track.task.stay().batchId()));
    return ids;
  }
}
