package io.tidemark.storage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.catalog.CatalogRecord;
import io.tidemark.model.DuplicateRule;
import io.tidemark.model.RecordKind;
import io.tidemark.model.SampleFlags;
import io.tidemark.model.SampleFrame;
import io.tidemark.model.SampleFrameBuilder;
import io.tidemark.model.SampleType;
import io.tidemark.model.StatusCodes;
import io.tidemark.model.TagDefinition;
import io.tidemark.storage.io.Disk;
import io.tidemark.storage.io.StoreDirectory;
import io.tidemark.storage.lifecycle.RetentionRule;
import io.tidemark.storage.manifest.ManifestStore;
import io.tidemark.testing.StoreFixture;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;

/**
 * What the store of {@link GoldenStoreTest} is made of: two days of a small plant, of which the
 * first is merged, late samples, corrections, and frames that are in the journal only. Nothing in
 * it is left to chance but the journal's file epochs.
 */
final class GoldenStore {
  static final StoreConfig CONFIG =
      new StoreConfig(8 << 20, 3_600_000_000L, 1, 0, StoreConfig.JournalKind.FILE, true);

  private static final StoreConfig CHRONICLE =
      new StoreConfig(8 << 20, 3_600_000_000L, 1 << 20, 0, StoreConfig.JournalKind.CHRONICLE, true);

  /** Wall clock after the last thing written. */
  static final long END_MICROS = 1_700_100_000_000_000L;

  /** Rows that {@link #goOn} adds. */
  static final int ROWS_GONE_ON = 3;

  private static final UUID STORE = new UUID(0x0123456789abcdefL, 0xfedcba9876543210L);
  private static final long MINUTE_NS = 60_000_000_000L;
  private static final long DAY_NS = 86_400_000_000_000L;

  /* Ten days before the clock of the fixture, 2023-11-14. */
  private static final long DAY_0 = 1_700_000_000_000_000_000L / DAY_NS * DAY_NS - 10 * DAY_NS;
  private static final long DAY_1 = DAY_0 + DAY_NS;

  private static final int TEMPERATURE = 0;
  private static final int PRESSURE = 1;
  private static final int COUNTER = 2;
  private static final int LEVEL = 3;
  private static final int RUNNING = 4;
  private static final int VALVE = 5;
  private static final int MESSAGE = 6;
  private static final int FIRST = 7;
  private static final int ALL = 8;
  private static final int REJECT = 9;
  private static final int PLAN = 10;
  private static final int CHANGED = 11;

  private static final int OPERATOR = 1;
  private static final int FORWARDER = 2;
  private static final int EPOCH = 7;

  /** The product of {@code docs/format/context-record.md}. */
  private static final byte[] PRODUCT =
      HexFormat.of().parseHex("0000000001000000030303000500502d313030040054696465");

  private final StoreFixture fixture;
  private final SampleFrameBuilder builder = new SampleFrameBuilder();

  private GoldenStore(StoreFixture fixture) {
    this.fixture = fixture;
  }

  /** Makes the store in a folder that does not exist. */
  static void write(Path folder) throws IOException {
    StoreDirectory root = StoreDirectory.open(Disk.REAL, folder);
    Disk.REAL.createFolder(folder.resolve("journal"));
    ManifestStore.open(root.subdirectory("manifest"), STORE);
    try (StoreFixture fixture = new StoreFixture(Disk.REAL, folder, CONFIG)) {
      GoldenStore store = new GoldenStore(fixture);
      store.define();
      store.expired();
    }
    StoreConfig month = CONFIG.withRetention(new RetentionRule(30 * DAY_NS, 0));
    try (StoreFixture fixture = new StoreFixture(Disk.REAL, folder, month)) {
      fixture.housekeeping();
    }
    try (StoreFixture fixture = new StoreFixture(Disk.REAL, folder, CONFIG)) {
      GoldenStore store = new GoldenStore(fixture);
      fixture.pass(60);
      store.firstDay();
      store.secondDay();
      store.journal();
    }
    try (StoreFixture fixture = new StoreFixture(Disk.REAL, folder, CONFIG)) {
      fixture.pass(7_200);
      new GoldenStore(fixture).secondRun();
    }
    try (StoreFixture fixture = new StoreFixture(Disk.REAL, folder, CHRONICLE)) {
      fixture.pass(7_300);
      new GoldenStore(fixture).chronicleRun();
    }
  }

  private static TagDefinition tag(
      int id, String name, SampleType type, String uom, DuplicateRule rule, String... states) {
    return new TagDefinition(
        id,
        UUID.nameUUIDFromBytes(name.getBytes(UTF_8)),
        name,
        type,
        uom,
        id == TEMPERATURE ? "Reaktor 1, Kühlung: \u03d1 <jacket>" : "",
        false,
        id == TEMPERATURE ? -50 : Double.NaN,
        id == TEMPERATURE ? 250 : Double.NaN,
        List.of(states),
        rule,
        id == PLAN,
        1,
        "operator",
        1_700_000_000_000_000L + id);
  }

  /** A later definition of a tag. */
  private static TagDefinition changed(TagDefinition tag, SampleType type, String... states) {
    return new TagDefinition(
        tag.id(),
        tag.uuid(),
        tag.name(),
        type,
        tag.uom(),
        "changed",
        tag.stepped(),
        tag.rangeLow(),
        tag.rangeHigh(),
        List.of(states),
        tag.duplicates(),
        tag.forecast(),
        tag.version() + 1,
        "forwarder",
        tag.changedAtMicros() + 1_000_000);
  }

  private void record(RecordKind kind, int producer, byte[] payload) throws IOException {
    fixture.append(SampleFrameBuilder.encodeRecord(kind, producer, payload));
  }

  private void define() throws IOException {
    for (String name : List.of("operator", "forwarder")) {
      int id = name.equals("operator") ? OPERATOR : FORWARDER;
      record(
          RecordKind.PRODUCER,
          0,
          CatalogRecord.encodeProducer(new CatalogRecord.Producer(id, name)));
    }
    record(RecordKind.CONFIG, 0, "{\"store.hotBytesMax\":8388608}".getBytes(UTF_8));
    DuplicateRule replace = DuplicateRule.REPLACE;
    fixture.define(tag(TEMPERATURE, "R1.TIC101.PV", SampleType.FLOAT64, "degC", replace));
    fixture.define(tag(PRESSURE, "R1.PI102.PV", SampleType.FLOAT32, "bar", replace));
    fixture.define(tag(COUNTER, "R1.FQ103.PV", SampleType.INT64, "l", replace));
    fixture.define(tag(LEVEL, "R1.LI104.PV", SampleType.INT32, "mm", replace));
    fixture.define(tag(RUNNING, "R1.P105.ON", SampleType.BOOL, "", replace));
    fixture.define(tag(VALVE, "R1.V106", SampleType.DIGITAL, "", replace, "Closed", "Open"));
    fixture.define(tag(MESSAGE, "R1.MSG", SampleType.STRING, "", replace));
    fixture.define(tag(FIRST, "Lab.First", SampleType.FLOAT64, "", DuplicateRule.KEEP_FIRST));
    fixture.define(tag(ALL, "Lab.All", SampleType.FLOAT64, "", DuplicateRule.KEEP_ALL));
    fixture.define(tag(REJECT, "Lab.Reject", SampleType.FLOAT64, "", DuplicateRule.REJECT));
    fixture.define(tag(PLAN, "Plan.Steam", SampleType.FLOAT64, "t/h", replace));
    fixture.define(tag(CHANGED, "R1.SPEED", SampleType.INT32, "1/min", replace));
  }

  /** A segment that retention drops. */
  private void expired() throws IOException {
    for (int i = 0; i < 5; i++) {
      builder.addDouble(TEMPERATURE, DAY_0 - 60 * DAY_NS + i * MINUTE_NS, i, 0);
    }
    send(0);
    fixture.seal();
  }

  private long send(int producer) throws IOException {
    fixture.pass(1);
    return fixture.append(builder.encode(producer));
  }

  /** Sends what was added as a part of a numbered request. */
  private static long sendPart(
      StoreFixture fixture, SampleFrameBuilder builder, long request, int part, int parts)
      throws IOException {
    ByteBuffer frame = builder.encode(FORWARDER).order(ByteOrder.LITTLE_ENDIAN);
    new SampleFrame().wrap(frame, 0, frame.remaining()).request(EPOCH, request, part, parts);
    return fixture.append(frame);
  }

  /** A quarter of an hour, with a temperature every so many minutes. */
  private void quarter(long time, int n, int minutes) {
    for (int minute = 0; minute < 15; minute += minutes) {
      int i = 15 * n + minute;
      double value = 80 + (i * 37 % 101 - 50) / 100.0 + (i % 480 < 240 ? 0 : 12.5);
      int status =
          i % 360 == 90
              ? StatusCodes.UNCERTAIN_LAST_USABLE_VALUE
              : i % 360 == 105 ? StatusCodes.BAD_SENSOR_FAILURE : 0;
      builder.addDouble(TEMPERATURE, time + minute * MINUTE_NS, value, status);
    }
    float pressure = 1.5f + n % 17 / 16f + 0.001f * n;
    add(PRESSURE, SampleType.FLOAT32, time, Double.doubleToRawLongBits(pressure), 0, 0);
    add(COUNTER, SampleType.INT64, time, 9_000_000_000L + 250L * n, 0, 0);
    add(LEVEL, SampleType.INT32, time, 1_200 - n % 40, 0, n % 24 == 5 ? StatusCodes.BAD : 0);
    add(RUNNING, SampleType.BOOL, time, n / 8 % 2, 0, 0);
    add(VALVE, SampleType.DIGITAL, time + n, n / 3 % 2, 0, 0);
    if (n % 4 == 0) {
      builder.addText(MESSAGE, time, n % 8 == 0 ? "ok" : "Füllstand " + n + " ≈ \ud83d\udca7", 0);
    }
  }

  private void add(int tag, SampleType type, long time, long bits, int flags, int status) {
    builder.add(tag, type, time, bits, (byte) (SampleFlags.PRESENT | flags), status);
  }

  /** Values that are easily lost. */
  private void oddities(long time) {
    double[] values = {
      -0.0,
      Double.POSITIVE_INFINITY,
      Double.NEGATIVE_INFINITY,
      Double.NaN,
      Double.longBitsToDouble(0x7ff8_0000_dead_beefL),
      Double.MIN_VALUE,
      Double.MAX_VALUE,
      Math.PI
    };
    for (int i = 0; i < values.length; i++) {
      builder.addDouble(TEMPERATURE, time + i, values[i], i == 7 ? StatusCodes.UNCERTAIN : 0);
    }
    add(PRESSURE, SampleType.FLOAT32, time, Double.doubleToRawLongBits(Float.MIN_VALUE), 0, 0);
    add(PRESSURE, SampleType.FLOAT32, time + 1, Double.doubleToRawLongBits(-0.0), 0, 0);
    add(COUNTER, SampleType.INT64, time, Long.MIN_VALUE, 0, 0);
    add(COUNTER, SampleType.INT64, time + 1, Long.MAX_VALUE, 0, 0);
    add(LEVEL, SampleType.INT32, time, Integer.MIN_VALUE, 0, 0);
    builder.addText(MESSAGE, time, "", 0);
    int[] flags = {
      SampleFlags.SUBSTITUTED,
      SampleFlags.QUESTIONABLE,
      SampleFlags.EDITED,
      SampleFlags.BACKFILLED,
      SampleFlags.PROVISIONAL
    };
    for (int i = 0; i < flags.length; i++) {
      add(RUNNING, SampleType.BOOL, time + i, i & 1, flags[i], 0);
    }
    int tag = 0;
    for (SampleType type : SampleType.values()) { // the first seven tags, in this order
      builder.addAbsent(tag++, type, time + 100, (byte) 0, StatusCodes.BAD_NO_COMMUNICATION);
    }
  }

  /** Second samples of a time under each rule. */
  private void duplicates(long time) throws IOException {
    for (int round = 0; round < 3; round++) {
      for (int tag : new int[] {FIRST, ALL, REJECT}) {
        for (int i = 0; i < 4; i++) {
          builder.addDouble(tag, time + i * MINUTE_NS, round == 2 && i == 1 ? 1 : round, 0);
        }
      }
      send(OPERATOR);
    }
    assertThat(fixture.store().writer().rejectedRows()).isPositive();
  }

  private void firstDay() throws IOException {
    record(RecordKind.CONTEXT, OPERATOR, PRODUCT);
    for (int n = 0; n < 96; n++) {
      quarter(DAY_0 + n * 15 * MINUTE_NS, n, 1);
      add(CHANGED, SampleType.INT32, DAY_0 + n * 15 * MINUTE_NS, 1_450 + n % 3, 0, 0);
      if (n % 8 == 7) {
        send(OPERATOR);
      }
      if (n % 48 == 40) {
        oddities(DAY_0 + n * 15 * MINUTE_NS + MINUTE_NS / 2);
        duplicates(DAY_0 + n * 15 * MINUTE_NS + MINUTE_NS / 4);
      }
      if (n == 47 || n == 95) {
        // What was measured once more, and what says the same again.
        for (int i = 0; i < 10; i++) {
          builder.addDouble(TEMPERATURE, DAY_0 + (n - i) * 15 * MINUTE_NS, 70 + i / 10.0, 0);
        }
        send(OPERATOR);
        fixture.seal();
      }
    }
  }

  private void secondDay() throws IOException {
    fixture.define(
        changed(
            tag(VALVE, "R1.V106", SampleType.DIGITAL, "", DuplicateRule.REPLACE),
            SampleType.DIGITAL,
            "Closed",
            "Open",
            "Stuck"));
    for (int n = 0; n < 48; n++) {
      quarter(DAY_1 + n * 15 * MINUTE_NS, n, 5);
      add(CHANGED, SampleType.INT32, DAY_1 + n * 15 * MINUTE_NS, 1_460 + n % 3, 0, 0);
      if (n % 8 == 7) {
        sendPart(fixture, builder, 1 + n / 16, n / 8 % 2, n / 8 % 2 == 0 ? 0 : 2);
      }
      if (n % 24 == 23) {
        fixture.seal();
      }
    }
    fixture.housekeeping(); // merges the first day
    fixture.define(
        changed(
            tag(CHANGED, "R1.SPEED", SampleType.INT32, "1/min", DuplicateRule.REPLACE),
            SampleType.FLOAT64));
    for (int n = 48; n < 64; n++) {
      long time = DAY_1 + n * 15 * MINUTE_NS;
      for (int minute = 0; minute < 15; minute += 5) {
        builder.addDouble(CHANGED, time + minute * MINUTE_NS, 1_450.5 + n, 0);
        builder.addDouble(TEMPERATURE, time + minute * MINUTE_NS, 90 - n / 8.0, 0);
      }
      add(VALVE, SampleType.DIGITAL, time, n % 3, 0, 0);
    }
    // Late, also for the day that is merged, and a correction of what is.
    for (int i = 0; i < 20; i++) {
      builder.addDouble(TEMPERATURE, DAY_0 + i * 31 * MINUTE_NS + 1, 60 + i, 0);
      builder.addText(MESSAGE, DAY_1 + i * 17 * MINUTE_NS + 1, "late " + i % 4, 0);
    }
    builder.addDouble(TEMPERATURE, DAY_0 + MINUTE_NS, 55.5, 0);
    builder.addDouble(PLAN, DAY_1 + 30 * DAY_NS, 12, 0); // of the future
    sendPart(fixture, builder, 4, 0, 0);
    record(RecordKind.CONTEXT, FORWARDER, PRODUCT);
    fixture.seal();
  }

  /** Frames that no segment has. */
  private void journal() throws IOException {
    fixture.define(
        new TagDefinition(
            12,
            UUID.nameUUIDFromBytes("J".getBytes(UTF_8)),
            "Journal.Only",
            SampleType.STRING,
            "",
            "in no ledger",
            true,
            Double.NaN,
            Double.NaN,
            List.of(),
            DuplicateRule.REPLACE,
            false,
            1,
            "operator",
            1_700_000_000_500_000L));
    record(RecordKind.CONTEXT, OPERATOR, PRODUCT);
    for (int n = 64; n < 72; n++) {
      quarter(DAY_1 + n * 15 * MINUTE_NS, n, 5);
      builder.addDouble(CHANGED, DAY_1 + n * 15 * MINUTE_NS, 1_470.25, 0);
      builder.addText(12, DAY_1 + n, "text " + n, 0);
    }
    send(OPERATOR);
    oddities(DAY_1 + 72 * 15 * MINUTE_NS);
    send(0);
    duplicates(DAY_1 + 72 * 15 * MINUTE_NS);
    fixture.store().writer().force();
    fixture.store().writer().force();
  }

  /** A part of a request whose last part is yet to come, in a run of its own. */
  private void secondRun() throws IOException {
    builder.addDouble(TEMPERATURE, DAY_1 + 80 * 15 * MINUTE_NS, 77, StatusCodes.UNCERTAIN);
    sendPart(fixture, builder, 4, 1, 0);
    fixture.store().writer().force();
    fixture.store().writer().force();
  }

  /** Frames in the other journal. */
  private void chronicleRun() throws IOException {
    for (int i = 0; i < 20; i++) {
      builder.addDouble(TEMPERATURE, DAY_1 + (1300 + i) * MINUTE_NS, 77 - i / 4.0, 0);
      send(OPERATOR);
    }
    record(RecordKind.CONTEXT, OPERATOR, PRODUCT);
    fixture.store().writer().force();
  }

  private static final long GONE_ON = DAY_1 + 40 * DAY_NS;

  /**
   * Goes on with the store: repeats what is stored, ends the request, writes, seals and merges. The
   * oldest rows added are forty days later: nothing is late any more.
   */
  static void goOn(StoreFixture fixture) throws IOException {
    SampleFrameBuilder builder = new SampleFrameBuilder();
    fixture.jump((END_MICROS * 1_000 - fixture.nowNs()) / 1_000_000_000L);
    for (int part = 0; part < 2; part++) {
      builder.addDouble(TEMPERATURE, GONE_ON, -1, 0);
      assertThat(sendPart(fixture, builder, 4, part, 0)).as("a repeat").isNegative();
    }
    builder.addDouble(TEMPERATURE, GONE_ON, 1, 0);
    assertThat(sendPart(fixture, builder, 4, 2, 3)).isPositive();
    builder.addDouble(TEMPERATURE, GONE_ON + MINUTE_NS, 2, 0);
    assertThat(sendPart(fixture, builder, 5, 0, 1)).isPositive();
    builder.addDouble(REJECT, DAY_1 + 72 * 15 * MINUTE_NS, 99, 0);
    fixture.append(builder.encode(0));
    assertThat(fixture.store().writer().rejectedRows()).isEqualTo(1);
    fixture.seal();
    builder.addDouble(TEMPERATURE, GONE_ON + 2 * MINUTE_NS, 3, 0);
    fixture.append(builder.encode(0));
    fixture.seal();
    fixture.housekeeping();
  }

  /** Whether a line is of a row that was added. */
  static boolean isGoneOn(String line) {
    String digits = line.substring(0, Math.max(0, line.indexOf(' ')));
    return digits.matches("[0-9]+") && Long.parseLong(digits) >= GONE_ON;
  }
}
