package io.tidemark.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.model.Direction;
import io.tidemark.model.DuplicateRule;
import io.tidemark.model.SampleFrameBuilder;
import io.tidemark.model.TagDefinition;
import io.tidemark.model.VersionMode;
import io.tidemark.testing.FaultDisk;
import io.tidemark.testing.OracleStore;
import io.tidemark.testing.StoreFixture;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Second samples of the same time, against a map that obeys the same rules. */
class DuplicateRuleTest {
  private static final StoreConfig CONFIG =
      new StoreConfig(8 << 20, 3_600_000_000L, 1, 0, StoreConfig.JournalKind.FILE, true);

  private final FaultDisk disk = new FaultDisk();

  /** Random writes of few times and values, sealed and reopened in between. */
  @ParameterizedTest
  @MethodSource("io.tidemark.testing.Seeds#some")
  void everyRuleAnswersAsTheMapDoes(long seed) throws IOException {
    Random random = new Random(seed);
    OracleStore definitions = new OracleStore();
    Map<DuplicateRule, TagDefinition> tags = new EnumMap<>(DuplicateRule.class);
    Map<DuplicateRule, TreeMap<Long, List<Double>>> wanted = new EnumMap<>(DuplicateRule.class);
    long rejected = 0;
    long wantedRejected = 0;
    try (StoreFixture fixture = new StoreFixture(disk, CONFIG)) {
      for (DuplicateRule rule : DuplicateRule.values()) {
        tags.put(rule, fixture.define(definitions.defineAnalog(rule.label(), rule)));
        wanted.put(rule, new TreeMap<>());
      }
      SampleFrameBuilder builder = new SampleFrameBuilder();
      for (int frame = 0; frame < 80; frame++) {
        for (int row = random.nextInt(30); row >= 0; row--) {
          DuplicateRule rule = DuplicateRule.values()[random.nextInt(4)];
          // Mostly in order with repeats, some of the past.
          long time =
              random.nextInt(4) == 0 ? random.nextInt(200) : frame * 10L + random.nextInt(10);
          double value = random.nextInt(3);
          builder.addDouble(tags.get(rule).id(), time, value, 0);
          List<Double> before = wanted.get(rule).computeIfAbsent(time, key -> new ArrayList<>());
          switch (rule) {
            case REPLACE -> {
              before.clear();
              before.add(value);
            }
            case KEEP_FIRST -> {
              if (before.isEmpty()) {
                before.add(value);
              }
            }
            case KEEP_ALL -> {
              if (before.isEmpty() || before.getLast() != value) {
                before.add(value);
              }
            }
            case REJECT -> {
              if (before.isEmpty()) {
                before.add(value);
              } else if (before.getFirst() != value) {
                wantedRejected++;
              }
            }
          }
        }
        fixture.append(builder.encode(0));
        rejected += fixture.store().writer().rejectedRows();
        if (random.nextInt(8) == 0) {
          fixture.seal();
        }
        if (random.nextInt(20) == 0) {
          fixture.reopen();
        }
      }
      for (int sealed = 0; sealed < 2; sealed++) {
        for (DuplicateRule rule : DuplicateRule.values()) {
          List<String> rows = new ArrayList<>();
          wanted
              .get(rule)
              .forEach((time, values) -> values.forEach(value -> rows.add(time + "=" + value)));
          assertThat(fixture.read(tags.get(rule).id(), VersionMode.LATEST, 0, Direction.FORWARD))
              .as("%s, seed=%d", rule, seed)
              .isEqualTo(rows);
          assertThat(fixture.read(tags.get(rule).id(), VersionMode.LATEST, 0, Direction.BACKWARD))
              .as("%s backward, seed=%d", rule, seed)
              .isEqualTo(rows.reversed());
        }
        fixture.seal();
      }
      assertThat(rejected).as("seed=%d", seed).isEqualTo(wantedRejected);
      assertThat(wantedRejected).isPositive();
    }
    assertThat(StoreFixture.faults(disk)).isEmpty();
  }

  @Test
  void aRejectedSampleIsRejectedAfterAReplayToo() throws IOException {
    OracleStore definitions = new OracleStore();
    try (StoreFixture fixture = new StoreFixture(disk, CONFIG)) {
      TagDefinition tag = fixture.define(definitions.defineAnalog("R", DuplicateRule.REJECT));
      fixture.write(tag.id(), 5, 1);
      fixture.write(tag.id(), 5, 2);
      assertThat(fixture.store().writer().rejectedRows()).isEqualTo(1);
      assertThat(fixture.store().writer().rejection(tag.id(), 5).messageText())
          .contains("tag=\"R\"");
      fixture.write(tag.id(), 5, 1);
      assertThat(fixture.store().writer().rejectedRows()).isZero();
      fixture.reopen();
      assertThat(fixture.read(tag.id(), VersionMode.ALL, 0)).allMatch(row -> row.equals("5=1.0"));
      fixture.seal();
      assertThat(fixture.read(tag.id(), VersionMode.ALL, 0)).containsExactly("5=1.0");
      fixture.write(tag.id(), 5, 3);
      assertThat(fixture.store().writer().rejectedRows()).isEqualTo(1);
      fixture.write(tag.id(), 4, 3);
      assertThat(fixture.store().writer().rejectedRows()).isZero();
    }
  }
}
