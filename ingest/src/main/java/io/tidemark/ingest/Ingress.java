package io.tidemark.ingest;

import io.tidemark.catalog.CatalogRecord;
import io.tidemark.catalog.ProducerTable;
import io.tidemark.catalog.TagTable;
import io.tidemark.ingest.append.AppendPath;
import io.tidemark.model.DuplicateRule;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.ErrorText;
import io.tidemark.model.HistorianException;
import io.tidemark.model.Principal;
import io.tidemark.model.RecordKind;
import io.tidemark.model.SampleFrame;
import io.tidemark.model.SampleFrameBuilder;
import io.tidemark.model.SampleType;
import io.tidemark.model.TagDefinition;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The way into the store. Samples come through sessions; tags, producers and context as records.
 * Everything is in the ring in the order it depends on: a tag's record before the first frame that
 * uses it. Safe from any thread.
 */
public final class Ingress {
  private static final int BUILDERS_POOLED = 64;
  private static final long OFFER_PARK_NS = 50_000;

  private final AppendPath path;
  private final TagTable tags;
  private final ProducerTable producers;
  private final IngestConfig config;
  private final LongSupplier epochNs;
  private final GuardClock guardClock;
  private final LongSupplier nanoClock;
  private final Runnable wakeAppend;
  private final ConcurrentLinkedQueue<SampleFrameBuilder> builders = new ConcurrentLinkedQueue<>();
  private final AtomicInteger pooled = new AtomicInteger();
  private volatile boolean closed;

  /* Guards the numbering of tags and producers. */
  private final Object catalogLock = new Object();

  private final NewTagQuota newTags;
  private final RefusedSamples refusedSamples;
  private final AckLatency latency;

  /**
   * An ingress.
   *
   * @param epochNs wall clock, nanoseconds since the epoch
   * @param nanoClock monotonic clock
   * @param wakeAppend wakes the append agent's thread if it is parked
   * @param refusedSamples gets what rules refuse
   * @param latency is told of each acknowledged request of samples
   */
  public Ingress(
      AppendPath path,
      TagTable tags,
      ProducerTable producers,
      IngestConfig config,
      LongSupplier epochNs,
      LongSupplier nanoClock,
      Runnable wakeAppend,
      RefusedSamples refusedSamples,
      AckLatency latency) {
    this.path = path;
    this.latency = latency;
    this.refusedSamples = refusedSamples;
    this.newTags = new NewTagQuota(config.newTagsPerHour());
    this.tags = tags;
    this.producers = producers;
    this.config = config;
    this.epochNs = epochNs;
    this.guardClock = new GuardClock(epochNs, nanoClock);
    this.nanoClock = nanoClock;
    this.wakeAppend = wakeAppend;
  }

  /** A session for one request. Close it; it belongs to one thread. */
  public WriteSession openSession(Principal principal, AckLevel level) {
    return openSession(principal, level, null);
  }

  /**
   * A session for one request of a client that numbers them: what is stored already of it is
   * acknowledged again and not stored again. The session's {@link WriteSession#finish} must be
   * called also if it has no samples, or the next request finds this one missing.
   *
   * @param request names the request; null for a client that does not count
   */
  public WriteSession openSession(
      Principal principal, AckLevel level, @Nullable RequestId request) {
    checkOpen();
    int producer =
        producerId(
            request == null ? principal.name() : principal.name() + '\n' + request.producer());
    SampleFrameBuilder builder = builders.poll();
    if (builder == null) {
      builder = new SampleFrameBuilder();
    } else {
      pooled.decrementAndGet();
    }
    long start = nanoClock.getAsLong();
    Ack ack = path.acks().open(level);
    ack.whenDone(() -> latency.record(level, nanoClock.getAsLong() - start));
    return new WriteSession(
        this, builder, ack, principal, producer, request, guardClock.nowNs(), config);
  }

  void giveBack(SampleFrameBuilder builder) {
    builder.clear();
    if (pooled.incrementAndGet() <= BUILDERS_POOLED) {
      builders.add(builder);
    } else {
      pooled.decrementAndGet();
    }
  }

  /** Refuses whatever comes from now on. */
  public void close() {
    closed = true;
  }

  private void checkOpen() {
    if (closed) {
      throw new HistorianException(ErrorCode.UNAVAILABLE, "the server is stopping, retry later");
    }
  }

  RefusedSamples refusedSamples() {
    return refusedSamples;
  }

  TagTable tags() {
    return tags;
  }

  /** Hands over a frame on behalf of an acknowledgement, waiting so long for room. */
  void offer(ByteBuffer frame, Ack ack, long waitNs) {
    frame.order(ByteOrder.LITTLE_ENDIAN);
    new SampleFrame().wrap(frame, frame.position(), frame.remaining()).ackSlot(ack.slot());
    ack.frameOffered();
    if (path.ring().offer(frame)) {
      wakeAppend.run();
      return;
    }
    long start = nanoClock.getAsLong();
    while (nanoClock.getAsLong() - start < waitNs && !Thread.currentThread().isInterrupted()) {
      LockSupport.parkNanos(OFFER_PARK_NS);
      if (path.ring().offer(frame)) {
        wakeAppend.run();
        return;
      }
    }
    ack.frameWithdrawn();
    throw new HistorianException(
        ErrorCode.BACK_PRESSURED,
        "the hand-over is full: ringBytes=" + path.ring().capacity() + ", retry later");
  }

  /** Hands over a record that is not samples. */
  public Ack submitRecord(RecordKind kind, Principal principal, byte[] payload, AckLevel level) {
    checkOpen();
    return submit(kind, producerId(principal.name()), payload, level);
  }

  private Ack submit(RecordKind kind, int producer, byte[] payload, AckLevel level) {
    Ack ack = path.acks().open(level);
    try {
      offer(SampleFrameBuilder.encodeRecord(kind, producer, payload), ack, config.offerWaitNs());
    } finally {
      ack.lastFrameOffered();
    }
    return ack;
  }

  private int producerId(String name) {
    Integer known = producers.find(name);
    if (known != null) {
      return known;
    }
    synchronized (catalogLock) {
      known = producers.find(name);
      if (known != null) {
        return known;
      }
      CatalogRecord.Producer producer = new CatalogRecord.Producer(producers.nextId(), name);
      submit(RecordKind.PRODUCER, 0, CatalogRecord.encodeProducer(producer), AckLevel.JOURNALED);
      producers.apply(producer);
      return producer.id();
    }
  }

  /**
   * The tag of that name, made with a type if there is none. Its record is in the ring on return.
   */
  TagDefinition findOrCreate(String name, SampleType type, Principal principal) {
    TagDefinition known = tags.find(name);
    return known != null
        ? known
        : putTag(name, TagChange.ofType(type), principal, AckLevel.JOURNALED, false).tag();
  }

  /**
   * Outcome of a change.
   *
   * @param ack what to wait for; null if nothing changed
   */
  public record TagResult(@Nullable TagDefinition previous, TagDefinition tag, @Nullable Ack ack) {}

  /**
   * Creates a tag or a new version of it; does nothing if it is the same already.
   *
   * @throws HistorianException for a bad name, text, range or list of states.
   */
  public TagResult putTag(String name, TagChange change, Principal principal) {
    checkOpen();
    return putTag(name, change, principal, AckLevel.SYNCED, true);
  }

  private TagResult putTag(
      String name, TagChange change, Principal principal, AckLevel level, boolean update) {
    TagTable.checkName(name);
    int producer = producerId(principal.name());
    synchronized (catalogLock) {
      TagDefinition previous = tags.find(name);
      if (previous != null && !update) {
        return new TagResult(previous, previous, null);
      }
      if (previous == null && tags.size() >= config.tagsMax()) {
        throw new HistorianException(
            ErrorCode.TOO_MANY,
            "no more tags may be made: tags=" + tags.size() + ", tagsMax=" + config.tagsMax(),
            null,
            "raise ingest.tagsMax",
            null);
      }
      if (previous == null && !update) {
        newTags.take(principal, nanoClock.getAsLong());
      }
      TagDefinition next = merge(name, previous, change, principal);
      if (previous != null && sameDefinition(previous, next)) {
        return new TagResult(previous, previous, null);
      }
      Ack ack = submit(RecordKind.TAG, producer, CatalogRecord.encodeTag(next), level);
      tags.apply(next);
      return new TagResult(previous, next, ack);
    }
  }

  private TagDefinition merge(
      String name, @Nullable TagDefinition old, TagChange change, Principal principal) {
    SampleType type = pick(change.type(), old == null ? SampleType.FLOAT64 : old.type());
    String uom = pick(change.uom(), old == null ? "" : old.uom());
    String description = pick(change.description(), old == null ? "" : old.description());
    boolean stepped =
        pick(
            change.stepped(),
            (old == null || old.type() != type) ? !type.isContinuous() : old.stepped());
    double low = pick(change.rangeLow(), old == null ? Double.NaN : old.rangeLow());
    double high = pick(change.rangeHigh(), old == null ? Double.NaN : old.rangeHigh());
    List<String> states = pick(change.states(), old == null ? List.of() : old.states());
    checkText("uom", uom, TagDefinition.UOM_CHARS_MAX);
    checkText("description", description, TagDefinition.DESCRIPTION_CHARS_MAX);
    if (Double.isInfinite(low) || Double.isInfinite(high) || low >= high) {
      throw new HistorianException(
          ErrorCode.OUT_OF_RANGE,
          "range must be finite and rise: low=" + low + ", high=" + high,
          "range",
          null,
          null);
    }
    checkStates(type, states);
    if (old != null && old.type() == SampleType.DIGITAL && type == SampleType.DIGITAL) {
      checkNumbersKept(old.states(), states);
    }
    return new TagDefinition(
        old == null ? tags.nextId() : old.id(),
        old == null ? UUID.randomUUID() : old.uuid(),
        name,
        type,
        uom,
        description,
        stepped,
        low,
        high,
        states,
        pick(change.duplicates(), old == null ? DuplicateRule.REPLACE : old.duplicates()),
        pick(change.forecast(), old != null && old.forecast()),
        old == null ? 1 : old.version() + 1,
        principal.name(),
        epochNs.getAsLong() / 1000);
  }

  private static <T> T pick(@Nullable T changed, T otherwise) {
    return changed == null ? otherwise : changed;
  }

  private static boolean sameDefinition(TagDefinition a, TagDefinition b) {
    return a.type() == b.type()
        && a.uom().equals(b.uom())
        && a.description().equals(b.description())
        && a.stepped() == b.stepped()
        && Double.compare(a.rangeLow(), b.rangeLow()) == 0
        && Double.compare(a.rangeHigh(), b.rangeHigh()) == 0
        && Objects.equals(a.states(), b.states())
        && a.duplicates() == b.duplicates()
        && a.forecast() == b.forecast();
  }

  private static void checkText(String field, String text, int charsMax) {
    if (text.length() > charsMax) {
      throw new HistorianException(
          ErrorCode.TOO_LONG,
          field + " is too long: characters=" + text.length() + ", charactersMax=" + charsMax,
          field,
          null,
          null);
    }
    for (int i = 0; i < text.length(); i++) {
      boolean control = Character.isISOControl(text.charAt(i)) && text.charAt(i) != '\n';
      if (control || ErrorText.isHalfPair(text, i)) {
        throw new HistorianException(
            ErrorCode.BAD_NAME,
            field
                + (control ? " holds a control character" : " holds half a surrogate pair")
                + ": position="
                + (i + 1),
            field,
            null,
            null);
      }
    }
  }

  /**
   * Stored samples hold the number of a state and are shown by the newest list. So a state may get
   * another name and new ones may follow, but none may move or go: history would say what was not.
   */
  private static void checkNumbersKept(List<String> before, List<String> states) {
    for (int number = 0; number < before.size(); number++) {
      String state = before.get(number);
      int now = states.indexOf(state);
      if (number >= states.size() || (now >= 0 && now != number)) {
        throw new HistorianException(
            ErrorCode.CONFLICT,
            "a state must keep its number, which stored samples hold: state="
                + ErrorText.quote(state)
                + ", number="
                + number
                + (now < 0 ? ", statesGiven=" + states.size() : ", numberGiven=" + now),
            "states",
            "rename a state in its place, and add new ones at the end",
            null);
      }
    }
  }

  private static void checkStates(SampleType type, List<String> states) {
    if (type != SampleType.DIGITAL && !states.isEmpty()) {
      throw new HistorianException(
          ErrorCode.CONFLICT,
          "only a digital tag has states: type=" + type.label(),
          "states",
          null,
          null);
    }
    if (states.size() > TagDefinition.STATES_MAX) {
      throw new HistorianException(
          ErrorCode.TOO_MANY,
          "too many states: states=" + states.size() + ", statesMax=" + TagDefinition.STATES_MAX,
          "states",
          null,
          null);
    }
    for (String state : states) {
      checkText("states", state, 128);
      if (state.isBlank()) {
        throw new HistorianException(ErrorCode.BAD_NAME, "a state is blank", "states", null, null);
      }
    }
    if (new HashSet<>(states).size() != states.size()) {
      throw new HistorianException(
          ErrorCode.CONFLICT,
          "states repeat: states=" + ErrorText.quote(states.toString()),
          "states",
          null,
          null);
    }
  }
}
