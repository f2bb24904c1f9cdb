package io.tidemark.ingest;

import io.tidemark.catalog.CatalogRecord;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.ErrorText;
import io.tidemark.model.Float32;
import io.tidemark.model.HistorianException;
import io.tidemark.model.Principal;
import io.tidemark.model.RecordKind;
import io.tidemark.model.SampleFlags;
import io.tidemark.model.SampleFrame;
import io.tidemark.model.SampleFrameBuilder;
import io.tidemark.model.SampleType;
import io.tidemark.model.TagDefinition;
import io.tidemark.model.WriteMode;
import io.tidemark.storage.manifest.RequestProgress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The samples of one request on their way into frames. Each is judged alone: a refused one throws
 * and the rest goes on. One thread; end it with {@link #finish} or drop it with {@link #close}.
 */
public final class WriteSession implements SampleSink, AutoCloseable {
  /** Refusals that a setting or a definition would change. */
  public static final Set<ErrorCode> MENDABLE =
      Set.of(
          ErrorCode.BEFORE_RETENTION,
          ErrorCode.TOO_FAR_IN_FUTURE,
          ErrorCode.TOO_MANY,
          ErrorCode.OUT_OF_RANGE,
          ErrorCode.WRONG_TYPE,
          ErrorCode.UNKNOWN_STATE);

  private final Ingress ingress;
  private final SampleFrameBuilder builder;
  private final Ack ack;
  private final Principal principal;
  private final int producerId;
  private final @Nullable RequestId request;
  private final long nowNs;
  private final IngestConfig config;
  private final long earliestNs;
  private final long latestNs;
  private final Map<String, TagDefinition> seen = new HashMap<>();
  private @Nullable Predicate<String> writable;
  private byte flags;
  private long offerWaitNs;
  private WriteMode mode = WriteMode.UPDATE;
  private SampleType wholeNumberType = SampleType.INT64;
  private int parts;
  private boolean finished;

  WriteSession(
      Ingress ingress,
      SampleFrameBuilder builder,
      Ack ack,
      Principal principal,
      int producerId,
      @Nullable RequestId request,
      long nowNs,
      IngestConfig config) {
    this.ingress = ingress;
    this.builder = builder;
    this.ack = ack;
    this.principal = principal;
    this.producerId = producerId;
    this.request = request;
    this.nowNs = nowNs;
    this.config = config;
    this.offerWaitNs = config.offerWaitNs();
    this.earliestNs =
        config.retentionAgeNs() > 0 ? nowNs - config.retentionAgeNs() : Long.MIN_VALUE;
    this.latestNs =
        nowNs > Long.MAX_VALUE - config.futureMaxNs()
            ? Long.MAX_VALUE
            : nowNs + config.futureMaxNs();
  }

  /** Refuses samples of tags whose names do not pass. */
  public void only(Predicate<String> writableNames) {
    writable = writableNames;
  }

  /** Whether all tags may be written, those too that are made meanwhile. */
  public boolean mayWriteAll() {
    return writable == null;
  }

  /** Changes with every change of any tag. */
  public long catalogGeneration() {
    return ingress.tags().generation();
  }

  /**
   * Sets what the samples do where others of their time are there; before the first of them. What
   * replaces is marked as edited.
   */
  public void mode(WriteMode newMode) {
    mode = newMode;
    if (mode == WriteMode.REPLACE) {
      flags(SampleFlags.EDITED);
    }
  }

  /** Sets further {@link SampleFlags} for the samples that follow. */
  public void flags(byte newFlags) {
    flags = mode == WriteMode.REPLACE ? (byte) (newFlags | SampleFlags.EDITED) : newFlags;
  }

  /**
   * Sets how long to wait for room in the hand-over: who reads a stream holds its sender up by
   * waiting, and need not refuse him as soon as others.
   */
  public void offerWait(long newWaitNs) {
    offerWaitNs = newWaitNs;
  }

  /**
   * Sets the type that a tag seen first with a whole number gets. JSON writes 20 for 20.0: there it
   * is float64.
   */
  public void wholeNumbersMake(SampleType type) {
    wholeNumberType = type;
  }

  @Override
  public void integer(String tag, long timeNs, long value, int status) {
    try {
      integer(tag(tag, wholeNumberType), timeNs, value, status);
    } catch (HistorianException e) {
      quarantine(tag, timeNs, value, status, e);
      throw e;
    }
  }

  /** As {@link #integer(String, long, long, int)}, of a tag that {@link #tag} gave. */
  public void integer(TagDefinition definition, long timeNs, long value, int status) {
    checkTime(definition, timeNs);
    switch (definition.type()) {
      case FLOAT64 -> add(definition, timeNs, Double.doubleToRawLongBits((double) value), status);
      case FLOAT32 -> addSingle(definition, timeNs, (float) value, status); // rounds once
      case INT64 -> add(definition, timeNs, value, status);
      case INT32 -> {
        if (value != (int) value) {
          throw outOfRange(definition, value, Integer.MIN_VALUE + " to " + Integer.MAX_VALUE);
        }
        add(definition, timeNs, value, status);
      }
      case BOOL -> {
        if (value != 0 && value != 1) {
          throw outOfRange(definition, value, "0 or 1");
        }
        add(definition, timeNs, value, status);
      }
      case DIGITAL -> {
        if (value < 0 || value >= Math.max(1, definition.states().size())) {
          throw outOfRange(
              definition, value, "an ordinal from 0 to " + (definition.states().size() - 1));
        }
        add(definition, timeNs, value, status);
      }
      case STRING -> throw wrongType(definition, "a number");
    }
  }

  @Override
  public void decimal(String tag, long timeNs, double value, float single, int status) {
    try {
      TagDefinition definition = tag(tag, SampleType.FLOAT64);
      if (definition.type() == SampleType.FLOAT64) {
        decimal(definition, timeNs, value, status);
      } else {
        decimal(definition, timeNs, value, single, status);
      }
    } catch (HistorianException e) {
      quarantine(tag, timeNs, value, status, e);
      throw e;
    }
  }

  /** As {@link #decimal(String, long, double, int)}, of a tag that {@link #tag} gave. */
  public void decimal(TagDefinition definition, long timeNs, double value, int status) {
    if (definition.type() == SampleType.FLOAT64) {
      checkTime(definition, timeNs);
      add(definition, timeNs, Double.doubleToRawLongBits(value), status);
    } else {
      decimal(definition, timeNs, value, Float32.nearest(value), status);
    }
  }

  private void decimal(
      TagDefinition definition, long timeNs, double value, float single, int status) {
    checkTime(definition, timeNs);
    switch (definition.type()) {
      case FLOAT32 -> {
        if (Float.isInfinite(single) && Double.isFinite(value)) {
          throw outOfRange(definition, value, -Float.MAX_VALUE + " to " + Float.MAX_VALUE);
        }
        addSingle(definition, timeNs, single, status);
      }
      default -> throw wrongType(definition, "a number with a fraction");
    }
  }

  @Override
  public void bool(String tag, long timeNs, boolean value, int status) {
    try {
      bool(tag(tag, SampleType.BOOL), timeNs, value, status);
    } catch (HistorianException e) {
      quarantine(tag, timeNs, value, status, e);
      throw e;
    }
  }

  /** As {@link #bool(String, long, boolean, int)}, of a tag that {@link #tag} gave. */
  public void bool(TagDefinition definition, long timeNs, boolean value, int status) {
    checkTime(definition, timeNs);
    if (definition.type() != SampleType.BOOL) {
      throw wrongType(definition, "true or false");
    }
    add(definition, timeNs, value ? 1 : 0, status);
  }

  @Override
  public void text(String tag, long timeNs, String value, int status) {
    try {
      text(tag(tag, SampleType.STRING), timeNs, value, status);
    } catch (HistorianException e) {
      quarantine(tag, timeNs, value, status, e);
      throw e;
    }
  }

  /** As {@link #text(String, long, String, int)}, of a tag that {@link #tag} gave. */
  public void text(TagDefinition definition, long timeNs, String value, int status) {
    checkTime(definition, timeNs);
    switch (definition.type()) {
      case DIGITAL -> {
        int ordinal = definition.stateOrdinal(value);
        if (ordinal < 0) {
          throw new HistorianException(
              ErrorCode.UNKNOWN_STATE,
              "no such state: tag="
                  + ErrorText.quote(definition.name())
                  + ", text="
                  + ErrorText.quote(value)
                  + ", states="
                  + ErrorText.quote(String.join("|", definition.states())));
        }
        add(definition, timeNs, ordinal, status);
      }
      case STRING -> {
        byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
        if (utf8.length > SampleFrame.TEXT_BYTES_MAX) {
          throw new HistorianException(
              ErrorCode.TOO_LONG,
              "text is too long: tag="
                  + ErrorText.quote(definition.name())
                  + ", bytes="
                  + utf8.length
                  + ", bytesMax="
                  + SampleFrame.TEXT_BYTES_MAX);
        }
        makeRoom(utf8.length);
        builder.addText(
            definition.id(), timeNs, utf8, (byte) (flags | SampleFlags.PRESENT), status);
      }
      default -> throw wrongType(definition, "a text");
    }
  }

  @Override
  public void absent(String tag, long timeNs, int status) {
    try {
      absent(tag(tag, SampleType.FLOAT64), timeNs, status);
    } catch (HistorianException e) {
      quarantine(tag, timeNs, null, status, e);
      throw e;
    }
  }

  /** As {@link #absent(String, long, int)}, of a tag that {@link #tag} gave. */
  public void absent(TagDefinition definition, long timeNs, int status) {
    checkTime(definition, timeNs);
    makeRoom(0);
    builder.addAbsent(definition.id(), definition.type(), timeNs, flags, status);
  }

  /**
   * Keeps a sample that a rule refused which may be changed; others are named and forgotten. For
   * decoders that call the methods with a {@link TagDefinition}.
   *
   * @param value as {@link RefusedSamples#keep} takes it
   */
  public void quarantine(
      String tag, long timeNs, @Nullable Object value, int status, HistorianException why) {
    if (MENDABLE.contains(why.code())) {
      ingress.refusedSamples().keep(tag, timeNs, value, status, principal, why);
    }
  }

  private void addSingle(TagDefinition tag, long timeNs, float value, int status) {
    add(tag, timeNs, Double.doubleToRawLongBits(Float32.widen(value)), status);
  }

  private void add(TagDefinition tag, long timeNs, long bits, int status) {
    makeRoom(0);
    builder.add(tag.id(), tag.type(), timeNs, bits, (byte) (flags | SampleFlags.PRESENT), status);
  }

  private void makeRoom(int textBytes) {
    if (!builder.hasRoom(textBytes)) {
      flush();
    }
  }

  /** Hands over what is collected. */
  public void flush() {
    if (builder.count() > 0) {
      offer(builder.encode(producerId), false);
    }
  }

  private void offer(ByteBuffer frame, boolean isLast) {
    frame.order(ByteOrder.LITTLE_ENDIAN);
    SampleFrame header = new SampleFrame().wrap(frame, frame.position(), frame.remaining());
    header.mode(mode);
    RequestId named = request;
    if (named != null) {
      if (parts == RequestProgress.PARTS_MAX) {
        throw new HistorianException(
            ErrorCode.TOO_MANY,
            "request has too many parts: frames=" + parts + ", framesMax=" + parts,
            null,
            "send it as several requests",
            null);
      }
      header.request(named.epoch(), named.sequence(), parts, isLast ? parts + 1 : 0);
      parts++;
    }
    ingress.offer(frame, ack, offerWaitNs);
  }

  /**
   * Hands over the rest; the acknowledgement covers all samples of the session. The last part of a
   * numbered request says how many there are, and is sent even if nothing is left for it.
   */
  public Ack finish() {
    try {
      if (builder.count() > 0) {
        offer(builder.encode(producerId), true);
      } else if (request != null) {
        offer(
            SampleFrameBuilder.encodeRecord(
                RecordKind.PRODUCER, producerId, CatalogRecord.endOfRequest()),
            true);
      }
    } finally {
      close();
    }
    return ack;
  }

  /** Drops what was not handed over. */
  @Override
  public void close() {
    if (!finished) {
      finished = true;
      ack.lastFrameOffered();
      ingress.giveBack(builder);
    }
  }

  /**
   * The tag of a name, made if there is none.
   *
   * @throws HistorianException {@link ErrorCode#FORBIDDEN} if it may not be written, and what is
   *     wrong with a new name
   */
  public TagDefinition tag(String name, SampleType typeIfNew) {
    TagDefinition tag = seen.get(name);
    if (tag == null) {
      if (writable != null && !writable.test(name)) {
        throw new HistorianException(
            ErrorCode.FORBIDDEN,
            "account may not write this tag: tag="
                + ErrorText.quote(name)
                + ", name="
                + principal.name());
      }
      tag = ingress.findOrCreate(name, typeIfNew, principal);
      seen.put(name, tag);
    }
    return tag;
  }

  private void checkTime(TagDefinition tag, long timeNs) {
    if (timeNs < earliestNs || timeNs > latestNs) {
      refuseTime(tag, timeNs);
    }
  }

  private void refuseTime(TagDefinition tag, long timeNs) {
    if (config.retentionAgeNs() > 0 && timeNs < nowNs - config.retentionAgeNs()) {
      throw new HistorianException(
          ErrorCode.BEFORE_RETENTION,
          "source time is before what is kept: tag="
              + ErrorText.quote(tag.name())
              + ", ts="
              + ErrorText.time(timeNs)
              + ", keptFrom="
              + ErrorText.time(nowNs - config.retentionAgeNs()),
          null,
          "raise store.retentionAge to keep samples longer",
          null);
    }
    if (!tag.forecast() && timeNs > nowNs && timeNs - nowNs > config.futureMaxNs()) {
      throw new HistorianException(
          ErrorCode.TOO_FAR_IN_FUTURE,
          "source time is too far ahead: tag="
              + ErrorText.quote(tag.name())
              + ", ts="
              + ErrorText.time(timeNs)
              + ", now="
              + ErrorText.time(nowNs)
              + ", aheadMaxSeconds="
              + config.futureMaxNs() / 1_000_000_000L,
          null,
          "check the source's clock, raise ingest.futureMax, or make the tag a forecast",
          null);
    }
  }

  private static HistorianException wrongType(TagDefinition tag, String given) {
    return new HistorianException(
        ErrorCode.WRONG_TYPE,
        "value does not fit the tag: tag="
            + ErrorText.quote(tag.name())
            + ", type="
            + tag.type().label()
            + ", given="
            + given);
  }

  private static HistorianException outOfRange(TagDefinition tag, Number value, String allowed) {
    return new HistorianException(
        ErrorCode.OUT_OF_RANGE,
        "value is out of range: tag="
            + ErrorText.quote(tag.name())
            + ", type="
            + tag.type().label()
            + ", value="
            + value
            + ", allowed="
            + allowed);
  }
}
