package io.tidemark.query.retrieval;

import io.tidemark.model.Direction;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.model.QueryContext;
import io.tidemark.model.ReadRule;
import io.tidemark.model.SampleBlock;
import io.tidemark.model.SampleColumns;
import io.tidemark.model.SampleCondition;
import io.tidemark.model.SampleCursor;
import io.tidemark.model.SampleType;
import io.tidemark.model.ScanRequest;
import io.tidemark.model.TagDefinition;
import io.tidemark.model.TimeRange;
import io.tidemark.model.VersionMode;
import org.jspecify.annotations.Nullable;

/**
 * A tag's curve as a rule draws it, one piece after the other in order of time: from a sample to
 * the next one, {@code [fromNs, untilNs)}. The first piece begins before all samples if none lies
 * at or before the time asked for; the last one has no end and no value, since nothing follows its
 * sample. Reads block by block, and no further than the end of the piece; allocates nothing per
 * sample. One thread; close it.
 */
public final class CurvePieces implements AutoCloseable {
  private final QueryContext context;
  private final ReadRule rule;
  private final boolean stepped;
  private final boolean hasAllVersions;
  private final SampleCursor samples;
  private final SampleBlock block = new SampleBlock();
  private int row;
  private HeldSample now = new HeldSample();
  private HeldSample following = new HeldSample();
  private boolean hasValue;
  private boolean isLine;

  private CurvePieces(
      QueryContext context, TagDefinition tag, ReadRule rule, long atNs, SampleCursor samples) {
    this.context = context;
    this.rule = rule;
    this.stepped = rule.stepped(tag);
    this.hasAllVersions = context.versionMode() == VersionMode.ALL;
    this.samples = samples;
    read();
    while (following.exists && following.timeNs <= atNs) {
      next();
    }
  }

  /**
   * The curve from the piece on that a time lies in.
   *
   * @throws HistorianException {@link ErrorCode#FORBIDDEN} for a tag that the principal may not
   *     read; {@link ErrorCode#CANCELLED} and {@link ErrorCode#DEADLINE_EXCEEDED}, also later.
   */
  public static CurvePieces of(QueryContext context, TagDefinition tag, ReadRule rule, long atNs) {
    Retrievals.authorize(tag, context);
    if (rule.isPlain()) {
      return of(context, tag, rule, atNs, SampleColumns.VALUES);
    }
    return opened(context, tag, rule, atNs, new RuledSamples(context, tag, rule, atNs));
  }

  /**
   * Only when samples were recorded and with which status: the pieces have no values.
   *
   * @throws HistorianException as {@link #of}.
   */
  public static CurvePieces statuses(QueryContext context, TagDefinition tag, long atNs) {
    Retrievals.authorize(tag, context);
    return of(context, tag, ReadRule.DEFAULT, atNs, SampleColumns.TIMES);
  }

  private static CurvePieces of(
      QueryContext context, TagDefinition tag, ReadRule rule, long atNs, SampleColumns columns) {
    long fromNs = RuledSamples.anchor(context, tag, rule, atNs);
    ScanRequest request =
        new ScanRequest(
            tag.id(),
            new TimeRange(fromNs, Long.MAX_VALUE),
            Direction.FORWARD,
            columns,
            SampleCondition.ANY);
    return opened(context, tag, rule, atNs, context.view().scan(context, request));
  }

  private static CurvePieces opened(
      QueryContext context, TagDefinition tag, ReadRule rule, long atNs, SampleCursor samples) {
    try {
      return new CurvePieces(context, tag, rule, atNs, samples);
    } catch (RuntimeException | Error e) {
      samples.close();
      throw e;
    }
  }

  /** Moves to the next piece; stays on the last one. */
  public void next() {
    if (!following.exists) {
      return;
    }
    HeldSample free = now;
    now = following;
    following = free;
    read();
    boolean isNumber = now.isUsableNumber(rule);
    hasValue = following.exists && (isNumber || (stepped && now.isUsable(rule) && !isReal()));
    isLine = hasValue && !stepped && following.isUsableNumber(rule);
  }

  private boolean isReal() {
    return now.type.isReal();
  }

  /** Reads the sample that follows; of several of one time the last one. */
  private void read() {
    if (!hasRow()) {
      following.clear();
      return;
    }
    following.set(block, row++);
    while (hasAllVersions && hasRow() && block.sourceTimesNs()[row] == following.timeNs) {
      following.set(block, row++);
    }
  }

  private boolean hasRow() {
    if (row < block.count()) {
      return true;
    }
    context.check();
    row = 0;
    if (samples.next(block) == 0) {
      block.count(0);
    }
    return block.count() > 0;
  }

  /** Time of the piece's sample; {@link Long#MIN_VALUE} before the first one. */
  public long fromNs() {
    return now.exists ? now.timeNs : Long.MIN_VALUE;
  }

  /** Time of the next sample; {@link Long#MAX_VALUE} if there is none. */
  public long untilNs() {
    return following.exists ? following.timeNs : Long.MAX_VALUE;
  }

  /** Whether the piece begins with a sample. */
  public boolean hasSample() {
    return now.exists;
  }

  /** StatusCode of the piece's sample, if it has one. */
  public int status() {
    return now.status;
  }

  /**
   * Whether there is a value throughout the piece: its sample is usable, a finite number unless the
   * tag's values hold, and another one follows.
   */
  public boolean hasValue() {
    return hasValue;
  }

  /** Whether the value runs in a straight line to that of the next sample; else it holds. */
  public boolean isLine() {
    return isLine;
  }

  /** Type of the piece's value. */
  public SampleType type() {
    return now.type;
  }

  /** Value at the start of a piece of a float type. */
  public double real() {
    return now.real;
  }

  /** Value at the start of a piece of an integral type. */
  public long integral() {
    return now.integral;
  }

  /** Value of a piece of text. */
  public @Nullable String text() {
    return now.text;
  }

  /** Type of the value at the end of a line. */
  public SampleType endType() {
    return following.type;
  }

  /** Value at the end of a line, if that is of a float type. */
  public double endReal() {
    return following.real;
  }

  /** Value at the end of a line, if that is of an integral type. */
  public long endIntegral() {
    return following.integral;
  }

  @Override
  public void close() {
    samples.close();
  }
}
