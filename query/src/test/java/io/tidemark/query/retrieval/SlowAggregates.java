package io.tidemark.query.retrieval;

import io.tidemark.model.StatusCodes;
import io.tidemark.query.aggregate.AggregateConfiguration;
import io.tidemark.query.aggregate.StandardAggregate;
import java.util.ArrayList;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.DoubleStream;
import org.jspecify.annotations.Nullable;

/**
 * The 37 aggregates of one interval by looking at all samples of the tag, once for every question:
 * OPC UA Part 13, 5.4.3, read as decision 22 does. Slow and plain; nothing is carried along from
 * interval to interval, and nothing is shared with what it checks but names of codes.
 */
final class SlowAggregates {
  private static final Set<StandardAggregate> LINES =
      Set.of(
          StandardAggregate.INTERPOLATIVE, StandardAggregate.TIME_AVERAGE, StandardAggregate.TOTAL);
  private static final int UNSURE = StatusCodes.UNCERTAIN_DATA_SUB_NORMAL;

  /** A row to be expected. */
  record Answer(long timeNs, @Nullable Double value, int status) {}

  /** A stretch of the interval between two samples; either may be missing. */
  private record Piece(@Nullable SlowSample left, @Nullable SlowSample right, long from, long to) {
    double ns() {
      return to - from;
    }
  }

  /** A value that may be the smallest or largest. */
  private record Candidate(double value, long timeNs, int bits) {}

  private final List<SlowSample> all;
  private final List<SlowSample> inside;
  private final List<SlowSample> usable;
  private final List<Piece> simple; // from sample to sample
  private final List<Piece> line; // from usable sample to usable sample, and beyond the last
  private final boolean stepped;
  private final AggregateConfiguration how;
  private final long startNs;
  private final long endNs;
  private final boolean beginsInside;
  private final boolean endsInside;

  SlowAggregates(
      List<SlowSample> all, boolean stepped, AggregateConfiguration how, long startNs, long endNs) {
    this.all = all;
    this.stepped = stepped;
    this.how = how;
    this.startNs = startNs;
    this.endNs = endNs;
    inside = all.stream().filter(each -> isInside(each.timeNs())).toList();
    usable = all.stream().filter(this::isUsable).toList();
    simple = pieces(all);
    line = pieces(usable).stream().filter(piece -> piece.left != null).toList();
    beginsInside = !all.isEmpty() && all.getFirst().timeNs() > startNs && !inside.isEmpty();
    endsInside = !all.isEmpty() && isInside(all.getLast().timeNs());
  }

  private boolean isInside(long timeNs) {
    return timeNs >= startNs && timeNs < endNs;
  }

  private boolean isUsable(@Nullable SlowSample sample) {
    return sample != null && (sample.isGood() || (sample.ownClass() == 1 && !how.uncertainIsBad()));
  }

  private List<Piece> pieces(List<SlowSample> samples) {
    List<Piece> pieces = new ArrayList<>();
    for (int i = -1; i < samples.size(); i++) {
      SlowSample left = i < 0 ? null : samples.get(i);
      SlowSample right = i + 1 < samples.size() ? samples.get(i + 1) : null;
      long from = left == null ? startNs : Math.max(startNs, left.timeNs());
      long to = right == null ? endNs : Math.min(endNs, right.timeNs());
      if (from < to && !(left == null && right == null)) {
        pieces.add(new Piece(left, right, from, to));
      }
    }
    return pieces;
  }

  private int curveClass(Piece piece) {
    SlowSample left = piece.left;
    if (left == null || !isUsable(left)) {
      return 2;
    }
    if (stepped) {
      return left.ownClass();
    }
    return left.isGood() && piece.right != null && piece.right.isGood() ? 0 : 1;
  }

  private double curve(Piece piece, long timeNs) {
    SlowSample left = Objects.requireNonNull(piece.left);
    SlowSample right = piece.right;
    return stepped || right == null || !isUsable(right)
        ? left.number()
        : between(left, right, timeNs);
  }

  private static double between(SlowSample left, SlowSample right, long timeNs) {
    double share = (timeNs - left.timeNs()) / (double) (right.timeNs() - left.timeNs());
    return left.number() + (right.number() - left.number()) * share;
  }

  /** The simple bound at a time: what is recorded then, else what the curve says. */
  private @Nullable Candidate bound(long timeNs) {
    for (SlowSample sample : all) {
      if (sample.timeNs() == timeNs) {
        return isUsable(sample) ? new Candidate(sample.number(), timeNs, sample.status()) : null;
      }
    }
    for (int i = 0; i + 1 < all.size(); i++) {
      Piece piece = new Piece(all.get(i), all.get(i + 1), timeNs, timeNs);
      if (all.get(i).timeNs() < timeNs
          && all.get(i + 1).timeNs() > timeNs
          && curveClass(piece) < 2) {
        int status = curveClass(piece) == 0 ? StatusCodes.GOOD : UNSURE;
        return new Candidate(curve(piece, timeNs), timeNs, status | StatusCodes.INTERPOLATED);
      }
    }
    return null;
  }

  private static boolean isInterpolated(Candidate bound) {
    return (bound.bits & StatusCodes.INTERPOLATED) == StatusCodes.INTERPOLATED;
  }

  private static int plainStatus(Candidate bound) {
    return isInterpolated(bound) ? bound.bits & ~0xFFFF : bound.bits;
  }

  private double line(Piece piece, long timeNs) {
    SlowSample left = Objects.requireNonNull(piece.left);
    if (piece.right != null) {
      return stepped ? left.number() : between(left, piece.right, timeNs);
    }
    int last = usable.size() - 1;
    if (!how.slopedExtrapolation() || stepped || last == 0) {
      return left.number();
    }
    SlowSample before = usable.get(last - 1);
    double slope = (left.number() - before.number()) / (left.timeNs() - before.timeNs());
    return left.number() + slope * (timeNs - left.timeNs());
  }

  /** Whether the line is in doubt before a time: not Good at an end, or something was skipped. */
  private boolean isDoubtful(Piece piece, long beforeNs) {
    SlowSample left = Objects.requireNonNull(piece.left);
    SlowSample right = piece.right;
    if (right == null || !left.isGood() || (!stepped && !right.isGood())) {
      return true;
    }
    long until = stepped ? beforeNs : right.timeNs();
    return all.stream()
        .anyMatch(
            each ->
                each.timeNs() > left.timeNs()
                    && each.timeNs() < until
                    && each.timeNs() < right.timeNs());
  }

  private Answer interpolative() {
    for (SlowSample sample : usable) {
      if (sample.timeNs() == startNs) {
        return new Answer(startNs, sample.value(), sample.status());
      }
    }
    for (Piece piece : line) {
      if (piece.from == startNs) {
        int status = isDoubtful(piece, startNs + 1) ? UNSURE : StatusCodes.GOOD;
        return new Answer(startNs, line(piece, startNs), status | StatusCodes.INTERPOLATED);
      }
    }
    return none(StatusCodes.BAD_NO_DATA);
  }

  private Answer overLine(boolean isTotal) {
    double area = 0;
    double ns = 0;
    boolean isSure = true;
    for (Piece piece : line) {
      double right = stepped ? line(piece, piece.from) : line(piece, piece.to);
      area += (line(piece, piece.from) + right) / 2 * piece.ns();
      ns += piece.ns();
      isSure &= !isDoubtful(piece, piece.to);
    }
    if (ns == 0) {
      return none(StatusCodes.BAD_NO_DATA);
    }
    int status = isSure && ns == endNs - startNs ? StatusCodes.GOOD : UNSURE;
    int partial = beginsInside ? StatusCodes.PARTIAL : 0;
    return new Answer(
        startNs, isTotal ? area * 1e-9 : area / ns, status | StatusCodes.CALCULATED | partial);
  }

  private int partial() {
    return beginsInside || endsInside ? StatusCodes.PARTIAL : 0;
  }

  private Answer none(int status) {
    return new Answer(startNs, null, status);
  }

  private Answer calculated(double value, int status) {
    return new Answer(startNs, value, status | StatusCodes.CALCULATED | partial());
  }

  private int byShares(double good, double bad, double whole) {
    if (bad > 0 && 100 * bad / whole >= how.percentDataBad()) {
      return StatusCodes.BAD;
    }
    return whole == 0 || 100 * good / whole >= how.percentDataGood() ? StatusCodes.GOOD : UNSURE;
  }

  private long count(Predicate<SlowSample> which) {
    return inside.stream().filter(which).count();
  }

  private Answer byCount(double value) {
    long good = count(SlowSample::isGood);
    long uncertain = count(each -> each.quality() == 1); // also one without a number
    int status = byShares(good, inside.size() - good - uncertain, inside.size());
    return status == StatusCodes.BAD ? none(status) : calculated(value, status);
  }

  private int timeStatus() {
    double[] ns = new double[3];
    simple.forEach(piece -> ns[curveClass(piece)] += piece.ns());
    return byShares(ns[0], ns[2], ns[0] + ns[1] + ns[2]);
  }

  private Answer overTime(@Nullable Double value) {
    int status = timeStatus();
    if (value == null) {
      return none(StatusCodes.BAD_NO_DATA);
    }
    return status == StatusCodes.BAD
        ? none(StatusCodes.BAD | StatusCodes.CALCULATED)
        : calculated(value, status);
  }

  private int sampleStatus() {
    return count(SlowSample::isGood) < inside.size() ? UNSURE : StatusCodes.GOOD;
  }

  private Answer ofGood(double value) {
    return count(SlowSample::isGood) == 0
        ? none(StatusCodes.BAD_NO_DATA)
        : calculated(value, sampleStatus());
  }

  private double[] good() {
    return inside.stream().filter(SlowSample::isGood).mapToDouble(SlowSample::number).toArray();
  }

  private double average() {
    double sum = 0;
    for (double each : good()) {
      sum += each;
    }
    return sum / good().length;
  }

  private double variance(int less) {
    double squares = 0;
    for (double each : good()) {
      squares += (each - average()) * (each - average());
    }
    return good().length <= 1 ? 0 : squares / (good().length - less);
  }

  private Answer extreme(int sign, boolean ownTime) {
    List<SlowSample> good = inside.stream().filter(SlowSample::isGood).toList();
    if (good.isEmpty()) {
      return none(StatusCodes.BAD_NO_DATA);
    }
    double best = good.stream().mapToDouble(each -> sign * each.number()).max().orElseThrow();
    List<SlowSample> all = good.stream().filter(each -> sign * each.number() == best).toList();
    SlowSample first = all.getFirst();
    int bits = !ownTime && first.timeNs() != startNs ? StatusCodes.CALCULATED : 0;
    bits |= all.size() > 1 ? StatusCodes.MULTI_VALUE : 0;
    return new Answer(
        ownTime ? first.timeNs() : startNs, first.value(), sampleStatus() | bits | partial());
  }

  /** Samples and bounds, oldest first. */
  private List<Candidate> candidates() {
    List<Candidate> found = new ArrayList<>();
    Candidate start = bound(startNs);
    if (start != null) {
      int bits = isInterpolated(start) ? StatusCodes.INTERPOLATED : 0;
      found.add(new Candidate(start.value(), startNs, bits));
    }
    for (SlowSample each : inside) {
      if (isUsable(each) && each.timeNs() > startNs) {
        found.add(new Candidate(each.number(), each.timeNs(), 0));
      }
    }
    Candidate end = stepped ? null : bound(endNs);
    if (end != null) {
      int bits = isInterpolated(end) ? StatusCodes.INTERPOLATED : StatusCodes.CALCULATED;
      found.add(new Candidate(end.value(), endNs - 1_000_000, bits));
    }
    return found;
  }

  private Answer extremeWithBounds(int sign, boolean ownTime) {
    List<Candidate> found = candidates();
    int status = timeStatus();
    if (found.isEmpty()) {
      return none(StatusCodes.BAD_NO_DATA);
    }
    if (status == StatusCodes.BAD) {
      return none(StatusCodes.BAD | StatusCodes.CALCULATED);
    }
    double best = found.stream().mapToDouble(each -> sign * each.value()).max().orElseThrow();
    List<Candidate> all = found.stream().filter(each -> sign * each.value() == best).toList();
    Candidate first = all.getFirst();
    int bits = first.bits;
    if (bits == 0 && !ownTime && first.timeNs() != startNs) {
      bits = StatusCodes.CALCULATED;
    }
    bits |= all.size() > 1 ? StatusCodes.MULTI_VALUE : 0;
    return new Answer(ownTime ? first.timeNs() : startNs, first.value(), status | bits | partial());
  }

  private static @Nullable Double range(DoubleStream values) {
    DoubleSummaryStatistics all = values.summaryStatistics();
    return all.getCount() == 0 ? null : (Double) (all.getMax() - all.getMin());
  }

  private @Nullable Double overCurve(boolean isTotal) {
    double area = 0;
    double ns = 0;
    for (Piece piece : simple) {
      if (curveClass(piece) < 2) {
        area += (curve(piece, piece.from) + curve(piece, piece.to)) / 2 * piece.ns();
        ns += piece.ns();
      }
    }
    return ns == 0 ? null : (Double) (isTotal ? area * 1e-9 : area / ns);
  }

  /** Milliseconds of a class: the curve's up to the first sample, then each sample's own. */
  private double duration(boolean isOfGood) {
    double ns = 0;
    for (Piece piece : simple) {
      SlowSample left = piece.left;
      boolean isOwn = left != null && left.timeNs() >= startNs;
      int quality = isOwn ? left.ownClass() : curveClass(piece);
      double length = piece.right == null ? Math.min(1_000_000, piece.ns()) : piece.ns();
      boolean isBad = quality == 2 || (quality == 1 && how.uncertainIsBad());
      ns += (isOfGood ? quality == 0 : isBad) ? length : 0;
    }
    return ns / 1e6;
  }

  private Answer inState(boolean isOfZero) {
    double[] ns = new double[3];
    double inState = 0;
    for (Piece piece : simple) {
      SlowSample left = piece.left;
      int quality = isUsable(left) ? Objects.requireNonNull(left).ownClass() : 2;
      ns[quality] += piece.ns();
      if (quality < 2 && (Objects.requireNonNull(left).number() == 0) == isOfZero) {
        inState += piece.ns();
      }
    }
    int status = byShares(ns[0], ns[2], ns[0] + ns[1] + ns[2]);
    return status == StatusCodes.BAD
        ? none(StatusCodes.BAD | StatusCodes.CALCULATED)
        : calculated(inState / 1e6, status);
  }

  private Answer transitions() {
    int changes = 0;
    SlowSample last = null;
    for (SlowSample each : all) {
      if (each.quality() < 2 && each.value() != null) {
        boolean isChange = last == null || last.number() != each.number();
        changes += isChange && isInside(each.timeNs()) ? 1 : 0;
        last = each;
      }
    }
    return byCount(changes);
  }

  private Answer recorded(boolean isFirst) {
    if (inside.isEmpty()) {
      return none(StatusCodes.BAD_NO_DATA);
    }
    SlowSample sample = isFirst ? inside.getFirst() : inside.getLast();
    return sample.value() == null || sample.quality() == 2
        ? new Answer(sample.timeNs(), null, sample.status())
        : new Answer(sample.timeNs(), sample.value(), sample.status() | partial());
  }

  private Answer delta() {
    if (count(SlowSample::isGood) == 0) {
      return none(StatusCodes.BAD_NO_DATA);
    }
    double[] good = good();
    boolean isSkipped = !inside.getFirst().isGood() || !inside.getLast().isGood();
    return calculated(good[good.length - 1] - good[0], isSkipped ? UNSURE : StatusCodes.GOOD);
  }

  private Answer worst(boolean withBound) {
    List<Integer> codes = new ArrayList<>();
    inside.forEach(each -> codes.add(each.status()));
    Candidate start = bound(startNs);
    if (withBound && (start == null || isInterpolated(start))) {
      codes.addFirst(start == null ? StatusCodes.BAD_NO_DATA : plainStatus(start));
    }
    if (codes.isEmpty()) {
      return none(StatusCodes.BAD_NO_DATA);
    }
    int worst = codes.stream().mapToInt(code -> Math.min(2, code >>> 30)).max().orElseThrow();
    List<Integer> all = codes.stream().filter(code -> Math.min(2, code >>> 30) == worst).toList();
    int multi = all.size() > 1 && worst > 0 ? StatusCodes.MULTI_VALUE : 0;
    return calculated(Integer.toUnsignedLong(all.getFirst()), multi);
  }

  private Answer deltaBounds() {
    Candidate start = bound(startNs);
    Candidate end = bound(endNs);
    if (start == null || end == null) {
      return none(StatusCodes.BAD_NO_DATA);
    }
    boolean bothGood = start.bits >>> 30 == 0 && end.bits >>> 30 == 0;
    return calculated(end.value() - start.value(), bothGood ? StatusCodes.GOOD : UNSURE);
  }

  private Answer boundAt(long timeNs) {
    Candidate bound = bound(timeNs);
    if (timeNs == endNs) {
      return bound == null
          ? none(StatusCodes.BAD_NO_DATA | StatusCodes.CALCULATED)
          : calculated(bound.value(), plainStatus(bound));
    }
    return bound == null
        ? none(StatusCodes.BAD_NO_DATA)
        : new Answer(startNs, bound.value(), bound.bits);
  }

  /** The row of an aggregate. */
  Answer answer(StandardAggregate aggregate) {
    boolean isOutside =
        all.isEmpty() || all.getFirst().timeNs() >= endNs || all.getLast().timeNs() < startNs;
    if (isOutside && !LINES.contains(aggregate)) {
      return none(StatusCodes.BAD_NO_DATA);
    }
    double wholeMs = (endNs - startNs) / 1e6;
    return switch (aggregate) {
      case INTERPOLATIVE -> interpolative();
      case TIME_AVERAGE -> overLine(false);
      case TOTAL -> overLine(true);
      case AVERAGE -> good().length == 0 ? none(StatusCodes.BAD_NO_DATA) : byCount(average());
      case COUNT -> byCount(good().length);
      case ANNOTATION_COUNT -> calculated(count(SlowSample::isMarked), StatusCodes.GOOD);
      case NUMBER_OF_TRANSITIONS -> transitions();
      case MINIMUM -> extreme(-1, false);
      case MAXIMUM -> extreme(1, false);
      case MINIMUM_ACTUAL_TIME -> extreme(-1, true);
      case MAXIMUM_ACTUAL_TIME -> extreme(1, true);
      case RANGE -> ofGood(Objects.requireNonNullElse(range(DoubleStream.of(good())), 0.0));
      case START -> recorded(true);
      case END -> recorded(false);
      case DELTA -> delta();
      case DURATION_GOOD -> calculated(duration(true), StatusCodes.GOOD);
      case DURATION_BAD -> calculated(duration(false), StatusCodes.GOOD);
      case PERCENT_GOOD -> calculated(100 * duration(true) / wholeMs, StatusCodes.GOOD);
      case PERCENT_BAD -> calculated(100 * duration(false) / wholeMs, StatusCodes.GOOD);
      case WORST_QUALITY -> worst(false);
      case WORST_QUALITY_2 -> worst(true);
      case TIME_AVERAGE_2 -> overTime(overCurve(false));
      case TOTAL_2 -> overTime(overCurve(true));
      case MINIMUM_2 -> extremeWithBounds(-1, false);
      case MAXIMUM_2 -> extremeWithBounds(1, false);
      case MINIMUM_ACTUAL_TIME_2 -> extremeWithBounds(-1, true);
      case MAXIMUM_ACTUAL_TIME_2 -> extremeWithBounds(1, true);
      case RANGE_2 -> overTime(range(candidates().stream().mapToDouble(Candidate::value)));
      case DURATION_IN_STATE_ZERO -> inState(true);
      case DURATION_IN_STATE_NON_ZERO -> inState(false);
      case STANDARD_DEVIATION_SAMPLE -> ofGood(Math.sqrt(variance(1)));
      case STANDARD_DEVIATION_POPULATION -> ofGood(Math.sqrt(variance(0)));
      case VARIANCE_SAMPLE -> ofGood(variance(1));
      case VARIANCE_POPULATION -> ofGood(variance(0));
      case START_BOUND -> boundAt(startNs);
      case END_BOUND -> boundAt(endNs);
      case DELTA_BOUNDS -> deltaBounds();
    };
  }
}
